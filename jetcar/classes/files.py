"""Reads and writes the two files in which StreetMaker says the classes of a data set."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from jetcar.classes.table import RGB, ClassTable, SegmClass, to_hex, to_rgb
from jetcar.classes.text import read_text
from jetcar.errors import UserError
from jetcar.wording import printable

CLASSES_FILE = "JetCar_Classes.txt"
COLOR_MAP_FILE = "JetCar_ColorMap.csv"


def read_classes(path: Path) -> ClassTable:
    """Reads a ``JetCar_Classes.txt``: codes from its Python enum, colours from its XML block.

    Unused classes, which stand behind the line ``#Unused:``, are left out. A class without a
    colour is shown white.

    Raises:
        UserError: the file holds no class, or contradicts itself.
    """
    text = read_text(path)
    start = text.find("class SegmClass")
    if start < 0:
        raise UserError(
            f"{path} has no 'class SegmClass' block. Take the {CLASSES_FILE} that StreetMaker "
            "wrote, or a csv file with the columns code,name,color."
        )
    line = r"\s+([^#\s].*?)\s*=\s*(\d+)\s*(?:#.*)?"
    found = (re.fullmatch(line, text) for text in _enum_lines(text[start:]))
    enum = [match.groups() for match in found if match]
    item = r"<item\b[^>]*\bdraw_color=\"(?:[0-9A-Fa-f]{2})?([0-9A-Fa-f]{6})\"[^>]*>([^<]*)</item>"
    colors = {html.unescape(name).strip(): to_rgb(hex_) for hex_, name in re.findall(item, text)}
    try:
        return ClassTable(
            tuple(
                SegmClass(int(code), name, colors.get(name, (255, 255, 255))) for name, code in enum
            )
        )
    except UserError as error:
        raise UserError(f"{path}: {error}") from None


def _enum_lines(text: str) -> Iterator[str]:
    """The lines below ``class SegmClass`` that belong to it, up to the unused classes."""
    for line in text.splitlines()[1:]:
        if line.strip() and not line[0].isspace():
            return
        if re.match(r"\s*(#\s*Unused|<segm_class_defs>)", line, flags=re.IGNORECASE):
            return
        yield line


def write_classes(table: ClassTable, path: Path) -> None:
    """Writes a ``JetCar_Classes.txt`` as StreetMaker does (CRLF)."""
    enum = [f"\t{c.name} = {c.code}" for c in table.classes]
    items = [
        f'    <item id="{c.code}" draw_order="{10 * place}" draw_color="FF{to_hex(c.color)}">'
        f"{html.escape(c.name, quote=False)}</item>"
        for place, c in enumerate(table.classes, start=1)
    ]
    rule = "-" * 81
    lines = [
        "Copy the lines below between the ---- lines into 'jetcar_definitions.py' "
        "to update the class definitions",
        rule,
        "# Scene Parsing has N classes including nothing=0",
        f"N_CLASSES = {table.n_outputs}",
        "",
        "# Definition of all segmentation class names and values",
        "class SegmClass(enum.Enum):",
        *enum,
        "\t#Unused:",
        "",
        rule,
        "",
        "Copy the lines below into AppSettings.xml for ImageSegmenter "
        "to update the class definitions if needed",
        "  <segm_class_defs>",
        *items,
        "  </segm_class_defs>",
        "",
    ]
    path.write_bytes("\r\n".join(lines).encode())


def read_color_map(path: Path) -> list[RGB]:
    """Reads a ``JetCar_ColorMap.csv``: rows ``B,G,R,255``, the row number is the code.

    Returns:
        RGB colours, one a row.

    Raises:
        UserError: a row is not four numbers from 0 to 255.
    """
    colors = []
    for number, line in enumerate(read_text(path).split(), start=1):
        try:
            blue, green, red, _ = (int(part) for part in line.rstrip(",").split(","))
            if not all(0 <= part <= 255 for part in (blue, green, red)):
                raise ValueError
        except ValueError:
            raise UserError(
                f"{path}, line {number}: {printable(repr(line), 60)} is not 'B,G,R,255'. Correct "
                f"the line, or take the {COLOR_MAP_FILE} that StreetMaker wrote."
            ) from None
        colors.append((red, green, blue))
    return colors


def write_color_map(table: ClassTable, path: Path) -> None:
    """Writes a ``JetCar_ColorMap.csv``: 256 rows ``B,G,R,255``, unused codes white (CRLF)."""
    rows = [f"{blue},{green},{red},255\r\n" for red, green, blue in table.colors]
    path.write_bytes("".join(rows).encode())


def recolor(table: ClassTable, colors: Sequence[RGB]) -> ClassTable:
    """The same classes in the colours of a colour map; codes beyond its end keep theirs."""
    return ClassTable(
        tuple(
            SegmClass(c.code, c.name, colors[c.code]) if c.code < len(colors) else c
            for c in table.classes
        )
    )
