"""Pictures for TensorBoard: predictions beside the truth, and a confusion matrix."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from jetcar.classes import IGNORED, ClassTable
from jetcar.data.pictures import Pixels
from jetcar.prediction.font import font
from jetcar.wording import printable

SIDE = 256
"""Pixels: larger pictures are shrunk to it and smaller ones enlarged by whole factors."""

GAP = 6
LINE = 18
HATCH = np.array([(70, 74, 80), (214, 217, 221)], np.uint8)
STRIPE = 5
"""Colours and breadth in pixels of what ignored pixels are hatched with."""

CELL = 36
LONGEST_NAME = 40
"""Letters of a class's name that are drawn."""
FULL = np.array((8, 69, 148))
"""The colour of 100 % in a confusion matrix; 0 % is white."""


def side_by_side(image: Pixels, truth: Pixels, predicted: Pixels, table: ClassTable) -> Pixels:
    """A picture, its true mask and its prediction in a row, with a legend of their classes.

    Args:
        image: RGB, shape ``(H, W, 3)``, uint8.
        truth: Codes, shape ``(H, W)``, uint8; ignored pixels are hatched, as any plain colour may
            be that of a class.
        predicted: Likewise.
        table: Names and colours.

    Returns:
        RGB, uint8.
    """
    colors = np.array(table.colors, np.uint8)
    masks = (_hatched(_sized(codes, False), colors) for codes in (truth, predicted))
    tiles = [_sized(image, smooth=True), *masks]
    height, width = tiles[0].shape[:2]
    total = 3 * width + 2 * GAP
    present = np.flatnonzero(np.bincount(np.concatenate([truth, predicted], axis=None)))
    legend = _legend(present.tolist(), table, total)
    sheet = Image.new("RGB", (total, LINE + height + legend.height), "white")
    draw = ImageDraw.Draw(sheet)
    for i, (tile, name) in enumerate(zip(tiles, ("picture", "truth", "prediction"), strict=True)):
        left = i * (width + GAP)
        draw.text((left + 2, 2), name, fill="black", font=font(12))
        sheet.paste(Image.fromarray(tile), (left, LINE))
    sheet.paste(legend, (0, LINE + height))
    return np.asarray(sheet)


def confusion_picture(confusion: npt.NDArray[np.int64], table: ClassTable, title: str) -> Pixels:
    """A confusion matrix as a picture: of each true class, where its pixels went, in percent.

    Args:
        confusion: Pixel counts, shape ``(C, C)``; rows are truth, columns are prediction.
        table: The names. Classes without true and predicted pixels are left out.
        title: Stands above it.

    Returns:
        RGB, uint8.
    """
    true, predicted = confusion.sum(axis=1), confusion.sum(axis=0)
    rows, columns = np.flatnonzero(true), np.flatnonzero(true + predicted)
    names = [_name_of(code, table) for code in range(len(confusion))]
    left = max((_width(names[code]) for code in rows), default=0) + 3 * GAP + LINE
    top = max((_width(names[code]) for code in columns), default=0) + 3 * LINE
    right, bottom = left + CELL * len(columns), top + CELL * len(rows)
    width = max(right, _width(title)) + GAP
    sheet = Image.new("RGB", (width, bottom + GAP), "white")
    draw = ImageDraw.Draw(sheet)
    draw.text((GAP, 2), title, fill="black", font=font(12))
    draw.text((left, LINE + 2), "predicted as", fill="gray", font=font(12))
    _turned(sheet, "true class", (2, (top + bottom - _width("true class")) // 2), "gray")
    for y, row in enumerate(rows):
        name = names[row]
        at = (left - GAP - _width(name), top + y * CELL + (CELL - 14) // 2)
        draw.text(at, name, fill="black", font=font(12))
        for x, column in enumerate(columns):
            _cell(draw, (left + x * CELL, top + y * CELL), confusion[row, column] / true[row])
    for x, column in enumerate(columns):
        name = names[column]
        _turned(sheet, name, (left + x * CELL + 10, top - GAP - _width(name)), "black")
        for y in np.flatnonzero(rows == column).tolist():
            corner = (left + x * CELL, top + y * CELL)
            draw.rectangle((*corner, corner[0] + CELL, corner[1] + CELL), outline="black")
    return np.asarray(sheet)


def _hatched(codes: Pixels, colors: Pixels) -> Pixels:
    """Codes in their colours, ignored ones hatched; RGB, shape ``(H, W, 3)``, uint8."""
    height, width = codes.shape
    stripes = (np.arange(height)[:, None] + np.arange(width)) // STRIPE % 2
    ignored = (codes == IGNORED)[..., None]
    return np.asarray(np.where(ignored, HATCH[stripes], colors[codes]), np.uint8)


def _cell(draw: ImageDraw.ImageDraw, corner: tuple[int, int], share: float) -> None:
    x, y = corner
    shade = np.rint(255 + share * (FULL - 255)).astype(int).tolist()
    draw.rectangle((x, y, x + CELL, y + CELL), fill=tuple(shade), outline="lightgray")
    if share >= 0.0005:
        text = f"{100 * share:.1f}" if share < 0.0995 else f"{100 * share:.0f}"
        ink = "white" if share > 0.5 else "black"
        draw.text((x + CELL / 2, y + CELL / 2), text, fill=ink, font=font(11), anchor="mm")


def _turned(sheet: Image.Image, text: str, at: tuple[int, int], ink: str) -> None:
    """Writes a text from bottom to top."""
    strip = Image.new("RGB", (_width(text), LINE), "white")
    ImageDraw.Draw(strip).text((0, 2), text, fill=ink, font=font(12))
    sheet.paste(strip.rotate(90, expand=True), at)


def _legend(codes: list[int], table: ClassTable, width: int) -> Image.Image:
    places, x, y = [], 2, 4
    for code in codes:
        name = "ignored" if code == IGNORED else _name_of(code, table)
        needed = LINE + _width(name) + 2 * GAP
        if x > 2 and x + needed > width:
            x, y = 2, y + LINE
        places.append((x, y, name, code))
        x += needed
    sheet = Image.new("RGB", (width, y + LINE + 2), "white")
    draw = ImageDraw.Draw(sheet)
    for x, y, name, code in places:
        draw.rectangle((x, y + 1, x + 12, y + 13), fill=table.colors[code], outline="gray")
        if code == IGNORED:
            swatch = _hatched(np.full((11, 11), IGNORED, np.uint8), np.zeros((256, 3), np.uint8))
            sheet.paste(Image.fromarray(swatch), (x + 1, y + 2))
        draw.text((x + LINE, y), name, fill="black", font=font(12))
    return sheet


def _name_of(code: int, table: ClassTable) -> str:
    return printable(table.names.get(code, f"code {code}"), LONGEST_NAME)


def _sized(pixels: Pixels, smooth: bool) -> Pixels:
    height, width = pixels.shape[:2]
    larger = max(height, width)
    if larger > SIDE:
        size = (max(1, width * SIDE // larger), max(1, height * SIDE // larger))
        how = cv2.INTER_AREA if smooth else cv2.INTER_NEAREST_EXACT
        return np.asarray(cv2.resize(pixels, size, interpolation=how), np.uint8)
    factor = SIDE // larger
    return pixels.repeat(factor, axis=0).repeat(factor, axis=1)


def _width(text: str) -> int:
    return int(font(12).getlength(text)) + 1
