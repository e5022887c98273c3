"""Data sets as other tools export them: says whose they look like, and how to bring them here."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

LOOKED_AT = 20_000
"""So many names are looked at; an export shows what it is in fewer."""

NEEDED = (
    "It needs the folders Img/Train, Img/Val, Mask/Train and Mask/Val, directly or in DataSet/."
)

CODES = "each mask an 8-bit PNG whose values are class codes"

TOOLS = (
    (
        r"(^|/)_classes\.csv$",
        "a Roboflow export",
        "Move the pictures of train to Img/Train and its masks (x_mask.png) to Mask/Train, those "
        "of valid to Val, and write _classes.csv as a table code,name,color for data.classes=...",
    ),
    (
        r"(^|/)segmentationclass/",
        "a Pascal VOC export, as CVAT and others write it",
        "Move the pictures of JPEGImages to Img/Train and Img/Val, and bring the masks of "
        f"SegmentationClass, which hold colours, to Mask/Train and Mask/Val, {CODES}.",
    ),
    (
        r"(^|/)leftimg8bit/",
        "Cityscapes",
        "Move the pictures of leftImg8bit to Img/Train and Img/Val, and the masks that end in "
        "_labelIds.png to Mask/Train and Mask/Val, under the names of their pictures.",
    ),
    (
        r"(^|/)(_annotations\.coco|instances_\w+|annotations|result)\.json$",
        "a COCO export, which holds outlines and no masks",
        f"Export it as semantic segmentation masks instead, {CODES}.",
    ),
    (
        r"(^|/)labels/.*\.txt$",
        "a YOLO export, which holds outlines or boxes and no masks",
        f"Export it as semantic segmentation masks instead, {CODES}.",
    ),
    (
        r"^(.+)\.jpe?g\n\1\.json$|^(.+)\.json\n\2\.png$",
        "labelme's, which holds outlines and no masks",
        f"Write masks with its labelme2voc.py, and bring them to Mask/Train and Mask/Val, {CODES}.",
    ),
    (
        r"(^|/)(masks?|labels?|annotations?|trainannot|gt|ground_?truth)/.*\.png$",
        "pictures and masks in folders of other names",
        "Move the pictures to Img/Train and Img/Val, and the masks to Mask/Train and Mask/Val.",
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
