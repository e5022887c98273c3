"""Asks a running training to stop in an orderly way: Ctrl-C and SIGTERM."""

from __future__ import annotations

import logging
import signal
from types import FrameType
from typing import Any

from jetcar.errors import Interrupted

log = logging.getLogger(__name__)

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class StopRequest:
    """Remembers that a signal asked to stop; a second one stops at once.

    Use as a context manager in the main thread: afterwards signals do what they did before.
    """

    def __init__(self) -> None:
        self.signum = 0
        self._former: dict[int, Any] = {}

    def __enter__(self) -> StopRequest:
        self._former = {signum: signal.getsignal(signum) for signum in SIGNALS}
        self.listen()
        return self

    def __exit__(self, *_: object) -> None:
        for signum, handler in self._former.items():
            signal.signal(signum, handler)

    def listen(self) -> None:
        """Catches Ctrl-C and SIGTERM, also where somebody else took them over meanwhile."""
        for signum in SIGNALS:
            signal.signal(signum, self._on_signal)

    def _on_signal(self, signum: int, frame: FrameType | None) -> None:
        if self.signum:
            raise Interrupted(signum)
        self.signum = signum
        log.info("stopping after this step, to save; Ctrl-C again stops at once")
