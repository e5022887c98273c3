"""A contact sheet: each picture beside what the network says, with its rank."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw

from jetcar.classes import ClassTable
from jetcar.data.pictures import Pixels
from jetcar.prediction.font import font

SIDE, COLUMNS, LINE, GAP = 160, 4, 20, 6
"""Pixels of a picture's height, pictures in a row, pixels of a caption, and between them."""

WIDEST = 2 * SIDE
MOST = 200
"""Pictures that are shown, the first ones."""


def write_sheet(path: Path, shown: Sequence[tuple[str, Pixels, Pixels]], table: ClassTable) -> None:
    """Writes a PNG.

    Args:
        path: Where to.
        shown: Caption, picture ``(H, W, 3)`` and codes ``(H, W)`` of each.
        table: The classes.
    """
    colors = np.array(table.colors, np.uint8)
    cells = [_cell(caption, image, colors[codes]) for caption, image, codes in shown[:MOST]]
    width = max(cell.width for cell in cells) + GAP
    height = SIDE + LINE + GAP
    rows = -(-len(cells) // COLUMNS)
    sheet = Image.new("RGB", (COLUMNS * width + GAP, rows * height + GAP), "white")
    for number, cell in enumerate(cells):
        place = (GAP + number % COLUMNS * width, GAP + number // COLUMNS * height)
        sheet.paste(cell, place)
    sheet.save(path)


def _cell(caption: str, image: Pixels, colored: Pixels) -> Image.Image:
    width = min(WIDEST, max(1, round(SIDE * image.shape[1] / image.shape[0])))
    both = [
        cv2.resize(one, (width, SIDE), interpolation=how)
        for one, how in ((image, cv2.INTER_AREA), (colored, cv2.INTER_NEAREST))
    ]
    cell = Image.new("RGB", (2 * width, SIDE + LINE), "white")
    cell.paste(Image.fromarray(np.concatenate(both, axis=1)), (0, LINE))
    ImageDraw.Draw(cell).text((2, 1), caption, fill="black", font=font(13))
    return cell
