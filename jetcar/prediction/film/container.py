"""Decodes a film from a file or an address with FFmpeg, by way of PyAV.

PyAV and not OpenCV, which also has FFmpeg inside: both decode equally fast, but OpenCV's wheels
cannot write H.264, and OpenCV tells neither the time of a frame nor a damaged film from its end.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from types import TracebackType

import av
import numpy as np
from av.error import EOFError as AvEOFError
from av.error import FFmpegError, InvalidDataError

from jetcar.data.pictures import MAX_PIXELS, Pixels
from jetcar.errors import UserError
from jetcar.wording import counted, printable

FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,avi,matroska,webm"
"""What a file may be. FFmpeg looks at the content and not at the name, and would follow a playlist
that calls itself mp4 to any other file or address.
"""

STREAM_SECONDS = 10.0
"""A stream that says nothing for so long has dropped."""

SLACK_SECONDS = 1.0
"""By how much a film may be shorter than it says where it does not count its frames."""


class Container:
    """A film that is open; use as a context manager.

    Args:
        place: File or address.
        title: What people may read of it.
        is_stream: Whether it is an address.

    Raises:
        UserError: it cannot be opened, or holds no moving pictures.
    """

    def __init__(self, place: str, title: str, is_stream: bool) -> None:
        self.title, self.is_stream, self.missing = title, is_stream, ""
        # FFmpeg's own words about damage would stand between those of this program.
        logging.getLogger("libav").setLevel(logging.CRITICAL)
        only = {"format_whitelist": FORMATS, "protocol_whitelist": "file"}
        try:
            self._open = av.open(
                place,
                options={} if is_stream else only,
                timeout=STREAM_SECONDS if is_stream else None,
            )
        except (FFmpegError, OSError) as error:
            raise self._refused(error) from None
        try:
            self._stream = self._video()
        except UserError:
            self._open.close()
            raise
        self._stream.thread_type = "AUTO"
        self.total = 0 if is_stream else self._stream.frames
        self.rate = float(self._stream.average_rate or self._stream.guessed_rate or 25)

    def __enter__(self) -> Container:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.close()

    def frames(self, every: int) -> Iterator[tuple[int, float, Pixels]]:
        """Number from 1, seconds from the beginning, and picture of every n-th frame.

        A damaged piece is passed over. When the frames are over, ``missing`` says what is wrong.
        """
        number, damaged, first, last = 0, 0, 0.0, 0.0
        begin, why = time.monotonic(), ""
        packets = self._open.demux(self._stream)
        while True:
            try:
                packet = next(packets)
                decoded = packet.decode()
            except InvalidDataError:
                damaged += 1
                continue
            except (StopIteration, AvEOFError):
                break
            except (FFmpegError, OSError) as error:
                why = _reason(error)
                break
            for frame in decoded:
                number += 1
                if frame.pts is not None and frame.time_base is not None:
                    last = float(frame.pts * frame.time_base)
                elif self.is_stream:
                    last = time.monotonic() - begin
                else:
                    last = (number - 1) / self.rate
                first = first if number > 1 else last
                if (number - 1) % every == 0:
                    yield number, last - first, _upright(frame)
        self.missing = self._what_is_missing(number, damaged, last - first, why)

    def _what_is_missing(self, frames: int, damaged: int, seconds: float, why: str) -> str:
        if self.is_stream:
            return f"{self.title} has dropped ({why})" if why else ""
        found = counted(frames, "frame")
        if 0 < frames < self.total:
            return f"{self.title} ends after {found} of {self.total:,}: the rest is cut off"
        length = (self._open.duration or 0) / av.time_base
        if why or (not self.total and frames and seconds + SLACK_SECONDS < length):
            return f"{self.title} ends after {found}, {seconds:.1f} of {length:.1f} seconds"
        if damaged:
            return f"{self.title}: {counted(damaged, 'damaged piece')} could not be decoded"
        return ""

    def _video(self) -> av.VideoStream:
        if not self._open.streams.video:
            raise UserError(f"{self.title} holds no moving pictures. Name another film.")
        stream = self._open.streams.video[0]
        if stream.width * stream.height > MAX_PIXELS:
            raise UserError(
                f"{self.title} has {stream.width} x {stream.height} pixels, more than "
                f"{MAX_PIXELS // 10**6} million. Shrink it."
            )
        return stream

    def _refused(self, error: Exception) -> UserError:
        if self.is_stream:
            return UserError(f"{self.title} cannot be opened ({_reason(error)}). Is it on the air?")
        return UserError(
            f"{self.title} cannot be opened as a film ({_reason(error)}). Copy it again. A "
            "recording that was broken off may lack its index; programs that repair films mend it."
        )


def _upright(frame: av.VideoFrame) -> Pixels:
    """A frame as RGB, turned as its film says."""
    image = np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)
    turns = round(frame.rotation / 90) % 4
    return np.ascontiguousarray(np.rot90(image, turns)) if turns else image


def _reason(error: Exception) -> str:
    return printable(getattr(error, "strerror", None) or error)
