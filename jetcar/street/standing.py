"""A thing that is put together of panels, at a place on the ground."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from jetcar.street import thing_pictures as draw
from jetcar.street.camera import Matrix
from jetcar.street.grid import Pixels
from jetcar.street.panels import Panel
from jetcar.street.thing_pictures import Color


@dataclass
class Standing:
    """A thing that is put together.

    Attributes:
        code: Its class in the mask.
        x, y: Its middle, ahead of the camera and to its left in mm.
        radius: Of the ground that it takes, in mm.
        height: Of the camera, in mm.
        lying: Its panels on the ground, shadows among them.
        panels: Those that stand; none of them hides a later one.
    """

    code: int
    x: float
    y: float
    radius: float
    height: float
    lying: list[Panel] = field(default_factory=list)
    panels: list[Panel] = field(default_factory=list)

    def facing(self, picture: Pixels, wide: float, high: float, aside: float = 0) -> None:
        """Stands a picture up that faces the camera; ``aside`` is how far right of the middle."""
        right = np.array([self.y, -self.x, 0]) / math.hypot(self.x, self.y)
        middle = np.array([self.x, self.y, 0]) + aside * right
        up = np.array([0, 0, high])
        self.panels.append(Panel(middle - wide / 2 * right, wide * right, up, picture, self.code))

    def block(
        self,
        size: tuple[float, float, float],
        turned: float,
        color: Color,
        rng: np.random.Generator,
        base: float = 0,
        is_printed: bool = True,
    ) -> None:
        """Adds the sides of a block that the camera sees.

        Args:
            size: Length, width and height in mm.
            turned: Direction of its length from ahead to the left, in radians.
            color: Of all its sides.
            rng: Draws what is on them.
            base: Mm from the ground to its lower side.
            is_printed: Whether there is anything on them.
        """
        length, width, high = size
        light = rng.uniform(0.6, 1.1, 5)
        corners = self._corners(length, width, turned, base)
        up = np.array([0, 0, high])
        for number in range(4):
            corner, across = corners[number], corners[(number + 1) % 4] - corners[number]
            outward = np.array([across[1], -across[0], 0])
            if outward @ (np.array([0, 0, self.height]) - corner) <= 0:
                continue
            picture = (
                draw.face(color, light[number], rng)
                if is_printed
                else draw.plain(color, light[number])
            )
            self.panels.append(Panel(corner, across, up, picture, self.code))
        if self.height > base + high:
            top = corners[3] + up
            across, back = corners[0] - corners[3], corners[2] - corners[3]
            picture = draw.plain(color, light[4] * 1.1)
            self.panels.append(Panel(top, across, back, picture, self.code))

    def disc(self, picture: Pixels, x: float, y: float, turned: float, size: float) -> None:
        """Adds a wheel that stands at a place of the block's own, along its length."""
        along = np.array([math.cos(turned), math.sin(turned), 0])
        middle = np.array([self.x, self.y, 0]) + x * along
        middle += y * np.array([-along[1], along[0], 0])
        up = np.array([0, 0, size])
        self.panels.append(Panel(middle - size / 2 * along, size * along, up, picture, self.code))

    def shadow(self, reach: float, strength: float, along: float = 0, turned: float = 0) -> None:
        """Darkens the ground where it stands, so far from its middle, and farther along."""
        ahead = np.array([math.cos(turned), math.sin(turned), 0]) * (reach + along)
        left = np.array([-math.sin(turned), math.cos(turned), 0]) * reach
        corner = np.array([self.x, self.y, 0]) - ahead + left
        picture = draw.shadow(strength)
        self.lying.append(Panel(corner, -2 * left, 2 * ahead, picture, None))

    def _corners(self, length: float, width: float, turned: float, base: float) -> Matrix:
        """The corners of the lower side, anticlockwise from above, shape ``(4, 3)``."""
        cos, sin = math.cos(turned), math.sin(turned)
        flat = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * (length / 2, width / 2)
        turn = np.array([[cos, sin], [-sin, cos]])
        return np.column_stack([flat @ turn + (self.x, self.y), np.full(4, base)])
