"""Writes masks for programs of any kind: grey values or colours, and a list of what they mean."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from jetcar.classes import ClassTable, SegmClass, write_csv
from jetcar.classes.table import RGB
from jetcar.data.labels.form import voc_color
from jetcar.png import grey_png

if TYPE_CHECKING:
    from jetcar.data.labels.writers import Labelled

MASKS = "masks"
NAMES = "classes.csv"


def write_grey(folder: Path, pictures: Sequence[Labelled], table: ClassTable) -> None:
    """Grey masks of 8 bits, whose values are codes, and the table of classes."""
    (folder / MASKS).mkdir()
    for picture in pictures:
        path = folder / MASKS / f"{Path(picture.file).stem}.png"
        path.write_bytes(grey_png(picture.codes()))
    write_csv(table, folder / NAMES)


def write_color(folder: Path, pictures: Sequence[Labelled], table: ClassTable) -> None:
    """Masks in the colours of the classes, no two of which are the same, and the table."""
    (folder / MASKS).mkdir()
    colors = distinct(table)
    levels = np.array(colors, np.uint8)
    for picture in pictures:
        path = folder / MASKS / f"{Path(picture.file).stem}.png"
        Image.fromarray(levels[picture.codes()]).save(path)
    own = tuple(SegmClass(c.code, c.name, colors[c.code]) for c in table.classes)
    write_csv(ClassTable(own), folder / NAMES)


def distinct(table: ClassTable) -> list[RGB]:
    """A colour for each of 256 codes, no two classes alike; the table's own where it can be."""
    colors = [voc_color(code) for code in range(256)]
    own = {c.color for c in table.classes}
    free = (color for color in colors if color not in own)
    taken: set[RGB] = set()
    for one in table.classes:
        colors[one.code] = one.color if one.color not in taken else next(free)
        taken.add(colors[one.code])
    return colors
