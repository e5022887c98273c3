"""What a PNG file contains besides its pixels."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Colors: TypeAlias = npt.NDArray[np.uint8]
"""RGB, shape ``(N, 3)``."""

PNG_START = b"\x89PNG\r\n\x1a\n"
HEAD_BYTES = 33
"""A file's start with its first chunk, the header."""

GREY, RGB, PALETTE, GREY_ALPHA, RGB_ALPHA = 0, 2, 3, 4, 6
"""Colour types."""

WORDS = {b"tEXt", b"zTXt", b"iTXt", b"iCCP"}
"""Chunks of words and colour profiles, which may be packed and of any size."""


@dataclass(frozen=True)
class Head:
    """The header of a file: its size, colour type and bits a value."""

    width: int
    height: int
    kind: int
    depth: int


def head_of(data: bytes) -> Head | None:
    """The header; None when the file ends before it does."""
    if len(data) < HEAD_BYTES:
        return None
    width, height, depth, kind = struct.unpack(">IIBB", data[16:26])
    return Head(width, height, kind, depth)


def palette_of(data: bytes) -> Colors | None:
    """The palette; None when there is none, or it does not stand whole in ``data``."""
    for name, start, end in _chunks(data):
        if name == b"PLTE" and (end - start) % 3 == 4 % 3:  # with 4 bytes of checksum
            return np.frombuffer(data[start : end - 4], np.uint8).reshape(-1, 3)
        if name == b"IDAT":
            return None
    return None


def without_words(data: bytes) -> bytes:
    """The same picture without its words and colour profile.

    Pillow refuses a file with more than 1 MB of them, though they change no pixel here.
    """
    cuts = [(start - 8, end) for name, start, end in _chunks(data) if name in WORDS]
    if not cuts:
        return data
    starts, ends = [0, *(end for _, end in cuts)], [*(start for start, _ in cuts), len(data)]
    return b"".join(data[start:end] for start, end in zip(starts, ends, strict=True))


def _chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Name of each whole chunk, and where its content starts and its checksum ends."""
    at = len(PNG_START)
    while at + 12 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        end = at + 12 + length
        if end > len(data):
            return
        yield data[at + 4 : at + 8], at + 8, end
        at = end
