"""Pictures of one size are decoded once, into one file; ``cache_file`` describes it."""

from __future__ import annotations

import contextlib
import errno
import glob
import hashlib
import itertools
import logging
import os
import shutil
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TypeAlias

import numpy as np

from jetcar.data.cache_file import (
    PAGE,
    SUFFIX,
    WHOLE,
    CachedPictures,
    CacheFile,
    checksum,
    header,
    is_whole,
)
from jetcar.data.codes import PLAIN, read_pair
from jetcar.data.coding import Coding
from jetcar.data.pairs import Pairs
from jetcar.processes import each
from jetcar.progress import progress
from jetcar.turns import in_turn
from jetcar.whole import NO_RIGHT, NO_ROOM, PART, remove_abandoned, whole_file

log = logging.getLogger(__name__)

Task: TypeAlias = tuple[str, str]
"""Paths of an image and of its mask."""

CHUNK = 16
"""Pairs that a process decodes before it reports."""

ALONE = 200
"""Up to so many pairs one process decodes more quickly than it starts others."""


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
    cache = CacheFile(root / f"{stem}-{key[:12]}{SUFFIX}", height, width, len(tasks))
    try:
        # Looked at before the lock is taken, which needs the right to write.
        if not is_whole(cache, key):
            # Of two runs that start at once one decodes, and the other waits for it.
            with in_turn(root / stem):
                if not is_whole(cache, key):
                    if cache.path.exists():
                        log.warning("%s is damaged and is rebuilt", cache.path)
                    _remove_former(root, stem)
                    _build(cache, key, tasks, coding)
    except OSError as error:
        if error.errno not in (*NO_ROOM, *NO_RIGHT):
            raise
        log.warning(
            "no cache of decoded pictures: %s needs %.1f GB (%s); training decodes them again in "
            "each epoch. data.cache=false silences this message",
            root,
            cache.size / 1e9,
            error.strerror,
        )
        return {}
    row_of = {image: row for row, (image, _) in enumerate(tasks)}
    return {
        split: CachedPictures(cache, np.array([row_of[i] for i in pairs.images], np.int64))
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


def _build(cache: CacheFile, key: str, tasks: list[Task], coding: Coding) -> None:
    """Decodes all pairs into a new file.

    Raises:
        OSError: among others, that the disk has no room for it.
    """
    free = shutil.disk_usage(cache.path.parent).free
    if cache.size > 0.9 * free:
        raise OSError(errno.ENOSPC, f"{free / 1e9:.1f} GB are free")
    with whole_file(cache.path) as file:
        file.write(header(cache, key))
        file.truncate(cache.size)
        file.flush()
        sums = np.zeros(len(tasks), "<u4")
        with progress("decoding pictures once", len(tasks), "pictures") as advance:
            for row, one in enumerate(_decoded(Path(file.name), cache, tasks, coding)):
                sums[row] = one
                advance(1)
        file.seek(cache.sums_start)
        file.write(sums.tobytes() + WHOLE)


def _decoded(part: Path, cache: CacheFile, tasks: list[Task], coding: Coding) -> Iterator[int]:
    """Decodes every pair into its place, on all cores when there are many; gives checksums."""
    decode = partial(_decode_into, part, cache, coding)
    yield from each(decode, list(enumerate(tasks)), ALONE, CHUNK)


def _decode_into(part: Path, cache: CacheFile, coding: Coding, numbered: tuple[int, Task]) -> int:
    row, (image_path, mask_path) = numbered
    image, mask = read_pair(image_path, mask_path, cache.height, cache.width, coding)
    with part.open("r+b") as file:
        file.seek(PAGE + row * cache.image_bytes)
        file.write(image.tobytes())
        file.seek(cache.masks_start + row * cache.mask_bytes)
        file.write(mask.tobytes())
    return checksum(image, mask)
