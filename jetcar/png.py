"""Writes masks as PNG, which are so plain that general encoders take three times as long."""

from __future__ import annotations

import struct
import zlib
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

LEVEL = 3
"""Of zlib: masks pack well at any level, and this is a quarter of the time of the usual 6."""

GREY, RGB = 0, 2
"""PNG's colour types."""

Pixels: TypeAlias = npt.NDArray[np.uint8]


def grey_png(codes: Pixels) -> bytes:
    """An 8-bit grey PNG whose values are the codes, shape ``(rows, columns)``."""
    return _png(codes, GREY, codes.shape[1])


def rgb_png(codes: Pixels) -> bytes:
    """A 24-bit PNG in which R = G = B = code, of codes of shape ``(rows, columns)``."""
    return _png(np.repeat(codes, 3, axis=1), RGB, codes.shape[1])


def _png(values: Pixels, kind: int, columns: int) -> bytes:
    rows = len(values)
    lines = np.zeros((rows, 1 + values.shape[1]), np.uint8)  # each begins with a 0: no filter
    lines[:, 1:] = values
    header = struct.pack(">IIBBBBB", columns, rows, 8, kind, 0, 0, 0)
    chunks = (
        (b"IHDR", header),
        (b"IDAT", zlib.compress(lines.tobytes(), LEVEL)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )
