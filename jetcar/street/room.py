"""What stands around the map: a blurred room, seen above the horizon and beyond the floor."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
import numpy.typing as npt

from jetcar.street.camera import Matrix, Rays
from jetcar.street.grid import Pixels

Shares = npt.NDArray[np.float32]

WIDTH, HEIGHT = 720, 96
"""Pixels of the panorama: half a degree each, from the horizon upwards."""

SCALE = WIDTH / (2 * math.pi)
"""Pixels of the panorama to a radian."""


@dataclass(frozen=True)
class Room:
    """Grey walls with something in front of them.

    Attributes:
        panorama: RGB, shape ``(HEIGHT, WIDTH, 3)``; row 0 is the horizon.
        wall: RGB of the wall near the floor, for what lies off the map.
    """

    panorama: Pixels
    wall: tuple[int, int, int]

    @cached_property
    def gloss(self) -> Shares:
        """What a glossy ground mirrors: the brightest things, 0..1, drawn out in height."""
        grey = self.panorama.mean(2, dtype=np.float32)
        low, high = np.percentile(grey, (60, 99.5))
        bright = np.clip((grey - low) / max(high - low, 1), 0, 1)
        wrapped = np.concatenate([bright[:, -40:], bright, bright[:, :40]], axis=1)
        gloss: Shares = cv2.GaussianBlur(wrapped, (0, 0), 3, sigmaY=9)[:, 40:-40]  # type: ignore[assignment]
        return gloss

    @cached_property
    def pale(self) -> Shares:
        """RGB of the walls and what stands before them, on average."""
        pale: Shares = self.panorama.mean((0, 1), dtype=np.float32)
        return pale

    def paint(self, image: Pixels, above: Shares, compass: Compass, heading: Matrix) -> None:
        """Paints the room over the part of a picture that is above the horizon.

        Args:
            image: RGB, shape ``(rows, columns, 3)``; changed in place.
            above: How much of each pixel is above the horizon, 0..1, for the upper rows.
            compass: Where each pixel's middle looks.
            heading: Where the camera looks when each row is read, in radians, shape ``(rows,)``.
        """
        rows = len(above)
        if not rows:
            return
        turned = (heading[:rows, None] * SCALE + WIDTH / 2).astype(np.float32)
        # Errors of the mount move the room by a pixel or two; as it is blurred, that is left out.
        room = cv2.remap(
            self.panorama,
            compass.across[:rows] + turned,
            compass.up[:rows],
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_WRAP,
        )
        share = above[:, :, None]
        image[:rows] = image[:rows] * (1 - share) + room * share


@dataclass(frozen=True)
class Compass:
    """Where the pixels of a picture look into a room.

    Attributes:
        across: Pixels of the panorama to the left of ahead, shape ``(rows, columns)``.
        up: Pixels above the horizon, 0 at least, of the same shape; below it negative ones, where
            they are asked for.
    """

    across: Shares
    up: Shares


def compass(rays: Rays, angle: float, below: bool = False) -> Compass:
    """Directions of the rays of a camera that is held at ``angle`` degrees.

    Args:
        rays: The rays.
        angle: Of the axis, from straight down.
        below: Whether to tell apart what is below the horizon.
    """
    u, v = rays[:, :, 0], rays[:, :, 1]
    sin, cos = math.sin(math.radians(angle)), math.cos(math.radians(angle))
    ahead = sin + v * cos
    up = np.arctan2(v * sin - cos, np.hypot(u, ahead)) * SCALE
    return Compass(
        (np.arctan2(-u, ahead) * SCALE).astype(np.float32),
        np.clip(up, 2 - HEIGHT if below else 0, HEIGHT - 2).astype(np.float32),
    )


def draw_room(rng: np.random.Generator) -> Room:
    """Draws walls, and dim shapes of furniture in front of them."""
    grey = rng.uniform(95, 175)
    tint = rng.normal(0, 4, 3)
    rows = np.linspace(0, 1, HEIGHT)[:, None, None]
    panorama = np.empty((HEIGHT, WIDTH, 3), np.float32)
    panorama[:] = (grey + tint) * (1 + rng.uniform(-0.2, 0.35) * rows)
    for _ in range(rng.integers(5, 16)):
        left, width = rng.integers(WIDTH), rng.integers(4, 80)
        top = rng.integers(4, HEIGHT)
        columns = np.arange(left, left + width) % WIDTH
        panorama[:top, columns] = rng.uniform(40, 205) + rng.normal(0, 6, 3)
    wrapped = np.concatenate([panorama[:, -20:], panorama, panorama[:, :20]], axis=1)
    blurred = cv2.GaussianBlur(wrapped, (0, 0), 2.5)[:, 20:-20]
    wall = np.clip(grey + tint, 0, 255)
    return Room(
        np.clip(blurred, 0, 255).astype(np.uint8), (int(wall[0]), int(wall[1]), int(wall[2]))
    )
