"""Encodes pictures as an mp4 that a browser plays, in a thread beside the network's."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from fractions import Fraction
from types import TracebackType
from typing import BinaryIO

import av
import cv2
import numpy as np

from jetcar.data.pictures import Pixels
from jetcar.errors import UserError

CODECS = {
    "libx264": {"preset": "ultrafast", "crf": "21"},
    "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8", "row-mt": "1", "crf": "33", "b": "0"},
}
"""The first one that the library has. H.264 plays everywhere; VP9 in browsers, for ten times the
work. The next preset, ``superfast``, takes twice the time of ``ultrafast`` for smaller files.
"""

TICKS = 90_000
"""A second of the film: it keeps the times of its source, however they are spaced."""

AHEAD = 8
"""Frames that may wait to be drawn."""

Draw = Callable[[], Pixels]


class Encoder:
    """Writes a film frame by frame; use as a context manager.

    Args:
        file: Receives the film from its beginning.
        size: Height and width, both even.
        rate: Frames a second, about.
    """

    def __init__(self, file: BinaryIO, size: tuple[int, int], rate: float) -> None:
        height, width = size
        self._open = ExitStack()
        self._film = self._open.enter_context(av.open(file, "w", format="mp4"))
        name = chosen_codec()
        hint = Fraction(rate).limit_denominator(1001) or Fraction(1)
        stream = self._film.add_stream(name, rate=hint, options=CODECS[name])
        assert isinstance(stream, av.VideoStream)
        self._stream = stream
        self._stream.height, self._stream.width = height, width
        self._stream.pix_fmt = "yuv420p"
        self._stream.codec_context.time_base = Fraction(1, TICKS)
        self._waiting: deque[Future[None]] = deque()
        self._pool = self._open.enter_context(ThreadPoolExecutor(1))
        self._last = -1

    def __enter__(self) -> Encoder:
        return self

    def add(self, draw: Draw, seconds: float) -> None:
        """Adds a frame; waits where too many are not drawn yet.

        Args:
            draw: Gives the picture, RGB, of the film's size; it runs in another thread.
            seconds: When it is shown, later than the one before.
        """
        self._waiting.append(self._pool.submit(self._encode, draw, seconds))
        while self._waiting and (len(self._waiting) > AHEAD or self._waiting[0].done()):
            self._waiting.popleft().result()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._open:
            if error is not None:
                for future in self._waiting:
                    future.cancel()
                return
            while self._waiting:
                self._waiting.popleft().result()
            self._film.mux(self._stream.encode(None))

    def _encode(self, draw: Draw, seconds: float) -> None:
        # FFmpeg's own change of colours takes four times as long.
        yuv = np.asarray(cv2.cvtColor(draw(), cv2.COLOR_RGB2YUV_I420), np.uint8)
        frame = av.VideoFrame.from_ndarray(yuv, format="yuv420p")
        # Two frames of one moment, as some cameras write them, would be refused.
        self._last = max(self._last + 1, round(seconds * TICKS))
        frame.pts, frame.time_base = self._last, Fraction(1, TICKS)
        self._film.mux(self._stream.encode(frame))


def chosen_codec() -> str:
    """The best codec that there is.

    Raises:
        UserError: there is none of them.
    """
    for name in CODECS:
        try:
            av.Codec(name, "w")
        except ValueError:  # av's UnknownCodecError
            continue
        return name
    raise UserError(
        f"This installation of av writes neither {' nor '.join(CODECS)}. Install it from the "
        "package index, as in: pip install --force-reinstall av. Or use film=frames."
    )
