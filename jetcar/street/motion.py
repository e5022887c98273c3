"""What a moving car does to a picture: a rolling shutter bends it, an open one blurs it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from jetcar.street.camera import Lens, Matrix, Mount, Rays, centers, picture_points, rays, to_ground
from jetcar.street.grid import Pixels

NODES = 13
"""Points across and down a picture at which its movement is computed; it is smooth."""

FARTHEST = 20_000.0
"""Millimetres from which on the ground is taken to move as the horizon does."""

STEP = 1.6
"""Pixels between two of the pictures that blur is the mean of, at most ``MOST`` of them."""

MOST = 9

LONGEST = 22.0
"""Pixels, in a picture of 224, beyond which no blur goes: drivers brake for it."""


@dataclass(frozen=True)
class Motion:
    """A car that drives on and turns.

    Attributes:
        speed: In mm a second.
        turn: To the left, in radians a second.
        shutter: Seconds that each row sees the light.
        readout: Seconds from the first row to the last.
    """

    speed: float
    turn: float
    shutter: float
    readout: float

    def times(self, y: Matrix) -> Matrix:
        """When rows are read, in seconds from the middle; rows go from -1 to 1, ``(rows,)``."""
        return self.readout / 2 * y

    def roll(self, ground: Rays, y: Matrix) -> None:
        """Moves what each row sees to where the camera is when that row is read, in place.

        Args:
            ground: Places ``(ahead, left)`` in mm that each pixel would see at the middle of the
                readout, shape ``(rows, columns, 2)``.
            y: The rows, from -1, the upper edge, to 1, shape ``(rows,)``.
        """
        time = self.times(y).astype(np.float32)[:, None]
        turned = np.float32(self.turn) * time
        ahead = ground[:, :, 0].copy()
        ground[:, :, 0] += np.float32(self.speed) * time - turned * ground[:, :, 1]
        ground[:, :, 1] += turned * ahead

    def blur(self, image: Pixels, lens: Lens, mount: Mount) -> Pixels:
        """The mean of what the camera sees while its shutter is open; masks are of its middle."""
        size = len(image)
        way = self._way(lens, mount) * (size / 2)
        longest = float(np.abs(way).max())
        most = LONGEST * size / 224
        if longest > most:
            way *= most / longest
            longest = most
        if longest < STEP / 2:
            return image
        full = cv2.resize(way.astype(np.float32), (size, size), interpolation=cv2.INTER_LINEAR)
        count = min(MOST, 2 + int(longest / STEP))
        total = np.zeros(image.shape, np.float32)
        for share in np.linspace(-0.5, 0.5, count, dtype=np.float32):
            moved = _places(size) + full * share
            cv2.accumulate(
                cv2.remap(image, moved, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE),  # type: ignore[call-overload]
                total,
            )
        return cv2.convertScaleAbs(total, alpha=1 / count)  # type: ignore[return-value]

    def _way(self, lens: Lens, mount: Mount) -> Matrix:
        """How far each node moves across the picture, whose edges are at -1 and 1."""
        at = centers(NODES)
        level = Mount(mount.height, mount.angle)
        u, v = np.moveaxis(rays(lens, at, at).astype(np.float64), 2, 0)
        ahead, left, divisor = np.tensordot(to_ground(level), np.stack([u, v, np.ones_like(u)]), 1)
        # Above the horizon is what is so far away that only turning moves it.
        divisor = np.maximum(divisor, np.abs(ahead) / FARTHEST)
        ahead, left = ahead / divisor, left / divisor
        half = self.shutter / 2
        ends = []
        for time in (-half, half):
            turned = self.turn * time
            x, y = ahead - self.speed * time, left
            ends.append(picture_points(lens, level, x + turned * y, y - turned * x))
        (x0, y0), (x1, y1) = ends
        return np.nan_to_num(np.stack([x1 - x0, y1 - y0], axis=-1))


@lru_cache(maxsize=2)
def _places(size: int) -> Rays:
    """Column and row of each pixel, shape ``(size, size, 2)``."""
    row, column = np.mgrid[:size, :size].astype(np.float32)
    return np.stack([column, row], axis=-1)
