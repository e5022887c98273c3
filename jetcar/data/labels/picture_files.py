"""Pictures as people have them, made into the JPEG and PNG files that training reads."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image, ImageOps

from jetcar.data.labels.opening import opened
from jetcar.errors import UserError

ORIENTATION = 0x0112
"""The tag of EXIF that says how a camera was held."""

UPRIGHT = 1
ASIDE = (5, 6, 7, 8)
"""Orientations that exchange width and height."""

AS_IT_IS = {"JPEG": ("L", "RGB"), "PNG": ("L", "RGB", "P", "I;16")}
"""Formats and modes that are copied byte by byte."""


@dataclass(frozen=True)
class PictureFile:
    """A picture as it is written.

    Attributes:
        data: Content of the file.
        suffix: ``.jpg`` or ``.png``.
        size: Width and height.
    """

    data: bytes
    suffix: str
    size: tuple[int, int]


def picture_file(path: str, data: bytes, size: tuple[int, int] | None) -> PictureFile:
    """The picture as training reads it: turned as its labels were drawn.

    Tools show a picture as EXIF says, so it is turned like that. Where it has the size that the
    labels say only as it is stored, it stays.

    Args:
        path: Where it comes from, for messages.
        data: Content of the file.
        size: Width and height that the labels say, or of the mask; None where nobody says.

    Raises:
        UserError: it cannot be read, or has another size than its labels.
    """
    with opened(path, data) as image:
        width, height = image.size
        orientation = int(image.getexif().get(ORIENTATION, UPRIGHT))
        seen = (height, width) if orientation in ASIDE else (width, height)
        turns = orientation != UPRIGHT and size in (None, seen)
        final = seen if turns else (width, height)
        if size is not None and size != final:
            raise UserError(
                f"{path} is {seen[0]} x {seen[1]} pixels, but its labels are of a picture of "
                f"{size[0]} x {size[1]}. Use the picture that was labelled, or label it again."
            )
        if not turns and image.mode in AS_IT_IS.get(str(image.format), ()):
            return PictureFile(data, ".jpg" if image.format == "JPEG" else ".png", final)
        turned = ImageOps.exif_transpose(image) if turns else image
        return PictureFile(_png(turned), ".png", final)


def as_stored(path: str, data: bytes) -> PictureFile:
    """The picture as it is stored, in a file that every program shows like that.

    Args:
        path: Where it comes from, for messages.
        data: Content of the file.

    Raises:
        UserError: it cannot be read.
    """
    with opened(path, data) as image:
        orientation = int(image.getexif().get(ORIENTATION, UPRIGHT))
        if orientation == UPRIGHT and image.format in AS_IT_IS:
            return PictureFile(data, ".jpg" if image.format == "JPEG" else ".png", image.size)
        return PictureFile(_png(image), ".png", image.size)


def _png(image: Image.Image) -> bytes:
    """A PNG of RGB; of 16 bits the upper 8, and what is transparent is left out."""
    if image.mode.startswith("I"):
        grey = (np.asarray(image).astype(np.int64) >> 8).clip(0, 255).astype(np.uint8)
        pixels = np.repeat(grey[..., None], 3, axis=2)
    else:
        pixels = np.asarray(image.convert("RGB"))
    is_written, encoded = cv2.imencode(".png", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))
    assert is_written  # memory is all it takes
    return encoded.tobytes()
