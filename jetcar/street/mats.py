"""Thick mats or boards side by side: where one is higher, its side and a thin shadow are seen."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from jetcar.settings.variety import OtherGround
from jetcar.street.floor import Field
from jetcar.street.grid import Grid, Pixels
from jetcar.street.inks import Color
from jetcar.street.variety import between

Floats = npt.NDArray[np.float64]

SIZE = (250.0, 1000.0)
"""Mm, width and height of a mat."""

THICK = (3.0, 14.0)
"""Mm from the floor to a mat's upper side."""

SLOPE = (0.6, 2.5)
"""Mm that the shadow of a step of 1 mm is long."""

LIT = 0.45
"""How much brighter a side is that faces the light."""

DARK = 0.5
"""Share of the light that a side in the shade is given."""

SHADOW = 0.62
"""Share of the light that is left in the shadow of a step."""

JOINT = (0.6, 1.0)
"""Share of the light in the joint between two mats, one pixel wide."""


@dataclass(frozen=True)
class Mats:
    """The mats of a map.

    Attributes:
        rows, columns: Where mats begin, in pixels; the last of them is the raster's end.
        heights: Of each mat in mm above the lowest, shape ``(len(rows) - 1, len(columns) - 1)``.
        thick: Mm from the floor to the mats' upper side.
        shadow: Pixels to the right and down that a shadow is long, for each mm of a step.
        joint: Share of the light in the joint between two mats.
        mm: Side of a pixel in mm.
    """

    rows: tuple[int, ...]
    columns: tuple[int, ...]
    heights: Field
    thick: float
    shadow: tuple[float, float]
    joint: float
    mm: float

    def whole(self, bare: Pixels) -> Pixels:
        """255 where there is no mat, if whole ones are laid wherever ``bare`` is not 255."""
        laid = np.full_like(bare, 255)
        for rows in pairwise(self.rows):
            for columns in pairwise(self.columns):
                here = slice(*rows), slice(*columns)
                if not bare[here].all():
                    laid[here] = 0
        return laid

    def shade(self, pixels: Pixels) -> None:
        """Draws the joints between mats, in place."""
        for is_down in (False, True):
            # Steps across columns, then, with the picture turned, across rows.
            view = pixels.transpose(1, 0, 2) if is_down else pixels
            heights = self.heights.T if is_down else self.heights
            along, across = (self.columns, self.rows) if is_down else (self.rows, self.columns)
            for i in range(len(along) - 1):
                line = view[along[i] : along[i + 1]]
                for j, at in enumerate(across[1:-1]):
                    step = float(heights[i, j] - heights[i, j + 1])
                    self._step(line, at, step, self.shadow[is_down])

    def _step(self, line: Pixels, at: int, step: float, shadow: float) -> None:
        """Shades one joint.

        Args:
            line: The picture along the joint, which goes down it, shape ``(along, across, 3)``.
            at: The joint's column.
            step: Mm that the mat before it is higher than the one behind it.
            shadow: Pixels that shadows reach beyond it for each mm; negative ones reach back.
        """
        side = max(1, round(abs(step) / self.mm))
        behind = step > 0
        _darken(line, at, 1, True, self.joint)
        if (shadow > 0) == behind:
            reach = round(abs(step * shadow))
            _darken(line, at, reach, behind, SHADOW)
            _darken(line, at, side, behind, DARK)
        elif abs(step) * 2 > self.mm:
            _darken(line, at, side, behind, 1 + LIT)

    def end(self, pixels: Pixels, bare: Pixels, color: Color) -> None:
        """Draws the side of mats that end beside the street, and their shadow on the floor.

        Args:
            pixels: The picture; changed in place.
            bare: 255 where the floor is seen.
            color: RGB of the mats.
        """
        shadow = self.thick * np.array(self.shadow)
        side = -shadow / np.hypot(*shadow) * self.thick / self.mm  # towards the light
        dark = cv2.convertScaleAbs(pixels, alpha=SHADOW)
        cv2.copyTo(dark, _beside(bare, shadow), pixels)
        lit = np.empty_like(pixels)
        lit[:] = np.clip(color * (1 + LIT), 0, 255)
        cv2.copyTo(lit, _beside(bare, side), pixels)


def _beside(bare: Pixels, away: Floats) -> Pixels:
    """255 on the floor that is not farther from mats than ``away``, right and down in pixels."""
    move = np.column_stack([np.eye(2), away])
    moved = cv2.warpAffine(
        bare, move, bare.shape[::-1], flags=cv2.INTER_NEAREST, borderValue=(255,)
    )
    return cv2.subtract(bare, moved)  # type: ignore[return-value]


def _darken(line: Pixels, at: int, wide: int, behind: bool, light: float) -> None:
    part = line[:, at : at + wide] if behind else line[:, max(at - wide, 0) : at]
    part[:] = np.clip(part * np.float32(light), 0, 255)


def draw_mats(grid: Grid, ground: OtherGround, rng: np.random.Generator) -> Mats:
    """Draws where mats lie, and how much one is higher than the next."""
    sizes = rng.uniform(*SIZE, 2) / grid.mm
    starts = rng.uniform(0, 1, 2) * sizes
    rows, columns = (
        (0, *(int(at) for at in np.arange(start, end - 1, size) if at >= 1), end)
        for start, end, size in zip(starts, grid.shape, sizes, strict=True)
    )
    most = between(ground.steps, rng)
    heights = rng.uniform(0, most, (len(rows) - 1, len(columns) - 1)).astype(np.float32)
    angle, slope = rng.uniform(0, 2 * math.pi), between(SLOPE, rng) / grid.mm
    return Mats(
        rows,
        columns,
        heights,
        rng.uniform(*THICK),
        (slope * math.cos(angle), slope * math.sin(angle)),
        between(JOINT, rng),
        grid.mm,
    )
