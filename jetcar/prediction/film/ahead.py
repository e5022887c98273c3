"""Decodes frames in a thread while the network looks at those before; few are in memory."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from types import TracebackType

from jetcar.prediction.film.source import Frame, Source

PIXELS_AHEAD = 48_000_000
"""Pixels of decoded frames that may wait."""

SECONDS_BETWEEN_LOOKS = 0.2


class Ahead:
    """Frames of a source, in batches; use as a context manager.

    Args:
        source: Where they come from.
        every: Take each n-th frame.
        batch_size: Frames together, at most.
        is_live: Whether a frame that nobody has taken gives way to a newer one, and a batch is
            what is there. Else every frame is given, and batches are full but for the last one.
        longest: Frames that may wait; None for two batches.
    """

    def __init__(
        self,
        source: Source,
        every: int,
        batch_size: int,
        is_live: bool,
        longest: int | None = None,
    ) -> None:
        self._source, self._every = source, every
        self._batch_size, self.is_live = batch_size, is_live
        self._longest = longest or 2 * batch_size
        self.dropped = 0
        """Frames that nobody looked at, as newer ones were there."""
        self._waiting: queue.Queue[Frame | BaseException | None] = queue.Queue()
        self._room = threading.Semaphore(0)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._read, name="frames", daemon=True)

    def __enter__(self) -> Ahead:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
        self._thread.join()

    def stop(self) -> None:
        """Ends the frames with those that have come so far."""
        self._stop.set()

    def batches(self) -> Iterator[list[Frame]]:
        """The frames.

        Raises:
            Exception: what went wrong in the source.
        """
        batch: list[Frame] = []
        while (one := self._next()) is not None:
            batch.append(one)
            if len(batch) == self._batch_size or (self.is_live and self._waiting.empty()):
                yield batch
                batch = []
        if batch:
            yield batch

    def _next(self) -> Frame | None:
        while True:
            try:
                one = self._waiting.get(timeout=SECONDS_BETWEEN_LOOKS)
            except queue.Empty:
                if self._stop.is_set():
                    return None
                continue
            self._room.release()
            if isinstance(one, BaseException):
                raise one
            return one

    def _read(self) -> None:
        try:
            for number, frame in enumerate(self._source.frames(self._every)):
                if number == 0:
                    pixels = frame.image.shape[0] * frame.image.shape[1]
                    room = max(1, min(self._longest, PIXELS_AHEAD // pixels))
                    self._room.release(room)
                if not self._make_room():
                    break
                self._waiting.put(frame)
            self._waiting.put(None)
        except BaseException as error:  # it is raised where the frames are taken
            self._waiting.put(error)

    def _make_room(self) -> bool:
        """Waits for room, or makes it; False where the frames are to end."""
        while not self._stop.is_set():
            if self._room.acquire(timeout=0 if self.is_live else SECONDS_BETWEEN_LOOKS):
                return True
            if self.is_live:
                try:
                    self._waiting.get_nowait()
                except queue.Empty:
                    continue  # it was taken meanwhile
                self.dropped += 1
                return True
        return False
