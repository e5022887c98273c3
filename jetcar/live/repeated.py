"""Plays a film or frames at their own rate, again and again, as a camera would show them."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator

from jetcar.prediction.film.named import Named
from jetcar.prediction.film.source import Frame, Source, no_frame, opened

log = logging.getLogger(__name__)


class Repeated:
    """A ``Source`` that begins again at its end.

    A page that stands still after five seconds of film shows little.

    Args:
        named: A film, or frames.
        rate: Frames a second of frames.
        end: Set to have no more frames.
    """

    total, missing = 0, ""

    def __init__(self, named: Named, rate: float, end: threading.Event) -> None:
        self._named, self.rate, self._end = named, rate, end

    def frames(self, every: int) -> Iterator[Frame]:
        """See ``Source``.

        Raises:
            UserError: it cannot be opened, or has no frame.
        """
        is_told = False
        while not self._end.is_set():
            begin, frames = time.monotonic(), 0
            with opened(self._named, self.rate) as source:
                for frame in source.frames(every):
                    late = time.monotonic() - begin - frame.seconds
                    if late > 0:
                        begin += late  # a slow decoder plays more slowly, and never hurries after
                    elif self._end.wait(-late):
                        return
                    frames += 1
                    yield frame
                if source.missing and not is_told:
                    is_told = True
                    log.warning("%s", source.missing)
                self._pause(source, frames)

    def _pause(self, source: Source, frames: int) -> None:
        """The last frame is shown as long as any other."""
        if not frames:
            raise no_frame(self._named, source)
        self._end.wait(1 / source.rate)
