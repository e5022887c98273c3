"""From millimetres on the map to the pixels of its rasters, and polygons as OpenCV fills them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from jetcar.street.curves import Points

Pixels = npt.NDArray[np.uint8]

Outline = npt.NDArray[np.int32]
"""A polygon in 1/16 pixels, shape ``(N, 2)``: column, row; pixel centres are whole pixels."""

FRACTION_BITS = 4
"""OpenCV draws to 1/16 of a pixel."""

INSET = 0.45
"""Pixels: OpenCV also fills all pixels that an outline touches, about half a pixel too much."""

SEAMLESS = 0.1
"""An inset with which neighbours overlap a little, so that hardly a pixel is left out."""


@dataclass(frozen=True)
class Grid:
    """Where the pixels of a map's rasters lie.

    Attributes:
        corner: South-western corner in mm.
        size: Extent to the east and to the north in mm.
        mm: Side of a pixel in mm.
    """

    corner: tuple[float, float]
    size: tuple[float, float]
    mm: float

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return round(self.size[1] / self.mm), round(self.size[0] / self.mm)

    @property
    def to_pixels(self) -> npt.NDArray[np.float64]:
        """From map points to (column, row): a 3 x 3 matrix; pixel centres are whole numbers."""
        x, y = self.corner
        return np.array(
            [
                [1 / self.mm, 0, -x / self.mm - 0.5],
                [0, -1 / self.mm, self.shape[0] + y / self.mm - 0.5],
                [0, 0, 1],
            ]
        )

    def outlines(self, polygons: Sequence[Points], inset: float = INSET) -> list[Outline]:
        """Polygons as OpenCV is to fill them, so that they cover what they enclose."""
        if not polygons:
            return []
        m = self.to_pixels
        pixels = np.concatenate(polygons) @ m[:2, :2].T + m[:2, 2]
        counts = np.array([len(polygon) for polygon in polygons])
        scaled = np.rint(moved_in(pixels, counts, inset) * (1 << FRACTION_BITS)).astype(np.int32)
        return np.split(scaled, np.cumsum(counts)[:-1])


def fill(picture: Pixels, outline: Outline, color: tuple[float, ...]) -> None:
    """Fills a polygon, with edges as smooth as a printer's."""
    cv2.fillPoly(picture, [outline], color, cv2.LINE_AA, FRACTION_BITS)


def moved_in(points: Points, counts: npt.NDArray[np.int64], distance: float) -> Points:
    """Polygons, one after the other, with their edges moved inwards by ``distance``, or outwards.

    A corner moves three times as far at most.
    """
    first = np.cumsum(counts) - counts
    last = first + counts - 1
    after = np.arange(1, len(points) + 1)
    after[last] = first
    before = np.arange(-1, len(points) - 1)
    before[first] = last
    step = points[after] - points
    cross = points[:, 0] * points[after, 1] - points[after, 0] * points[:, 1]
    turn = np.repeat(np.sign(np.add.reduceat(cross, first)), counts)
    normal = np.column_stack([-step[:, 1], step[:, 0]])
    normal /= np.maximum(np.hypot(*step.T), 1e-9)[:, None]
    middle = (normal + normal[before]) * turn[:, None]
    size = np.maximum((middle**2).sum(1), 4 / 9)
    inset: Points = points + 2 * distance * middle / size[:, None]
    return inset
