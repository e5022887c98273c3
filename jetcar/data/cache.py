"""Decoded pictures of one size in one file, of which any are read without decoding.

They are read, not mapped into memory: so the memory of training does not grow with the data set, a
file that is cut short is an error and no crash, and 20,000 pictures come 1.5 times as fast (35,000
a second against 23,000; of a few hundred a mapping gives more, 77,000 against 33,000).

Layout: a page with a JSON header, all images (``n x H x W x 3``), all masks (``n x H x W``, codes
as in the files), a checksum for each pair (CRC-32), and a mark that says that the file is whole.
"""

from __future__ import annotations

import contextlib
import errno
import glob
import hashlib
import io
import itertools
import json
import logging
import os
import shutil
import weakref
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from jetcar.data.codes import PLAIN, read_pair
from jetcar.data.coding import Coding
from jetcar.data.pairs import Pairs
from jetcar.data.pictures import Pixels
from jetcar.errors import UserError
from jetcar.processes import each
from jetcar.progress import progress
from jetcar.turns import in_turn
from jetcar.whole import NO_RIGHT, NO_ROOM, PART, remove_abandoned, whole_file

log = logging.getLogger(__name__)

Task: TypeAlias = tuple[str, str]
"""Paths of an image and of its mask."""

SUFFIX = ".pictures"
FORMAT = 1
PAGE = 4096
WHOLE = b"jetcar cache is whole\n"
CHUNK = 16
"""Pairs that a process decodes before it reports."""

ALONE = 200
"""Up to so many pairs one process decodes more quickly than it starts others."""

CHECKED_PAIRS = 8
"""So many pairs are compared with their checksums when a cache is opened."""


@dataclass(frozen=True)
class Place:
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
        place: The file.
        rows: The number in the file of each pair of the split, shape ``(N,)``.
    """

    def __init__(self, place: Place, rows: npt.NDArray[np.int64]) -> None:
        self.place, self.rows = place, rows
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
        place = self.place
        images = np.empty((len(indices), place.height, place.width, 3), np.uint8)
        masks = np.empty(images.shape[:3], np.uint8)
        for i, row in enumerate(self.rows[indices].tolist()):
            self._fill(images[i], PAGE + row * place.image_bytes)
            self._fill(masks[i], place.masks_start + row * place.mask_bytes)
        return images, masks

    def _fill(self, pixels: Pixels, start: int) -> None:
        if self._file is None:  # kept open: another run may give the file's name to a newer one
            self._file = io.FileIO(self.place.path)
            weakref.finalize(self, self._file.close)
        if hasattr(os, "preadv"):  # a forked worker has the place in the file in common with others
            count = os.preadv(self._file.fileno(), [pixels.data], start)
        else:
            self._file.seek(start)
            count = self._file.readinto(pixels.data)
        if count != pixels.nbytes:
            raise UserError(f"{self.place.path} was cut short. Start again, and it is made anew.")


def open_cache(
    root: Path,
    dataset: Path,
    splits: Mapping[str, Pairs],
    height: int,
    width: int,
    coding: Coding = PLAIN,
) -> dict[str, CachedPictures]:
    """The decoded pictures of a data set, decoded now if they have not been before.

    Args:
        root: Folder of caches on a local disk.
        dataset: Folder of the data set; its former cache of this size is removed.
        splits: Pairs by split name; every image has a mask.
        height: Pixels that every picture is resized to.
        width: Pixels.
        coding: How the masks say their codes.

    Returns:
        Readers by split name; none of them when the disk has no room or may not be written to,
        which is told.

    Raises:
        UserError: a picture or a mask cannot be read.
    """
    # In an order that does not depend on the split, so that another split finds the same file.
    tasks = sorted(
        (image, mask)
        for pairs in splits.values()
        for image, mask in zip(pairs.images, pairs.masks, strict=True)
        if mask is not None
    )
    key = _key(tasks, coding)
    whereabouts = hashlib.sha256(os.fsencode(dataset.resolve())).hexdigest()[:6]
    stem = f"{dataset.name}-{whereabouts}-{height}x{width}"
    place = Place(root / f"{stem}-{key[:12]}{SUFFIX}", height, width, len(tasks))
    try:
        # Looked at before the lock is taken, which needs the right to write.
        if not _is_whole(place, key):
            # Of two runs that start at once one decodes, and the other waits for it.
            with in_turn(root / stem):
                if not _is_whole(place, key):
                    if place.path.exists():
                        log.warning("%s is damaged and made anew", place.path)
                    _remove_former(root, stem)
                    _build(place, key, tasks, coding)
    except OSError as error:
        if error.errno not in (*NO_ROOM, *NO_RIGHT):
            raise
        log.warning(
            "no cache of decoded pictures: %s needs %.1f GB (%s); training decodes them anew in "
            "each epoch. data.cache=false leaves this line out",
            root,
            place.size / 1e9,
            error.strerror,
        )
        return {}
    row_of = {image: row for row, (image, _) in enumerate(tasks)}
    return {
        split: CachedPictures(place, np.array([row_of[i] for i in pairs.images], np.int64))
        for split, pairs in splits.items()
    }


def _remove_former(root: Path, stem: str) -> None:
    """Removes what there is of a data set in this size, and what killed runs left of it."""
    for former in root.glob(f"{glob.escape(stem)}-*{SUFFIX}*"):
        name, _, part = former.name.partition(PART)
        if part:
            remove_abandoned(root / name)
            continue
        with contextlib.suppress(OSError):  # another run may read it; it can stay
            former.unlink()


def _key(tasks: list[Task], coding: Coding) -> str:
    """Changes with every file's name, size and time, and with how masks are read."""
    digest = hashlib.sha256(b"" if coding.is_plain else repr(coding).encode())
    for path in itertools.chain.from_iterable(tasks):
        stat = os.stat(path)
        line = f"{path} {stat.st_size} {stat.st_mtime_ns}\n"
        digest.update(line.encode(errors="surrogateescape"))
    return digest.hexdigest()


def _header(place: Place, key: str) -> bytes:
    fields = {
        "format": FORMAT,
        "key": key,
        "pairs": place.n_pairs,
        "height": place.height,
        "width": place.width,
    }
    return json.dumps(fields).encode().ljust(PAGE)


def _is_whole(place: Place, key: str) -> bool:
    """Whether the file is there, complete, and right where it was looked at."""
    try:
        if place.path.stat().st_size != place.size:
            return False
        with place.path.open("rb") as file:
            if file.read(PAGE) != _header(place, key):
                return False
            file.seek(place.sums_start)
            sums = np.frombuffer(file.read(4 * place.n_pairs), "<u4")
            if file.read() != WHOLE:
                return False
        some = np.unique(np.linspace(0, place.n_pairs - 1, CHECKED_PAIRS).astype(int)).tolist()
        images, masks = CachedPictures(place, np.arange(place.n_pairs)).read(some)
    except FileNotFoundError:
        return False
    found = [_checksum(image, mask) for image, mask in zip(images, masks, strict=True)]
    return bool(found == sums[some].tolist())


def _checksum(image: Pixels, mask: Pixels) -> int:
    return zlib.crc32(mask.tobytes(), zlib.crc32(image.tobytes()))


def _build(place: Place, key: str, tasks: list[Task], coding: Coding) -> None:
    """Decodes all pairs into a new file.

    Raises:
        OSError: among others, that the disk has no room for it.
    """
    free = shutil.disk_usage(place.path.parent).free
    if place.size > 0.9 * free:
        raise OSError(errno.ENOSPC, f"{free / 1e9:.1f} GB are free")
    with whole_file(place.path) as file:
        file.write(_header(place, key))
        file.truncate(place.size)
        file.flush()
        sums = np.zeros(len(tasks), "<u4")
        with progress("decoding pictures once", len(tasks), "pictures") as advance:
            for row, checksum in enumerate(_decoded(Path(file.name), place, tasks, coding)):
                sums[row] = checksum
                advance(1)
        file.seek(place.sums_start)
        file.write(sums.tobytes() + WHOLE)


def _decoded(part: Path, place: Place, tasks: list[Task], coding: Coding) -> Iterator[int]:
    """Decodes every pair into its place, on all cores when there are many; gives checksums."""
    decode = partial(_decode_into, part, place, coding)
    yield from each(decode, list(enumerate(tasks)), ALONE, CHUNK)


def _decode_into(part: Path, place: Place, coding: Coding, numbered: tuple[int, Task]) -> int:
    row, (image_path, mask_path) = numbered
    image, mask = read_pair(image_path, mask_path, place.height, place.width, coding)
    with part.open("r+b") as file:
        file.seek(PAGE + row * place.image_bytes)
        file.write(image.tobytes())
        file.seek(place.masks_start + row * place.mask_bytes)
        file.write(mask.tobytes())
    return _checksum(image, mask)
