"""Which class table a data set is read with."""

from __future__ import annotations

from pathlib import Path

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


def load_table(setting: str, dataset: Path) -> ClassTable:
    """The class table that ``data.classes`` asks for.

    Args:
        setting: ``auto``, a key of ``KNOWN``, or the path of a ``JetCar_Classes.txt`` or of a csv
            file with the columns ``code,name,color``.
        dataset: Folder of the data set, where ``auto`` looks for the files of StreetMaker.

    Raises:
        UserError: the setting names nothing, or a file cannot be understood.
    """
    if setting in KNOWN:
        return KNOWN[setting]
    if setting == "auto":
        names, colors = find_file(dataset, CLASSES_FILE), find_file(dataset, COLOR_MAP_FILE)
        if names:
            table = read_classes(names)
            return recolor(table, read_color_map(colors)) if colors else table
        return IMAGE_SEGMENTER
    path = Path(setting).expanduser()
    if not path.is_file():
        raise UserError(
            f"data.classes={setting} is neither auto nor one of {', '.join(KNOWN)} nor a file. "
            "Name one of them or the path of a class file."
        )
    return read_csv(path) if path.suffix.lower() == ".csv" else read_classes(path)


def find_file(folder: Path, name: str) -> Path | None:
    """The file of that name in the folder, whatever the case of its letters."""
    same = [path for path in folder.iterdir() if path.name.lower() == name.lower()]
    return min(same) if same else None
