"""Copies one file to another folder so that what was there stays until the new one is proven."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from jetcar.whole import PART, move

COPY_BYTES = 4 << 20
OLD = ".old"
"""Suffix of a replaced file, for the moment until it is deleted."""

MayReplace: TypeAlias = Callable[[Path], bool]


@dataclass(frozen=True)
class Copy:
    """A file put aside, and where it shall go.

    Attributes:
        aside: The file on the local disk.
        name: Path below the run's folder in the mirror, with ``/``.
        may_replace: Asked with the path of the file that is there already, if any.
    """

    aside: Path
    name: str
    may_replace: MayReplace | None = None


def copy_whole(
    copy: Copy, root: Path, folder: Path, look: Callable[[], None] | None = None
) -> bool:
    """Copies a file so that the old one stays until the new one is proven to be there.

    The new file is written under a name that no other session uses, flushed, read back and
    compared. The old one is then emptied before it is deleted, because what is deleted from a
    Google Drive goes to its trash, which counts against the quota.

    Args:
        copy: What to copy, and to which name.
        root: The mirror; it must exist.
        folder: The run's folder below it; made when it is missing.
        look: Called when the new file is there and before it takes its name, as writing may take
            long; what it raises ends the copy.

    Returns:
        False when the file that is there may not be replaced, and stays.

    Raises:
        OSError: something did not work; the old file is still there.
    """
    target = folder / copy.name
    make_below(root, target.parent)
    old = target.with_name(target.name + OLD)
    if old.exists() and not target.exists():
        move(old, target)  # a copy was cut off between the two names
    if copy.may_replace is not None and target.exists() and not copy.may_replace(target):
        return False
    part = target.with_name(f"{target.name}{PART}-{secrets.token_hex(4)}")
    try:
        wanted = hashlib.sha256()
        with copy.aside.open("rb") as source, part.open("wb") as out:
            while block := source.read(COPY_BYTES):
                wanted.update(block)
                out.write(block)
            out.flush()
            os.fsync(out.fileno())
        if _sha256(part) != wanted.digest():
            raise OSError(f"{part} reads back differently from what was written")
        if look is not None:
            look()
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink()
        raise
    if target.exists():
        move(target, old)
    move(part, target)
    if old.exists():
        os.truncate(old, 0)
        old.unlink()
    return True


def make_below(root: Path, folder: Path) -> None:
    """Makes a folder below the mirror, and never the mirror itself, which may be unmounted."""
    inside = folder.relative_to(root)
    for one in reversed([inside, *inside.parents][:-1]):
        (root / one).mkdir(exist_ok=True)


def left_there(path: Path) -> Path:
    """A file in the mirror, or what is left of it when a copy was cut off between two names."""
    old = path.with_name(path.name + OLD)
    return old if old.exists() and not path.exists() else path


def remove_parts(folder: Path) -> None:
    """Removes what sessions that were killed left half copied; for the owner of the folder."""
    for place in (folder, *(folder / name for name in ("checkpoints", "car", "tensorboard"))):
        for part in place.glob(f"*{PART}*"):
            with contextlib.suppress(OSError):  # it is in nobody's way
                part.unlink()


def same_size(path: Path, other: Path) -> bool:
    """Whether the other file is there and as large; a Drive need not keep times."""
    return other.exists() and other.stat().st_size == path.stat().st_size


def _sha256(path: Path) -> bytes:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(COPY_BYTES):
            digest.update(block)
    return digest.digest()
