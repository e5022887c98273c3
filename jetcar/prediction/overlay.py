"""Lays predicted masks over their pictures, with a legend, for a person to look at."""

from __future__ import annotations

import cv2
import numpy as np
from PIL import Image, ImageDraw

from jetcar.classes import ClassTable
from jetcar.data.pictures import Pixels
from jetcar.prediction.font import font

OPACITY = 0.5
SMALLEST_SIDE = 448
"""Pixels: smaller pictures are enlarged, so that details can be seen."""

LARGEST_SIDE = 1024
LEGEND_WIDTH = 230
LINE = 18


def overlay(image: Pixels, codes: Pixels, table: ClassTable) -> Pixels:
    """The picture, the picture under its mask, and a legend of the classes in the mask.

    Args:
        image: RGB, shape ``(H, W, 3)``, uint8.
        codes: Shape ``(H, W)``, uint8.
        table: Names and colours.

    Returns:
        RGB, shape ``(H', 2 W' + legend, 3)``, uint8.
    """
    colors = np.array(table.colors, dtype=np.uint8)
    mixed = cv2.addWeighted(image, 1 - OPACITY, colors[codes], OPACITY, 0)
    # "nothing" and the like are black: there the picture stays as it is.
    black = ~colors[codes].any(axis=2)
    mixed[black] = image[black]
    both = np.concatenate([image, mixed], axis=1)
    height, width = codes.shape
    scale = max(1.0, SMALLEST_SIDE / min(height, width))
    scale = min(scale, max(1.0, LARGEST_SIDE / max(height, width)))
    if scale > 1:
        both = cv2.resize(both, None, fx=scale, fy=scale, interpolation=cv2.INTER_NEAREST)
    present = np.flatnonzero(np.bincount(codes.ravel(), minlength=256))
    return np.concatenate([both, legend(both.shape[0], table, present.tolist())], axis=1)


def legend(height: int, table: ClassTable, codes: list[int]) -> Pixels:
    """Colours and names of classes, as many as there is room for.

    Args:
        height: Pixels.
        table: Names and colours.
        codes: Of the classes, from the top.

    Returns:
        RGB, shape ``(height, LEGEND_WIDTH, 3)``, uint8.
    """
    sheet = Image.new("RGB", (LEGEND_WIDTH, height), "white")
    draw = ImageDraw.Draw(sheet)
    rows = max(1, height // LINE)
    for row, code in enumerate(codes[:rows]):
        top = row * LINE + 3
        color = table.colors[code]
        draw.rectangle((6, top, 6 + LINE - 6, top + LINE - 6), fill=color, outline="gray")
        text = f"{code} {table.names.get(code, 'no class')}"
        draw.text((LINE + 8, top - 2), text, fill="black", font=font(13))
    return np.asarray(sheet)
