"""Opens pictures of any format with Pillow: no larger than allowed, and errors as sentences."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image, UnidentifiedImageError

from jetcar.data.labels.folder import WITH_PLUGIN
from jetcar.data.pictures import DAMAGED, MAX_PIXELS
from jetcar.errors import UserError


@contextmanager
def opened(path: str, data: bytes) -> Iterator[Image.Image]:
    """A picture, of which the pixels are decoded when they are asked for.

    Args:
        path: Where it comes from, for messages.
        data: Content of that file.

    Raises:
        UserError: it is damaged or too large; also when that shows inside of the block.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow warns of what is an error here, or nothing
            with Image.open(io.BytesIO(data)) as image:
                if image.width * image.height > MAX_PIXELS:
                    raise Image.DecompressionBombError
                yield image
    except UnidentifiedImageError:
        raise _unreadable(path) from None
    except Image.DecompressionBombError:
        raise UserError(
            f"{path} has more than {MAX_PIXELS // 10**6} million pixels. Shrink it."
        ) from None
    except DAMAGED as error:
        raise UserError(
            f"{path} cannot be read ({error}). Save or copy it again, or move it out."
        ) from None


def _unreadable(path: str) -> UserError:
    if path.lower().endswith(WITH_PLUGIN[:2]):
        return UserError(
            f"{path} is a picture of a phone that is not read here. Save it as JPEG, or set the "
            "phone to take JPEG."
        )
    return UserError(f"{path} is damaged, or no picture. Save or copy it again, or move it out.")
