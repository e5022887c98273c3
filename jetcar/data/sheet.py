"""Draws pictures as training will see them, with their masks: a wrong recipe is seen before it."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from jetcar.classes import IGNORED, ClassTable
from jetcar.data.augment import AugmentRange, augment_pair, draw
from jetcar.data.codes import read_pair
from jetcar.data.pictures import Pixels
from jetcar.data.prepare import Prepared
from jetcar.data.transforms import Transforms
from jetcar.settings.schema import Augment
from jetcar.whole import whole_file

SHEET = "augment.png"
"""Its name in a run's folder, where it is not a mask."""

PICTURES = 6
EPOCHS = 3
SIDE = 168
"""Pixels: the height of each picture on the sheet ..."""

WIDEST = 3 * SIDE
"""... unless it would then be wider than this."""

HEAD, GAP, LINE = 22, 6, 18
NAME_WIDTH = 170
"""Pixels for a class in the legend."""

OUTSIDE = (255, 0, 255)
"""The colour of what counts nowhere: no table of the car has it."""


def write_sheet(
    path: Path,
    data: Prepared,
    augment: Augment,
    transforms: Transforms | None,
    seed: int,
    height: int,
    width: int,
) -> None:
    """Writes a PNG: some pictures of Train, each as it is and as the first epochs change it.

    Args:
        path: Where to; replaced if it is there.
        data: A data set without errors.
        augment: The recipe.
        transforms: Those of the recipe, made ready.
        seed: The run's: the same seed shows what that run will see.
        height: Pixels of the network's pictures.
        width: Pixels.

    Raises:
        UserError: a picture cannot be read, or a transform fails on it.
    """
    ranges, pairs = AugmentRange.of(augment), data.splits["Train"]
    chosen = np.unique(np.linspace(0, len(pairs) - 1, PICTURES).astype(int)).tolist()
    rows = [draw(ranges, seed, epoch, len(pairs)) for epoch in range(EPOCHS)]
    lines: list[list[tuple[Pixels, Pixels]]] = []
    for number in chosen:
        mask_path = pairs.masks[number]
        assert mask_path is not None, "every image of Train has a mask"
        image, mask = read_pair(pairs.images[number], mask_path, height, width, data.codes.coding)
        line = [(image, data.codes.mapped(mask))]
        for epoch in range(EPOCHS):
            one, codes = image, mask
            if transforms is not None:
                one, codes = transforms.applied(image, mask, seed, epoch, number)
            codes = data.codes.mapped(codes)
            line.append(augment_pair(one, codes, rows[epoch][number], ranges.outside))
        lines.append(line)
    sheet = _sheet(lines, data.table)
    with whole_file(path) as file:
        _, png = cv2.imencode(
            ".png", cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_PNG_COMPRESSION, 1]
        )
        file.write(png.tobytes())


def as_jpeg(path: Path) -> bytes:
    """The sheet as a page shows it: a fifth of the bytes; nothing when there is none."""
    if not path.is_file():
        return b""
    sheet = cv2.imread(str(path))
    if sheet is None:
        return b""
    _, jpeg = cv2.imencode(".jpg", sheet, [cv2.IMWRITE_JPEG_QUALITY, 80])
    return jpeg.tobytes()


def _sheet(lines: list[list[tuple[Pixels, Pixels]]], table: ClassTable) -> Pixels:
    height, width = lines[0][0][1].shape
    cell_width = min(WIDEST, max(1, round(SIDE * width / height)))
    cell_height = max(1, round(cell_width * height / width))
    step = 2 * cell_width + 2 * GAP
    present = sorted({int(code) for line in lines for _, mask in line for code in np.unique(mask)})
    total = step * len(lines[0])
    across = max(1, total // NAME_WIDTH)
    legend = -(-len(present) // across) * LINE + GAP
    canvas = Image.new("RGB", (total, HEAD + len(lines) * (cell_height + GAP) + legend), "white")
    pen, text = ImageDraw.Draw(canvas), ImageFont.load_default(13)
    heads = ["as it is", *(f"epoch {i + 1}" for i in range(EPOCHS))]
    for column, head in enumerate(heads):
        pen.text((column * step + 2, 3), head, fill="black", font=text)
    for row, line in enumerate(lines):
        for column, (image, mask) in enumerate(line):
            at = (column * step, HEAD + row * (cell_height + GAP))
            pair = np.concatenate([image, _under(image, mask, table)], axis=1)
            small = cv2.resize(pair, (2 * cell_width, cell_height), interpolation=cv2.INTER_AREA)
            canvas.paste(Image.fromarray(np.asarray(small, np.uint8)), at)
    top = HEAD + len(lines) * (cell_height + GAP)
    for i, code in enumerate(present):
        left, y = i % across * NAME_WIDTH, top + i // across * LINE
        color = OUTSIDE if code == IGNORED else table.colors[code]
        name = "counts nowhere" if code == IGNORED else table.names.get(code, str(code))
        pen.rectangle((left + 2, y + 2, left + 13, y + 13), fill=color, outline="gray")
        pen.text((left + 18, y), name, fill="black", font=text)
    return np.asarray(canvas, np.uint8)


def _under(image: Pixels, mask: Pixels, table: ClassTable) -> Pixels:
    """The picture under its mask; what counts nowhere covers it altogether."""
    colors = np.array(table.colors, np.uint8)
    colors[IGNORED] = OUTSIDE
    mixed = cv2.addWeighted(image, 0.45, colors[mask], 0.55, 0)
    black = ~colors[mask].any(axis=2)  # "nothing" and the like: the picture stays as it is
    mixed[black] = image[black]
    mixed[mask == IGNORED] = OUTSIDE
    return np.asarray(mixed, np.uint8)
