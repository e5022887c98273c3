"""Which class table a data set is read with."""

from __future__ import annotations

import difflib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jetcar.classes.csv_file import read_csv
from jetcar.classes.files import (
    CLASSES_FILE,
    COLOR_MAP_FILE,
    read_classes,
    read_color_map,
    recolor,
)
from jetcar.classes.known import IMAGE_SEGMENTER, KNOWN
from jetcar.classes.table import ClassTable
from jetcar.errors import UserError
from jetcar.wording import counted, printable

TOOLS = {"imagesegmenter": "ImageSegmenter's", "streetmaker": "StreetMaker's", "car": "the car's"}
"""Whose the ``KNOWN`` tables are."""

MOST_FILES, MOST_BYTES = 1000, 1 << 16
"""Of files beside a data set that are looked at for a table under another name."""


@dataclass(frozen=True)
class Chosen:
    """A class table, and where it was taken from.

    Attributes:
        table: The classes.
        origin: Where from, in words.
        is_guess: Whether neither the settings nor the data set say so.
        others: Class tables in the data set that were not taken, as their names are not looked for.
    """

    table: ClassTable
    origin: str
    is_guess: bool = False
    others: tuple[Path, ...] = ()

    def __str__(self) -> str:
        return f"{self.origin}, {counted(len(self.table.classes), 'class', 'classes')}"

    def to_plain(self) -> dict[str, Any]:
        """Plain values for a JSON file."""
        return {
            "origin": self.origin,
            "is_guess": self.is_guess,
            "others": [str(path) for path in self.others],
        }


def choose_table(setting: str, dataset: Path) -> Chosen:
    """The class table that ``data.classes`` asks for.

    Args:
        setting: ``auto``, a key of ``KNOWN``, or the path of a ``JetCar_Classes.txt`` or of a csv
            file with the columns ``code,name,color``.
        dataset: Folder of the data set, where ``auto`` looks for the files of StreetMaker; without
            them it is ImageSegmenter's table, a guess.

    Raises:
        UserError: the setting names nothing, or a file cannot be understood.
    """
    if setting in KNOWN:
        return Chosen(KNOWN[setting], f"{TOOLS[setting]} (data.classes={setting})")
    if setting == "auto":
        return _table_of(dataset)
    path = Path(setting).expanduser()
    if not path.is_file():
        near = difflib.get_close_matches(setting.lower(), ["auto", *KNOWN])
        hint = f" Did you mean {near[0]}?" if near else ""
        raise UserError(
            f"data.classes={printable(setting)} is neither auto nor one of {', '.join(KNOWN)} nor "
            f"a file. Name one of them or the path of a class file.{hint}"
        )
    is_csv = path.suffix.lower() == ".csv"
    return Chosen(read_csv(path) if is_csv else read_classes(path), printable(path))


def _table_of(dataset: Path) -> Chosen:
    names, colors = find_file(dataset, CLASSES_FILE), find_file(dataset, COLOR_MAP_FILE)
    if names is None:
        origin = f"ImageSegmenter's, as the data set has no {CLASSES_FILE}"
        return Chosen(IMAGE_SEGMENTER, origin, is_guess=True, others=_other_tables(dataset))
    table = read_classes(names)
    if colors is not None:
        table = recolor(table, read_color_map(colors))
    return Chosen(table, f"{names.name} of the data set")


def load_table(setting: str, dataset: Path) -> ClassTable:
    """The table alone: see ``choose_table``."""
    return choose_table(setting, dataset).table


def find_file(folder: Path, name: str) -> Path | None:
    """The file of that name in the folder, whatever the case of its letters."""
    same = [path for path in folder.iterdir() if path.name.lower() == name.lower()]
    return min(same) if same else None


def _other_tables(dataset: Path) -> tuple[Path, ...]:
    """Class tables in the data set's folder or the one above it, under any name."""
    found = []
    for folder in (dataset, dataset.resolve().parent):
        try:
            names = sorted(os.listdir(folder))[:MOST_FILES]
        except OSError:
            continue  # the folder above may not be ours to look into
        found += [folder / name for name in names if _is_table(folder / name)]
    return tuple(found)


def _is_table(path: Path) -> bool:
    suffix = path.suffix.lower()
    if suffix not in (".csv", ".txt") or not path.is_file():
        return False
    try:
        if path.stat().st_size > MOST_BYTES:
            return False
        read_csv(path) if suffix == ".csv" else read_classes(path)
    except (UserError, OSError):
        return False
    return True
