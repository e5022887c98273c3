"""Reads and writes a class table as csv."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from jetcar.classes.table import ClassTable, SegmClass, to_rgb
from jetcar.classes.text import read_text
from jetcar.errors import UserError


def read_csv(path: Path) -> ClassTable:
    """Reads a csv file with the columns ``code,name,color`` (colour as RRGGBB).

    Raises:
        UserError: a column is missing or a value cannot be understood.
    """
    try:
        rows = list(csv.DictReader(io.StringIO(read_text(path))))
        return ClassTable(
            tuple(
                SegmClass(int(r["code"]), r["name"].strip(), to_rgb(r["color"].strip(" #")))
                for r in rows
            )
        )
    except (KeyError, ValueError, TypeError, AttributeError, UserError) as error:
        raise UserError(
            f"{path} is no class table ({error}). It needs the columns code,name,color, "
            "for example: 5,lane_my_dir,00FF00"
        ) from None


def write_csv(table: ClassTable, path: Path) -> None:
    """Writes the table as csv with the columns ``code,name,color``; ``read_csv`` reads it back."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["code", "name", "color"])
        writer.writerows(table.to_plain())
