"""How glossy the ground is, place by place: paint and tape mirror more than paper, asphalt, mats.

It is the fourth channel of a map's picture, so that looking it up costs nothing: 255 where the
ground mirrors as much of the room as ``light.glare`` says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from jetcar.street.floor import Part, tiles
from jetcar.street.grid import FRACTION_BITS, Outline, Pixels
from jetcar.street.variety import Dice, between

MOST = 255
"""Paint and tape mirror all that ``light.glare`` says."""

PAPER = (0.3, 0.6)
"""Share of what asphalt and mats mirror less that paper mirrors less."""

FLOOR = (0.0, 1.0)
"""The same of the floor, from tiles to carpet."""


@dataclass(frozen=True)
class Gloss:
    """The gloss of a map.

    Attributes:
        raster: Shape ``(rows, columns)``.
        ground: What is not painted has so much.
        floor: What lies beside it has so much.
    """

    raster: Pixels
    ground: int
    floor: int

    @classmethod
    def of(cls, dice: Dice, shape: tuple[int, int], is_paper: bool) -> Gloss | None:
        """Draws how much ground and floor have; None where all is alike, or nothing is mirrored."""
        light = dice.variety.light
        rng = dice.shared("light", "gloss")
        less = between(light.gloss, rng) if light.share else 0.0
        if not less:
            return None
        ground = less * (rng.uniform(*PAPER) if is_paper else 1)
        raster = np.full(shape, round(MOST * (1 - ground)), np.uint8)
        floor = round(MOST * (1 - less * rng.uniform(*FLOOR)))
        return cls(raster, int(raster[0, 0]), floor)

    def paint(self, outlines: Sequence[Outline]) -> None:
        """Makes what is painted shine."""
        for outline in outlines:
            cv2.fillPoly(self.raster, [outline], (MOST,), cv2.LINE_8, FRACTION_BITS)

    def bare(self, here: Part, gone: Pixels) -> None:
        """Takes paint away, where ``gone`` is 255."""
        part = self.raster[here]
        cv2.copyTo(np.full_like(part, self.ground), np.ascontiguousarray(gone), part)

    def lay_floor(self, bare: Pixels) -> None:
        """Shows the floor, where ``bare`` is 255."""
        cv2.copyTo(np.full_like(self.raster, self.floor), bare, self.raster)

    def dust(self, through: Pixels) -> None:
        """Dulls it; of 255 so much is seen through dust, ``(TILE, TILE, 3)``, which repeats."""
        through = np.ascontiguousarray(through[:, :, 0])
        for here, tile in tiles(self.raster.shape):
            cv2.multiply(self.raster[here], through[tile], self.raster[here], scale=1 / 255)
