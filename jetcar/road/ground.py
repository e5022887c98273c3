"""A mask seen from above: which pixel shows which place on the ground in front of the car."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from jetcar.settings.limits import within
from jetcar.settings.street import CAMERA_LIMITS, Camera
from jetcar.street.camera import Lens, Mount, centers, picture_points, rays, to_ground

NEAR_MM, FAR_MM, ASIDE_MM = 50.0, 1000.0, 400.0
"""The ground that is looked at, from the point below the camera."""

ROW_MM, COLUMN_MM = 10.0, 5.0
"""Size of a cell, ahead and aside. At 300 mm a pixel of 224 is 4.5 mm wide."""

AHEAD = np.arange(NEAR_MM, FAR_MM + 1, ROW_MM)
"""Distance of each row of cells."""

LEFT = np.arange(ASIDE_MM, -ASIDE_MM - 1, -COLUMN_MM)
"""Place of each column of cells, from the left to the right; positive is left."""

CELL_MM2 = ROW_MM * COLUMN_MM

NEAR_FIELD_MM = 500.0
"""What the next moment of the drive depends on."""

UNSEEN = 255
"""What a cell shows that no pixel sees."""

Codes = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Geometry:
    """How the camera of the car sees the ground.

    Attributes:
        lens: What it sees with.
        mount: How it is held.
    """

    lens: Lens
    mount: Mount

    @classmethod
    def of(cls, camera: Camera) -> Geometry:
        """The geometry that settings of the street name."""
        return cls(Lens(camera.fov, camera.k1, camera.k2), Mount(camera.height, camera.angle))

    @classmethod
    def from_plain(cls, settings: Any) -> Geometry | None:
        """The geometry in the settings of a checkpoint, which may be anybody's; None without."""
        try:
            camera = settings["street"]["camera"]
            values = {name: float(camera[name]) for name in CAMERA_LIMITS}
        except (KeyError, TypeError, ValueError):
            return None
        if any(within(name, values[name], *limits) for name, limits in CAMERA_LIMITS.items()):
            return None
        lens = Lens(values["fov"], values["k1"], values["k2"])
        return cls(lens, Mount(values["height"], values["angle"]))


def from_above(geometry: Geometry, codes_bhw: Codes) -> Codes:
    """Codes of the cells of the ground.

    Args:
        geometry: The camera.
        codes_bhw: Masks of one size, shape ``(B, H, W)``, uint8.

    Returns:
        Shape ``(B, rows, columns)``: row by row from near to far, from the left to the right;
        ``UNSEEN`` where no pixel looks.
    """
    height, width = codes_bhw.shape[1:]
    places, is_seen = _places(geometry, height, width)
    cells = codes_bhw.reshape(len(codes_bhw), height * width)[:, places]
    return np.where(is_seen, cells, np.uint8(UNSEEN))


@lru_cache(maxsize=16)
def _places(geometry: Geometry, height: int, width: int) -> tuple[npt.NDArray[np.int64], Any]:
    """The number of the pixel that shows each cell, and whether there is one."""
    ahead, left = np.meshgrid(AHEAD, LEFT, indexing="ij")
    x, y = picture_points(geometry.lens, geometry.mount, ahead, left)
    column, row = np.floor((x + 1) / 2 * width), np.floor((y + 1) / 2 * height)
    is_seen = (column >= 0) & (column < width) & (row >= 0) & (row < height)
    places = np.where(is_seen, row * width + column, 0).astype(np.int64)
    return places, is_seen


@lru_cache(maxsize=16)
def near_field(geometry: Geometry, height: int, width: int) -> npt.NDArray[np.bool_]:
    """Which pixels show ground of the near field, shape ``(H, W)``."""
    seen = rays(geometry.lens, centers(width), centers(height)).astype(np.float64)
    points = np.concatenate([seen, np.ones_like(seen[..., :1])], axis=-1)
    ahead, left, divisor = np.moveaxis(points @ to_ground(geometry.mount).T, -1, 0)
    below = divisor > 0
    divisor = np.where(below, divisor, 1)
    near: npt.NDArray[np.bool_] = below & (np.hypot(ahead, left) <= NEAR_FIELD_MM * divisor)
    return near


def row_of(mm: float) -> int:
    """The row of cells at a distance."""
    return math.floor((mm - NEAR_MM) / ROW_MM + 0.5)
