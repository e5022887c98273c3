"""Keys of a data set: of its listing, and of what training sees of it."""

from __future__ import annotations

import hashlib
import os
import unicodedata
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from jetcar.data.pairs import Pairs

TRAINED_ON = ("Train", "Val")
"""The splits that decide what a network learns; Test may grow while a run goes on."""

THREADS = 8
"""Reading is mostly waiting, and hashing lets other threads work."""


def listing_key(splits: Mapping[str, Pairs]) -> str:
    """A key of the names and sizes of all files, the same on every machine.

    Runs of former versions carry it as their fingerprint.

    Args:
        splits: Pairs by split name.

    Returns:
        16 hexadecimal digits.
    """
    digest = hashlib.sha256()
    for split, pairs in sorted(splits.items()):
        for path in _all_files(pairs):
            line = f"{split} {os.path.basename(path)} {_size(path)}\n"
            digest.update(line.encode(errors="surrogateescape"))
    return digest.hexdigest()[:16]


def fingerprint(splits: Mapping[str, Pairs]) -> str:
    """A key of what training sees, the same on every machine: it reads every mask once.

    A mask that was mended is often as large as before, so masks are told by what they hold. The
    size of a compressed picture tells it well enough, and 20,000 of them would take long to read.

    Args:
        splits: Pairs by split name; those of Test do not count.

    Returns:
        Twice 16 hexadecimal digits: of the pictures, with the names of their masks, and of what the
        masks hold. Masks with other codes for the same classes change the second part alone.
    """
    pictures, masks = hashlib.sha256(), hashlib.sha256()
    with ThreadPoolExecutor(THREADS) as pool:
        for split in TRAINED_ON:
            pairs = splits.get(split, Pairs([], [], []))
            for path in pairs.images:
                pictures.update(f"{split} {_name(path)} {_size(path)}\n".encode())
            paths = [mask for mask in pairs.masks if mask is not None]
            for path, content in zip(paths, pool.map(_digest, paths), strict=True):
                pictures.update(f"{split} {_name(path)}\n".encode())
                masks.update(content)
    return f"{pictures.hexdigest()[:16]}-{masks.hexdigest()[:16]}"


def _digest(path: str) -> bytes:
    return hashlib.sha256(Path(path).read_bytes()).digest()


def _name(path: str) -> str:
    """The file's name, which a Mac may write with other characters."""
    return unicodedata.normalize("NFC", os.path.basename(path))


def _size(path: str) -> int | None:
    try:
        return os.path.getsize(path)
    except OSError:  # a broken link, reported when it is opened
        return None


def _all_files(pairs: Pairs) -> Iterable[str]:
    yield from pairs.images
    yield from (mask for mask in pairs.masks if mask is not None)
