"""Films drawn for tests: moving streets of any size, rate and container."""

from __future__ import annotations

import struct
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

CODECS = {".avi": "mpeg4", ".webm": "libvpx", ".mkv": "libx264"}
"""Of films that are not H.264 in mp4 or mov."""

CLOCKWISE = (0, 0x10000, 0, -0x10000, 0, 0, 0, 0, 0x40000000)
"""The matrix of a phone that was held upright: what is left in the film is shown at the top."""


def moving(count: int, size: tuple[int, int] = (32, 32)) -> list[np.ndarray]:
    """Frames of a bright bar that moves over a dark street, RGB."""
    height, width = size
    frames = np.full((count, height, width, 3), 40, np.uint8)
    for i in range(count):
        left = i * width // max(1, count)
        frames[i, :, left : left + max(2, width // 8)] = (220, 220, 60)
    return list(frames)


def film(
    path: Path,
    frames: list[np.ndarray],
    rate: float = 10,
    seconds: list[float] | None = None,
    matrix: tuple[int, ...] | None = None,
) -> Path:
    """Writes a film in the format of its suffix; ``seconds`` are the times of its frames."""
    path.parent.mkdir(parents=True, exist_ok=True)
    is_mov = path.suffix in (".mp4", ".mov")
    options = {"movflags": "faststart"} if is_mov else {}
    height, width = frames[0].shape[:2]
    with av.open(str(path), "w", options=options) as container:
        codec = CODECS.get(path.suffix, "libx264")
        # A key frame every five, so that a cut does not cost the whole film.
        stream = container.add_stream(codec, rate=Fraction(rate), options={"g": "5"})
        stream.height, stream.width = height, width
        stream.pix_fmt = "yuv444p" if codec == "libx264" else "yuv420p"
        if seconds is not None:
            stream.codec_context.time_base = Fraction(1, 1000)
        for i, pixels in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            if seconds is not None:
                frame.pts, frame.time_base = round(1000 * seconds[i]), Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    if matrix is not None:
        content = bytearray(path.read_bytes())
        place = content.index(b"tkhd") + 44
        content[place : place + 36] = struct.pack(">9i", *matrix)
        path.write_bytes(content)
    return path


def cut_off(path: Path, share: float) -> Path:
    """Leaves only a share of a film's bytes, as a copy that broke off does."""
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    return path


def read_film(path: Path) -> tuple[list[np.ndarray], list[float], str]:
    """Frames as RGB, their times in seconds, and the codec's name."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        both = [(one.to_ndarray(format="rgb24"), one.time) for one in container.decode(stream)]
        return [one for one, _ in both], [time for _, time in both], stream.codec_context.name
