"""Reads and resizes images and masks; the only place that does either."""

from __future__ import annotations

import io
import struct
from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt
import simplejpeg
from PIL import Image, UnidentifiedImageError

from jetcar.errors import UserError

Pixels: TypeAlias = npt.NDArray[np.uint8]

MAX_PIXELS = 80_000_000
"""A picture of more pixels is refused before it is decoded."""

PNG_START = b"\x89PNG\r\n\x1a\n"
MASK_KINDS = {(0, 8), (2, 8), (3, 1), (3, 2), (3, 4), (3, 8)}
"""PNG colour type and bit depth of masks that hold codes: grey, RGB, palette."""

MASK_FIX = "Save it as an 8-bit PNG whose grey value or palette index is the class code"


def read_image(path: str) -> Pixels:
    """Decodes a JPEG or PNG file.

    Returns:
        RGB, shape ``(H, W, 3)``, uint8. EXIF orientation is not applied, as masks have none.

    Raises:
        UserError: the file cannot be read, is truncated, or has more than ``MAX_PIXELS``.
    """
    data = _read(path)
    if data[:2] == b"\xff\xd8":
        try:
            height, width, colors, _ = simplejpeg.decode_jpeg_header(data)
            _refuse_huge(path, width, height)
            if colors != "CMYK":
                pixels: Pixels = simplejpeg.decode_jpeg(data, colorspace="RGB")
                return pixels
        except ValueError as error:
            raise _unreadable(path, error) from None
    elif data[:8] == PNG_START:
        _png_kind(path, data)
    else:
        raise _unreadable(path, "neither JPEG nor PNG")
    return _decode(path, data, "RGB")


def read_mask(path: str) -> Pixels:
    """Decodes a mask as class codes.

    Palette masks give their indices, never their colours; grey masks their values; RGB masks
    with R = G = B their red channel.

    Returns:
        Shape ``(H, W)``, uint8.

    Raises:
        UserError: the file cannot be read, or is not a mask of codes.
    """
    data = _read(path)
    if data[:8] != PNG_START:
        raise UserError(f"{path} is not a PNG file. {MASK_FIX}.")
    kind, depth = _png_kind(path, data)
    if (kind, depth) not in MASK_KINDS:
        raise UserError(
            f"{path} is a PNG of {depth} bit{'s' * (depth > 1)}"
            f"{' with alpha' if kind in (4, 6) else ''}, not a mask of codes. {MASK_FIX}."
        )
    pixels = _decode(path, data)
    if pixels.ndim == 2:
        return pixels
    red = pixels[..., 0]
    if not ((red == pixels[..., 1]).all() and (red == pixels[..., 2]).all()):
        raise UserError(f"{path} holds colours instead of class codes. {MASK_FIX}.")
    return np.ascontiguousarray(red)


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


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise _unreadable(path, error.strerror or error) from None


def _png_kind(path: str, data: bytes) -> tuple[int, int]:
    """Colour type and bit depth of a PNG that is not too large to be decoded."""
    if len(data) < 33:
        raise _unreadable(path, "it ends too early")
    width, height, depth, kind = struct.unpack(">IIBB", data[16:26])
    _refuse_huge(path, width, height)
    return kind, depth


def _decode(path: str, data: bytes, mode: str | None = None) -> Pixels:
    try:
        with Image.open(io.BytesIO(data)) as image:
            if mode and image.mode.startswith("I"):  # 16 bits: Pillow would clip them at 255
                grey = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
                return np.array(grey.convert(mode))
            return np.array(image.convert(mode) if mode else image, dtype=np.uint8)
    except UnidentifiedImageError:
        raise _unreadable(path, "it is damaged") from None
    except (OSError, ValueError, SyntaxError, EOFError, struct.error) as error:
        raise _unreadable(path, error) from None  # Pillow has no one type for a damaged file


def _refuse_huge(path: str, width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise UserError(
            f"{path} has {width} x {height} pixels, more than {MAX_PIXELS // 10**6} million. "
            "Shrink it."
        )


def _unreadable(path: str, why: object) -> UserError:
    return UserError(f"{path} cannot be read ({why}). Save or copy it again, or move it out.")
