"""Opens pictures of any format with Pillow: no larger than allowed, and errors as sentences."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image, UnidentifiedImageError

from jetcar.data.pictures import DAMAGED, MAX_PIXELS
from jetcar.errors import UserError

HEIC = (".heic", ".heif")


@contextmanager
def opened(path: str, data: bytes) -> Iterator[Image.Image]:
    """A picture, of which the pixels are decoded when they are asked for.

    Args:
        path: Where it comes from, for messages.
        data: Content of that file.

    Raises:
        UserError: it is damaged or too large; also when that shows inside of the block.
    """
    is_heic = path.lower().endswith(HEIC)
    if is_heic and not _knows_heic():
        raise UserError(
            f"{path} is a photo of a phone, which needs a library that is not installed here. "
            "Install it with: python -m pip install pillow-heif. Or save it as JPEG."
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of what is an error here, or nothing
            with Image.open(io.BytesIO(data)) as image:
                if image.width * image.height > MAX_PIXELS:
                    raise Image.DecompressionBombError
                yield image
    except UnidentifiedImageError:
        raise UserError(
            f"{path} is damaged, or no picture. Save or copy it again, or move it out."
        ) from None
    except Image.DecompressionBombError:
        raise UserError(
            f"{path} has more than {MAX_PIXELS // 10**6} million pixels. Shrink it."
        ) from None
    except DAMAGED as error:
        raise UserError(
            f"{path} cannot be read ({error}). Save or copy it again, or move it out."
        ) from None


def _knows_heic() -> bool:
    """Whether Pillow can read photos of phones, by a library that not everybody needs."""
    try:
        from pillow_heif import register_heif_opener
    except ImportError:
        return False
    register_heif_opener()
    return True
