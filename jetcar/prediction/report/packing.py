"""A picture and its masks as text that a page can hold."""

from __future__ import annotations

import base64
import json
import zlib
from pathlib import Path
from typing import Any

import simplejpeg

from jetcar.data.pictures import Pixels

PAGE = Path(__file__).parent / "templates"
"""Folder of what a page is made of."""

JPEG_QUALITY = 88
ZLIB_LEVEL = 6


def pack_image(image: Pixels) -> str:
    """A JPEG in base64; ``image`` is RGB, shape ``(H, W, 3)``, uint8."""
    return _base64(simplejpeg.encode_jpeg(image, JPEG_QUALITY, "RGB", "420"))


def pack_codes(codes: Pixels) -> str:
    """Codes, row by row, compressed without loss (zlib), in base64.

    A PNG would be as small, but browsers that guard against fingerprinting change the pixels that
    a page reads back from a canvas.

    Args:
        codes: Shape ``(H, W)``, uint8.
    """
    return _base64(zlib.compress(codes.tobytes(), ZLIB_LEVEL))


def as_json(value: Any) -> str:
    """JSON that may stand inside a ``<script>``: no name in it can end that element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
