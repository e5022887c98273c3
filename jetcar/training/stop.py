"""Asks a running training to stop in an orderly way: Ctrl-C and SIGTERM."""

from __future__ import annotations

import logging
import signal
from types import FrameType

from jetcar.errors import Interrupted

log = logging.getLogger(__name__)


class StopRequest:
    """Remembers that a signal asked to stop; a second Ctrl-C stops at once."""

    def __init__(self) -> None:
        self.signum = 0

    def listen(self) -> None:
        """Starts to catch Ctrl-C and SIGTERM; only in the main thread."""
        for signum in (signal.SIGINT, signal.SIGTERM):
            signal.signal(signum, self._on_signal)

    def _on_signal(self, signum: int, frame: FrameType | None) -> None:
        if self.signum:
            raise Interrupted(signum)
        self.signum = signum
        log.info("stopping after this step, to save; Ctrl-C again stops at once")
