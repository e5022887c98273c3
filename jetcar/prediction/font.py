"""The font of texts inside pictures."""

from __future__ import annotations

from functools import cache

from PIL import ImageFont

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

WIDE_FONTS = ("DejaVuSans.ttf", "LiberationSans-Regular.ttf", "arial.ttf", "Arial.ttf")
"""Fonts of Linux, Windows and macOS with umlauts, which the one inside Pillow does not have."""


@cache
def font(size: int) -> Font:
    """A font of so many pixels: one of the system's with all letters, else Pillow's own."""
    for name in WIDE_FONTS:
        try:
            return ImageFont.truetype(name, size)
        except OSError:  # the next one
            continue
    return ImageFont.load_default(size)
