"""Which mask belongs to which picture, where masks are files of their own."""

from __future__ import annotations

import posixpath
from collections.abc import Callable

from jetcar.classes import RGB
from jetcar.data.labels.folder import LOSSY, MASKS, Folder, split_of
from jetcar.data.labels.form import LabelSet, MaskValues, Picture
from jetcar.data.labels.name_tables import Names
from jetcar.wording import counted, printable


def with_names(tool: str, names: Names) -> LabelSet:
    """An export whose masks mean what a list of classes says: by colour, where it has colours."""
    found = LabelSet(tool, classes=names.colors)
    by_value: dict[int, str | None] | None = None
    by_color: dict[RGB, str | None] | None = None
    if names.by_color:
        by_color = dict(names.by_color)
    else:
        by_value = {**names.by_value, 255: None}
    if names.by_value:
        found.codes = {name: value for value, name in names.by_value.items() if value < 255}
    found.masks = MaskValues(by_value, by_color)
    return found


def is_mask(name: str) -> bool:
    """Whether a name is that of a picture that may be a mask."""
    return name.lower().endswith((*MASKS, *LOSSY))


def is_in(name: str, part: str) -> bool:
    """Whether a file lies in a folder that is called so, at any depth."""
    return part in posixpath.dirname(name).lower().split("/")


def pair(
    found: LabelSet,
    folder: Folder,
    pictures: list[str],
    masks: list[str],
    key: Callable[[str], str],
    splits: dict[str, str] | None = None,
) -> None:
    """Notes each picture with its mask; one without is left out, a mask without is a problem.

    Args:
        found: Receives the pictures, and what is wrong.
        folder: The files.
        pictures: Names of pictures.
        masks: Names of masks.
        key: What a picture and its mask have in common.
        splits: The split of some keys, where the folders of the masks do not say it.
    """
    by_key: dict[str, list[str]] = {}
    for name in pictures:
        by_key.setdefault(key(name), []).append(name)
    lost = []
    for mask in masks:
        some = by_key.pop(key(mask), [])
        if len(some) > 1:
            found.problems.append(
                f"{folder.path(mask)} could be the mask of {printable(some[0])} or of "
                f"{printable(some[1])}. Rename one, so that each name occurs once."
            )
        elif not some:
            lost.append(mask)
        else:
            split = split_of(mask) or split_of(some[0]) or (splits or {}).get(key(mask))
            found.pictures.append(Picture(some[0], mask, mask, split))
    if lost:
        found.problems.append(
            f"{counted(len(lost), 'mask has', 'masks have')} no picture, first "
            f"{folder.path(lost[0])}. Export the pictures too (in CVAT: Save images), or move the "
            "masks out."
        )
    if by_key and found.pictures:
        first = min(names[0] for names in by_key.values())
        found.notes.append(
            f"{counted(len(by_key), 'picture')} left out for want of a mask, first "
            f"{printable(first)}"
        )
