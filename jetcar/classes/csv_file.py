"""Reads and writes a class table as csv, also as spreadsheets write it."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from jetcar.classes.table import ClassTable, SegmClass, to_rgb
from jetcar.classes.text import read_text
from jetcar.errors import UserError
from jetcar.wording import STARTS_FORMULA, printable, table_cell

HEADINGS = {
    "code": ("code", "id", "index", "value", "pixel value", "wert"),
    "name": ("name", "class", "class name", "label", "klasse"),
    "color": ("color", "colour", "rgb", "hex", "farbe"),
}
"""What each column may be called, in any case."""

SEPARATORS = ",;\t"

FIX = "It needs the columns code,name,color, for example: 5,lane_my_dir,00FF00"


def read_csv(path: Path) -> ClassTable:
    """Reads a csv file with the columns ``code,name,color`` (colour as RRGGBB).

    The columns may be in any order among others, and be separated as in any country's
    spreadsheet: by comma, semicolon or tab. Empty rows are passed over. A colour that lost the
    zeros before its digits in a spreadsheet gets them back.

    Raises:
        UserError: a column is missing or a value cannot be understood; names the line.
    """
    lines = read_text(path).splitlines(keepends=True) or [""]
    first = next((i for i, line in enumerate(lines) if line.strip()), 0)
    if marked := re.fullmatch(r"\"?sep=(.)\"?", lines[first].strip(), flags=re.IGNORECASE):
        separator = marked[1]  # a line that Excel reads and does not show
        first += 1
    else:
        separator = max(SEPARATORS, key=lines[first].count)
    at = first
    try:
        rows = csv.reader(lines[first:], delimiter=separator, skipinitialspace=True, strict=True)
        columns = _columns(next(rows, []))
        classes = []
        for row in rows:
            at = first + rows.line_num - 1
            if any(cell.strip() for cell in row):
                classes.append(_class_of(row, columns))
        return ClassTable(tuple(classes))
    except (ValueError, csv.Error) as error:
        why = f"line {at + 1}: {error}"
    except UserError as error:
        why = str(error)
    raise UserError(f"{printable(path)} is not a class table ({why}). {FIX}")


def write_csv(table: ClassTable, path: Path) -> None:
    """Writes the table as csv with the columns ``code,name,color``; ``read_csv`` reads it back."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["code", "name", "color"])
        writer.writerows([code, _written(name), color] for code, name, color in table.to_plain())


def _columns(row: list[str]) -> dict[str, int]:
    """Where each column stands.

    Raises:
        ValueError: one is missing.
    """
    found = [cell.strip().casefold() for cell in row]
    columns = {}
    for column, headings in HEADINGS.items():
        places = [found.index(heading) for heading in headings if heading in found]
        if not places:
            raise ValueError(f"there is no column {column}")
        columns[column] = places[0]
    return columns


def _class_of(row: list[str], columns: dict[str, int]) -> SegmClass:
    """The class of a row.

    Raises:
        ValueError: a value is missing or cannot be understood.
    """
    if len(row) <= max(columns.values()):
        raise ValueError(f"it has {len(row)} values, fewer than columns")
    code, name, color = (row[columns[column]].strip() for column in ("code", "name", "color"))
    whole = re.fullmatch(r"(-?\d{1,9})([.,]0+)?", code)
    if not whole:
        raise ValueError(f"{printable(repr(code), 40)} is not a code")
    hex_ = color.strip(" #")
    if re.fullmatch(r"\d{1,5}", hex_) and "#" not in color:
        hex_ = hex_.zfill(6)  # a spreadsheet took it for a number
    try:
        rgb = to_rgb(hex_)
    except ValueError:
        raise ValueError(
            f"{printable(repr(color), 40)} is not a colour; write RRGGBB, such as #00FF00"
        ) from None
    return SegmClass(int(whole[1]), _read(name), rgb)


def _written(name: str) -> str:
    """A name that no spreadsheet takes for a formula, and that ``_read`` finds again."""
    plain = name.lstrip("'")
    return f"'{name}" if plain != name and plain.startswith(STARTS_FORMULA) else table_cell(name)


def _read(name: str) -> str:
    marked = name.startswith("'") and name.lstrip("'").startswith(STARTS_FORMULA)
    return name[1:] if marked else name
