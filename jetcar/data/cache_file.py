"""The file of decoded pictures: what stands where in it, reading it, and whether it is whole.

Pictures are read, not mapped into memory: so the memory of training does not grow with the data
set, a file that is cut short is an error and no crash, and 20,000 pictures come 1.5 times as fast
(35,000 a second against 23,000; of a few hundred a mapping gives more, 77,000 against 33,000).

Layout: a page with a JSON header, all images (``n x H x W x 3``), all masks (``n x H x W``, codes
as in the files), a checksum for each pair (CRC-32), and a mark that says that the file is whole.
"""

from __future__ import annotations

import io
import json
import os
import weakref
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from jetcar.data.pictures import Pixels
from jetcar.errors import UserError

SUFFIX = ".pictures"
FORMAT = 1
PAGE = 4096
WHOLE = b"jetcar cache is whole\n"
CHECKED_PAIRS = 8
"""So many pairs are compared with their checksums when a cache is opened."""


@dataclass(frozen=True)
class CacheFile:
    """A cache file and what stands where in it.

    Attributes:
        path: The file.
        height: Pixels of every picture.
        width: Pixels of every picture.
        n_pairs: How many pairs there are.
    """

    path: Path
    height: int
    width: int
    n_pairs: int

    @property
    def image_bytes(self) -> int:
        """Bytes of one image."""
        return 3 * self.height * self.width

    @property
    def mask_bytes(self) -> int:
        """Bytes of one mask."""
        return self.height * self.width

    @property
    def masks_start(self) -> int:
        """Where the masks begin."""
        return PAGE + self.n_pairs * self.image_bytes

    @property
    def sums_start(self) -> int:
        """Where the checksums begin."""
        return self.masks_start + self.n_pairs * self.mask_bytes

    @property
    def size(self) -> int:
        """Bytes of the whole file."""
        return self.sums_start + 4 * self.n_pairs + len(WHOLE)


class CachedPictures:
    """Reads batches of one split; can be sent to a worker, which opens the file for itself.

    Args:
        cache: The file.
        rows: The number in the file of each pair of the split, shape ``(N,)``.
    """

    def __init__(self, cache: CacheFile, rows: npt.NDArray[np.int64]) -> None:
        self.cache, self.rows = cache, rows
        self._file: io.FileIO | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_file": None}

    def read(self, indices: list[int]) -> tuple[Pixels, Pixels]:
        """Pictures and masks of one batch, straight from the file into their place in the batch.

        Args:
            indices: Numbers of the pictures in their split.

        Returns:
            Images ``(B, H, W, 3)`` and masks ``(B, H, W)``, uint8; codes as in the files.

        Raises:
            UserError: the file has become shorter.
        """
        cache = self.cache
        images = np.empty((len(indices), cache.height, cache.width, 3), np.uint8)
        masks = np.empty(images.shape[:3], np.uint8)
        for i, row in enumerate(self.rows[indices].tolist()):
            self._fill(images[i], PAGE + row * cache.image_bytes)
            self._fill(masks[i], cache.masks_start + row * cache.mask_bytes)
        return images, masks

    def _fill(self, pixels: Pixels, start: int) -> None:
        if self._file is None:  # kept open: another run may give the file's name to a newer one
            self._file = io.FileIO(self.cache.path)
            weakref.finalize(self, self._file.close)
        if hasattr(os, "preadv"):  # a forked worker has the place in the file in common with others
            count = os.preadv(self._file.fileno(), [pixels.data], start)
        else:
            self._file.seek(start)
            count = self._file.readinto(pixels.data)
        if count != pixels.nbytes:
            raise UserError(f"{self.cache.path} was cut short. Start again, and it is rebuilt.")


def header(cache: CacheFile, key: str) -> bytes:
    """The first page of the file, by which one of other pictures or of another format is known."""
    fields = {
        "format": FORMAT,
        "key": key,
        "pairs": cache.n_pairs,
        "height": cache.height,
        "width": cache.width,
    }
    return json.dumps(fields).encode().ljust(PAGE)


def is_whole(cache: CacheFile, key: str) -> bool:
    """Whether the file is there, complete, and right where it was looked at."""
    try:
        if cache.path.stat().st_size != cache.size:
            return False
        with cache.path.open("rb") as file:
            if file.read(PAGE) != header(cache, key):
                return False
            file.seek(cache.sums_start)
            sums = np.frombuffer(file.read(4 * cache.n_pairs), "<u4")
            if file.read() != WHOLE:
                return False
        some = np.unique(np.linspace(0, cache.n_pairs - 1, CHECKED_PAIRS).astype(int)).tolist()
        images, masks = CachedPictures(cache, np.arange(cache.n_pairs)).read(some)
    except FileNotFoundError:
        return False
    found = [checksum(image, mask) for image, mask in zip(images, masks, strict=True)]
    return bool(found == sums[some].tolist())


def checksum(image: Pixels, mask: Pixels) -> int:
    """One number for a pair (CRC-32)."""
    return zlib.crc32(mask.tobytes(), zlib.crc32(image.tobytes()))
