"""Asks a running training to stop in an orderly way: Ctrl-C, SIGTERM, a closed terminal."""

from __future__ import annotations

import logging
import os
import signal
from types import FrameType
from typing import Any

from jetcar.errors import Interrupted
from jetcar.signals import note, stop_signals
from jetcar.terminal import reader_is_gone

SIGPIPE = 13
"""Windows lacks the name."""

log = logging.getLogger(__name__)

STEP_SECONDS = 3.0
"""A batch that is this late may never come."""


class StopRequest:
    """Remembers that a signal asked to stop; a second one stops at once.

    A reader of the output who is gone, as after ``| head``, is such a wish too.

    Use as a context manager in the main thread: afterwards signals do what they did before.
    """

    def __init__(self) -> None:
        self._signum = 0
        self._process = os.getpid()
        self.gave_up_waiting = False
        """Whether the stop came while no batch did, so that no step was going on."""
        self._former: dict[int, Any] = {}

    def __enter__(self) -> StopRequest:
        self._former = {signum: signal.getsignal(signum) for signum in stop_signals()}
        self.listen()
        return self

    def __exit__(self, *_: object) -> None:
        for signum, handler in self._former.items():
            signal.signal(signum, handler)

    def listen(self) -> None:
        """Catches the signals, also where somebody else took them over meanwhile."""
        for signum in self._former:
            signal.signal(signum, self._on_signal)

    @property
    def signum(self) -> int:
        """The signal that asked to stop; 0 while none has."""
        if not self._signum and reader_is_gone():
            self._signum = SIGPIPE
            log.error("nobody reads what is printed any more; stopping after this step, to save")
        return self._signum

    def while_waiting(self, seconds: float) -> None:
        """Ends a wait for a batch of so many seconds when a signal asked to stop.

        Raises:
            Interrupted: it did, and the batch may never come.
        """
        if self.signum and seconds > STEP_SECONDS:
            self.gave_up_waiting = True
            raise Interrupted(self.signum)

    def _on_signal(self, signum: int, frame: FrameType | None) -> None:
        if os.getpid() != self._process:  # a worker, which must not be gone before its batch is
            return
        means = note(signum)
        if self._signum:
            raise Interrupted(means)
        self._signum = means
        log.info("stopping after this step, to save; Ctrl-C again stops at once")
