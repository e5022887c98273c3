"""Where the parts of a data set lie below its folder."""

from __future__ import annotations

import os
import re
import unicodedata
from pathlib import Path

SPLITS = ("Train", "Val", "Test")
KINDS = ("Img", "Mask")
IMAGE_SUFFIXES = (".jpg", ".jpeg", ".png")
MASK_SUFFIXES = (".png",)
OTHER_PICTURES = (
    *(".avif", ".bmp", ".dng", ".gif", ".heic", ".heif", ".jfif", ".jp2", ".jpe", ".pgm", ".ppm"),
    *(".tga", ".tif", ".tiff", ".webp"),
)
"""Suffixes of pictures that are not read."""

WHOLE = ".jetcar-whole"
"""A file that is in every folder made here once the folder is complete."""

CONVERTED = ".jetcar-converted"
"""A file in every data set whose masks were written here, in the codes of its own class table."""

UNTOLD = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""Control characters and line breaks, and bytes that are no UTF-8, as Python reads them."""


def can_be_told(name: str) -> bool:
    """Whether a name of a file can be sent to a terminal, a log and a file of ours as it is."""
    return name.isprintable() or UNTOLD.search(name) is None


def same_name(name: str) -> str:
    """What names have in common that are one file on Windows, on macOS, or to the eye.

    These are names that differ in the case of their letters, or in whether a letter and its mark
    are one character or two.
    """
    return name.lower() if name.isascii() else unicodedata.normalize("NFC", name).lower()


def subfolder(folder: Path, name: str) -> Path | None:
    """The folder of that name below ``folder``, whatever the case of its letters."""
    exact = folder / name
    if exact.is_dir():
        return exact
    try:
        with os.scandir(folder) as entries:
            same = [e.path for e in entries if e.name.lower() == name.lower() and e.is_dir()]
    except (FileNotFoundError, NotADirectoryError):
        return None
    return Path(min(same)) if same else None


def split_folder(dataset: Path, kind: str, split: str) -> Path | None:
    """The folder such as ``Img/Train``, or None when the data set does not have it."""
    parent = subfolder(dataset, kind)
    return subfolder(parent, split) if parent else None


def is_dataset(folder: Path) -> bool:
    """Whether the folder holds the pictures of at least one split."""
    return any(split_folder(folder, "Img", split) for split in SPLITS)


def find_datasets(folder: Path) -> list[Path]:
    """The data sets of a folder: itself or its ``DataSet`` alone, else all subfolders that are."""
    if is_dataset(folder):
        return [folder]
    with os.scandir(folder) as entries:
        below = sorted(Path(entry.path) for entry in entries if entry.is_dir())
    found = [path for path in below if is_dataset(path)]
    named = [path for path in found if path.name.lower() == "dataset"]
    return named[:1] or found
