"""Whether the folder that mirror.dir names can be a second copy of the run."""

from __future__ import annotations

import os
from pathlib import Path

from jetcar.errors import UserError

WITHOUT = "or train without it: mirror.dir=null"


def refuse_unfit_root(root: Path, name: str, run: Path) -> None:
    """Looks at a mirror before anything is written.

    Args:
        root: What ``mirror.dir`` names.
        name: The run's folder below it.
        run: The same run on the local disk.

    Raises:
        UserError: it is not a folder, lies on a disk that is not there, or the copy would be the
            run itself or lie in it.
    """
    if not root.is_dir():
        if root.is_symlink() and not root.exists():
            raise UserError(
                f"mirror.dir={root} is a link to {root.readlink()}, which is not there. Is that "
                f"disk connected? Name a folder, {WITHOUT}"
            )
        if root.exists():
            raise UserError(f"mirror.dir={root} is a file. Name a folder, {WITHOUT}")
        if not root.parent.is_dir():
            raise UserError(
                f"mirror.dir={root} is not there, nor is {root.parent}. Is the Drive mounted? "
                "Mount it, make the folder, or train without: mirror.dir=null"
            )
    copy = root / name
    if is_same(copy, run):
        raise UserError(
            f"mirror.dir={root} is where the run itself is written ({run}), so that there would "
            f"be no second copy. Name a folder on another disk, {WITHOUT}"
        )
    if any(is_same(parent, run) for parent in (root, *root.parents)):
        raise UserError(
            f"mirror.dir={root} lies in the run itself ({run}). Name a folder on another disk, "
            f"{WITHOUT}"
        )
    for place in (copy, *copy.parents[: len(Path(name).parts) - 1]):
        if place.exists() and not place.is_dir():
            raise UserError(
                f"{place} is a file where the copy of the run belongs. Remove it, choose another "
                f"name=..., {WITHOUT}"
            )


def is_same(path: Path, other: Path) -> bool:
    """Whether two names lead to one folder, through links and mounts too; neither must exist."""
    if path.exists() and other.exists():
        return path.samefile(other)
    ours, theirs = path.resolve(), other.resolve()
    if os.path.normcase(ours) == os.path.normcase(theirs):
        return True
    # Folders that are not there yet may be about to be made in one that is.
    if (
        path.exists()
        or other.exists()
        or os.path.normcase(ours.name) != os.path.normcase(theirs.name)
    ):
        return False
    return ours != ours.parent and is_same(ours.parent, theirs.parent)
