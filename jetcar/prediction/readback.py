"""Reads predicted masks back from the disk, by the rules of the tools that show them."""

from __future__ import annotations

import logging
import os
import struct
import zipfile
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import cv2
import numpy as np
from PIL import Image

from jetcar.classes import ClassTable
from jetcar.data.pictures import Pixels
from jetcar.data.png_file import PNG_START
from jetcar.errors import UserError
from jetcar.prediction.viewers import Viewer
from jetcar.wording import counted

log = logging.getLogger(__name__)

READERS = 2
RGB_KIND = (8, 2)
"""Bit depth and colour type of a PNG of 24 bits without alpha."""


@dataclass(frozen=True)
class Written:
    """A mask that was written.

    Attributes:
        image: File of its picture.
        name: File name of the mask.
        checksum: Of its codes, see ``checksum``.
    """

    image: str
    name: str
    checksum: int


def checksum(codes: Pixels) -> int:
    """A number that tells codes of shape ``(H, W)``, uint8, from others."""
    return crc32(np.ascontiguousarray(codes).data)


def read_back(folder: Path, masks: Sequence[Written], viewer: Viewer, table: ClassTable) -> None:
    """Reads masks as the viewer does: name, size of the picture, 24 bits, R = G = B = code.

    Codes without a class are reported in a warning: the file is right, but the network gave a code
    that the class table leaves out.

    Raises:
        UserError: a mask is not what was predicted, or the viewer would not show it; names it.
    """
    names = {name.lower() for name in os.listdir(folder)}
    with ThreadPoolExecutor(READERS) as pool:
        codes = pool.map(lambda mask: _codes_of(folder, mask, viewer, names), masks)
        without_class = {
            mask.name: unknown
            for mask, values in zip(masks, codes, strict=True)
            if (unknown := values - set(table.codes))
        }
    if without_class:
        name, unknown = next(iter(without_class.items()))
        log.warning(
            "codes without a class (%s), which are shown white, are in %d of %s, first %s. "
            "Train longer, or give the classes codes without gaps.",
            ", ".join(map(str, sorted(unknown))),
            len(without_class),
            counted(len(masks), "mask"),
            name,
        )


def check_zip(path: Path, names: Iterable[str]) -> None:
    """Reads a zip back, with the checksum of every file.

    Raises:
        UserError: a file is missing or damaged; names it.
    """
    with zipfile.ZipFile(path) as archive:
        lost = sorted(set(names) - set(archive.namelist()))
        if bad := lost[0] if lost else archive.testzip():
            raise UserError(f"{path}: {bad} does not read back. Is the disk sound? Predict again.")


def _codes_of(folder: Path, mask: Written, viewer: Viewer, names: set[str]) -> set[int]:
    """The codes in a mask, after all that can be wrong with it."""
    path = folder / mask.name
    if mask.name.lower() != (wanted := viewer.asks_for(mask.image)) or wanted not in names:
        raise _not_as_written(path, f"the mask of {mask.image} has to be called {wanted}")
    data = path.read_bytes()
    if data[:8] != PNG_START or len(data) < 33:
        raise _not_as_written(path, "it is not a PNG file")
    width, height, *kind = struct.unpack(">IIBB", data[16:26])
    if tuple(kind) != RGB_KIND:
        raise _not_as_written(path, "it is not a 24-bit PNG")
    with Image.open(mask.image) as image:
        if image.size != (width, height):
            size = f"{image.width} x {image.height}"
            raise _not_as_written(path, f"it has {width} x {height} pixels, its picture {size}")
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if pixels is None:
        raise _not_as_written(path, "it is damaged")
    blue, green, red = (np.asarray(channel, np.uint8) for channel in cv2.split(pixels))
    if cv2.norm(red, green, cv2.NORM_INF) or cv2.norm(red, blue, cv2.NORM_INF):
        raise _not_as_written(path, "its red, green and blue differ")
    if checksum(red) != mask.checksum:
        raise _not_as_written(path, "its codes are not those that were predicted")
    return set(np.flatnonzero(np.bincount(red.ravel(), minlength=256)).tolist())


def _not_as_written(path: Path, why: str) -> UserError:
    return UserError(
        f"{path} does not read back as it was written: {why}. Does another program change the "
        "folder, and is the disk sound? Predict again."
    )
