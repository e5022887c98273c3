"""Draws regions as a mask of class codes: a pixel is what its centre lies in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from jetcar.data.labels.form import Points, Region, Rings
from jetcar.data.labels.rle import bits_of
from jetcar.data.pictures import Pixels

CORNERS = 64
"""Of the polygon that stands for a circle; it is off by a thousandth of the radius."""

Bits = npt.NDArray[np.bool_]


def draw(
    regions: Sequence[Region], code_of: Mapping[str, int], height: int, width: int, rest: int
) -> Pixels:
    """A mask with the regions one over the other, the last one on top.

    Args:
        regions: What to draw.
        code_of: The code of each label.
        height: Of the mask.
        width: Of the mask.
        rest: The code of what no region covers.

    Returns:
        Shape ``(height, width)``, uint8.
    """
    mask = np.full((height, width), rest, np.uint8)
    for region in regions:
        for area in region.areas:
            if isinstance(area, Rings):
                _paint(mask, area, code_of[region.label])
            else:
                bits, top, left = bits_of(area), area.top, area.left
                there = mask[top : top + len(bits), left : left + bits.shape[1]]
                there[bits[: there.shape[0], : there.shape[1]]] = code_of[region.label]
    return mask


def _paint(mask: Pixels, area: Rings, code: int) -> None:
    corners = np.concatenate(area.rings)
    low = np.floor(corners.min(axis=0)).clip(min=0).astype(int)
    high = np.ceil(corners.max(axis=0)).clip(max=mask.shape[::-1]).astype(int)
    if (high <= low).any():
        return
    here = mask[low[1] : high[1], low[0] : high[0]]
    here[inside([ring - low for ring in area.rings], *here.shape)] = code


def inside(rings: Sequence[Points], height: int, width: int) -> Bits:
    """Which pixel centres an odd number of rings encloses, shape ``(height, width)``.

    A centre that lies on an edge belongs to the area on its right, or below it: areas that share
    an edge neither overlap nor leave a gap.

    Source:
        The even-odd rule along the centres of each row.
    """
    turns = np.zeros(height * (width + 1), np.uint8)  # one more or less is all that counts
    for ring in rings:
        start, end = ring, np.roll(ring, -1, axis=0)
        down = start[:, 1] <= end[:, 1]
        upper, lower = np.where(down[:, None], start, end), np.where(down[:, None], end, start)
        first = np.ceil(upper[:, 1] - 0.5).clip(0, height).astype(np.int64)
        last = np.ceil(lower[:, 1] - 0.5).clip(0, height).astype(np.int64)
        counts = (last - first).clip(min=0)
        edge = np.repeat(np.arange(len(ring)), counts)
        row = first[edge] + np.arange(len(edge)) - np.repeat(np.cumsum(counts) - counts, counts)
        slope = (lower - upper)[edge]
        x = upper[edge, 0] + (row + 0.5 - upper[edge, 1]) * (slope[:, 0] / slope[:, 1])
        place = row * (width + 1) + np.ceil(x - 0.5).clip(0, width).astype(np.int64)
        turns ^= (np.bincount(place, minlength=len(turns)) & 1).astype(np.uint8)
    odd = np.bitwise_xor.accumulate(turns.reshape(height, width + 1)[:, :-1], axis=1)
    return odd.view(np.bool_)


def rectangle(left: float, top: float, right: float, bottom: float) -> Points:
    """The corners of an upright rectangle."""
    return np.array([(left, top), (right, top), (right, bottom), (left, bottom)], np.float64)


def ellipse(x: float, y: float, radius_x: float, radius_y: float, degrees: float = 0) -> Points:
    """Corners of an ellipse around a point, turned clockwise as it is seen."""
    angles = np.arange(CORNERS) * (2 * np.pi / CORNERS)
    return turned(np.stack([x + radius_x * np.cos(angles), y + radius_y * np.sin(angles)], 1),
                  x, y, degrees)  # fmt: skip


def turned(points: Points, x: float, y: float, degrees: float) -> Points:
    """Points turned around another, clockwise as it is seen."""
    if not degrees:
        return points
    sine, cosine = np.sin(np.radians(degrees)), np.cos(np.radians(degrees))
    away = points - (x, y)
    found: Points = away @ np.array([(cosine, sine), (-sine, cosine)]) + (x, y)
    return found


def stroke(points: Points, width: float) -> tuple[Rings, ...]:
    """The area of a line through points, with round ends and corners."""
    areas = [Rings((ellipse(x, y, width / 2, width / 2),)) for x, y in points]
    for start, end in pairwise(points):
        along = end - start
        length = np.hypot(*along)
        if length:
            aside = np.array([-along[1], along[0]]) * (width / 2 / length)
            areas.append(
                Rings((np.stack([start + aside, end + aside, end - aside, start - aside]),))
            )
    return tuple(areas)
