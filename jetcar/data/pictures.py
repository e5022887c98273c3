"""Reads and resizes images and masks; the only place that does either."""

from __future__ import annotations

import io
import os
import stat
import struct
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt
import simplejpeg
from PIL import Image, UnidentifiedImageError

from jetcar.data.png_file import (
    GREY,
    GREY_ALPHA,
    PALETTE,
    PNG_START,
    RGB,
    RGB_ALPHA,
    Colors,
    Head,
    head_of,
    palette_of,
    without_words,
)
from jetcar.errors import UserError

Pixels: TypeAlias = npt.NDArray[np.uint8]

MAX_PIXELS = 80_000_000
"""A picture of more pixels is refused before it is decoded."""

MAX_BYTES = 1 << 30
"""A larger file is not a picture of ``MAX_PIXELS``, whatever it says."""

STRIP_PIXELS = 1 << 20
"""Pixels that are looked at together where each takes some bytes more for a while."""

LEAST_LIGHT = 16
"""A picture of 16 bits whose brightest value has a smaller upper byte holds 12 bits at most."""

MASK_KINDS = {(GREY, 8), (RGB, 8), *((PALETTE, bits) for bits in (1, 2, 4, 8))}
"""PNG colour type and bit depth of masks that hold codes."""

DAMAGED = (OSError, ValueError, SyntaxError, EOFError, struct.error)
"""What Pillow raises for a damaged file; it has no one type for it."""

MASK_FIX = "Save it as an 8-bit PNG whose grey value or palette index is the class code"


@dataclass(frozen=True)
class RawMask:
    """A mask as it is stored in its file.

    Attributes:
        pixels: Grey values or palette indices, shape ``(H, W)``, or RGB, shape ``(H, W, 3)``.
        palette: Colour of each index; None for grey and RGB.
    """

    pixels: Pixels
    palette: Colors | None


def read_image(path: str) -> Pixels:
    """Decodes a JPEG or PNG file.

    Returns:
        RGB, shape ``(H, W, 3)``, uint8; transparency is left out, and of 16 bits the upper 8 are
        kept. EXIF orientation is not applied, as masks have none.

    Raises:
        UserError: the file cannot be read, is truncated, has more than ``MAX_PIXELS``, or has 16
            bits of which only the lower 12 are used.
    """
    data = read_file(path)
    if data[:2] == b"\xff\xd8":
        try:
            height, width, colors, _ = simplejpeg.decode_jpeg_header(data)
            _refuse_huge(path, width, height)
            if colors not in ("CMYK", "YCCK"):
                pixels: Pixels = simplejpeg.decode_jpeg(data, colorspace="RGB")
                return pixels
        except ValueError as error:
            raise _unreadable(path, error) from None
        return _decode(path, data, "RGB")
    if data[:8] != PNG_START:
        raise _unreadable(path, "neither JPEG nor PNG")
    head = _head(path, data)
    pixels = _decode(path, data, "RGB")
    if head.depth == 16 and (upper := int(pixels.max())) < LEAST_LIGHT:
        most = 256 * upper + 255
        raise UserError(
            f"{path} is a PNG of 16 bits that would be black, as no value in it is above {most} of "
            f"65535. Multiply its values by {65536 >> most.bit_length()}, or save it with 8 bits."
        )
    return pixels


def transparent_share(path: str, data: bytes) -> float:
    """The share of a picture's pixels that are not opaque, be it by alpha or by its palette.

    Args:
        path: Named in an error.
        data: Content of that file.

    Raises:
        UserError: it is damaged.
    """
    if data[:8] != PNG_START:
        return 0.0  # a JPEG has no transparency
    try:
        with Image.open(io.BytesIO(without_words(data))) as image:
            if not image.has_transparency_data:
                return 0.0
            image.load()
            rgba = image if "A" in image.getbands() else image.convert("RGBA")
            opaque = rgba.getchannel("A").histogram()[255]
            return 1 - opaque / (image.width * image.height)
    except DAMAGED as error:
        raise _unreadable(path, error) from None


def read_mask(path: str) -> Pixels:
    """Decodes a mask as class codes.

    Palette masks give their indices, never their colours; grey masks their values; RGB masks
    with R = G = B their red channel. ``Coding.read`` knows masks that say their codes by colour.

    Returns:
        Shape ``(H, W)``, uint8.

    Raises:
        UserError: the file cannot be read, or is not a mask of codes.
    """
    pixels = read_raw_mask(path).pixels
    if pixels.ndim == 2:
        return pixels
    if is_coloured(pixels):
        raise UserError(f"{path} holds colours instead of class codes. {MASK_FIX}.")
    return np.ascontiguousarray(pixels[..., 0])


def read_raw_mask(path: str) -> RawMask:
    """Decodes a mask without asking what its values mean.

    Raises:
        UserError: the file cannot be read, or is of no kind that a mask can be.
    """
    data = read_file(path)
    if data[:8] != PNG_START:
        raise UserError(f"{path} is not a PNG file. {MASK_FIX}.")
    head = _head(path, data)
    if (head.kind, head.depth) not in MASK_KINDS:
        raise UserError(
            f"{path} is a PNG of {head.depth} bit{'s' * (head.depth > 1)}"
            f"{' with alpha' if head.kind in (GREY_ALPHA, RGB_ALPHA) else ''}, not a mask of "
            f"codes. {MASK_FIX}."
        )
    return RawMask(_decode(path, data), palette_of(data) if head.kind == PALETTE else None)


def is_coloured(pixels: Pixels) -> bool:
    """Whether RGB pixels are anything but grey."""
    red = pixels[..., 0]
    return not ((red == pixels[..., 1]).all() and (red == pixels[..., 2]).all())


def count_values(mask: Pixels) -> npt.NDArray[np.int64]:
    """Pixels of each value, shape ``(256,)``, with little memory for any size of mask."""
    flat = mask.reshape(-1)
    counts = np.zeros(256, np.int64)
    for start in range(0, len(flat), STRIP_PIXELS):
        counts += np.bincount(flat[start : start + STRIP_PIXELS], minlength=256)
    return counts


def resize_image(image: Pixels, height: int, width: int) -> Pixels:
    """Resizes by area where it shrinks, else bilinearly; shape ``(H, W, 3)``, uint8."""
    if image.shape[:2] == (height, width):
        return image
    shrinks = image.shape[0] >= height and image.shape[1] >= width
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return cv2.resize(image, (width, height), interpolation=how)  # type: ignore[return-value]


def resize_mask(mask: Pixels, height: int, width: int) -> Pixels:
    """Resizes by the nearest pixel, so that codes stay codes; shape ``(H, W)``, uint8."""
    if mask.shape == (height, width):
        return mask
    return cv2.resize(mask, (width, height), interpolation=cv2.INTER_NEAREST_EXACT)  # type: ignore[return-value]


def read_file(path: str, most: int = -1) -> bytes:
    """The content of a picture's file, or its first bytes, so many at most.

    Raises:
        UserError: it cannot be read, is not a file, such as a pipe, or too large for a picture.
    """
    try:
        seen = os.stat(path)
        if not stat.S_ISREG(seen.st_mode):  # to open a pipe is to wait for ever
            raise _unreadable(path, "it is not a file")
        if seen.st_size > MAX_BYTES:
            raise _unreadable(path, "it is larger than 1 GB")
        with open(path, "rb") as file:
            return file.read(most)
    except OSError as error:
        raise _unreadable(path, error.strerror or error) from None


def _head(path: str, data: bytes) -> Head:
    """The header of a PNG that is not too large to be decoded."""
    if (head := head_of(data)) is None:
        raise _unreadable(path, "it ends too early")
    _refuse_huge(path, head.width, head.height)
    return head


def _decode(path: str, data: bytes, mode: str | None = None) -> Pixels:
    if data[:8] == PNG_START:
        data = without_words(data)
    try:
        with Image.open(io.BytesIO(data)) as image:
            if mode and image.mode.startswith("I"):  # 16 bits: Pillow would clip them at 255
                grey = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
                return np.array(grey.convert(mode))
            return np.array(image.convert(mode) if mode else image, dtype=np.uint8)
    except UnidentifiedImageError:
        raise _unreadable(path, "it is damaged") from None
    except DAMAGED as error:
        raise _unreadable(path, error) from None


def _refuse_huge(path: str, width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise UserError(
            f"{path} has {width} x {height} pixels, more than {MAX_PIXELS // 10**6} million. "
            "Shrink it."
        )


def _unreadable(path: str, why: object) -> UserError:
    return UserError(f"{path} cannot be read ({why}). Save or copy it again, or move it out.")
