"""Exports of tools that are not read: says whose they look like, and how to bring them here."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from jetcar.errors import UserError

LOOKED_AT = 20_000
"""So many names are looked at; an export shows what it is in fewer."""

NEEDED = (
    "It needs the folders Img/Train, Img/Val, Mask/Train and Mask/Val, directly or in DataSet/."
)

TOOLS = (
    (
        r"(^|/)labels/.*\.txt$",
        "a YOLO export, which holds outlines or boxes and no masks",
        "Export it as semantic segmentation masks or as COCO instead.",
    ),
    (
        r"(^|/)annotations/.*\.xml$",
        "boxes of Pascal VOC, which are no outlines",
        "Export it as segmentation masks or as COCO instead.",
    ),
    (
        r"(^|/)task-\d+-annotation-\d+-by-[^/]*\.(png|npy)$",
        "Label Studio's brushes as PNG or NumPy, whose names say numbers of tasks and no pictures",
        "Export it as JSON instead, which has the brushes too.",
    ),
    (
        r"\.tfrecord$",
        "a TFRecord export",
        "Export it as semantic segmentation masks or as COCO instead.",
    ),
)
"""A pattern in the sorted names of such an export, what it is, what to do; the surest first."""


def looks_like(names: Iterable[str]) -> str:
    """Whose export some files look like and what to do with it, as a sentence to append.

    Args:
        names: Paths below a folder or in a zip, with slashes.

    Returns:
        Begins with a space; empty when they look like nothing that is known.
    """
    some = (name.lower().replace("\\", "/") for name in itertools.islice(names, LOOKED_AT))
    text = "\n".join(sorted(some))
    for pattern, what, fix in TOOLS:
        if re.search(pattern, text, re.MULTILINE):
            return f" What is there looks like {what}. {fix}"
    return ""


def names_below(folder: Path) -> Iterator[str]:
    """Paths of files and folders below a folder, with slashes; those of folders end in one."""
    for parent, folders, files in os.walk(folder):
        below = Path(parent).relative_to(folder)
        yield from (f"{(below / one).as_posix()}/" for one in folders)
        yield from ((below / file).as_posix() for file in files)


def no_dataset(folder: Path, found: list[Path]) -> UserError:
    """The error about a folder that does not hold exactly one data set."""
    if not found:
        return UserError(f"{folder} holds no data set. {NEEDED}{looks_like(names_below(folder))}")
    names = " and ".join(path.name for path in found[:3])
    return UserError(f"{folder} holds {len(found)} data sets, such as {names}. Name one.")
