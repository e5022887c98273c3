"""Paper that is glued askew and tape that is laid by hand: a map bent from its plan."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from jetcar.settings.variety import OtherGround
from jetcar.street.grid import Grid
from jetcar.street.variety import between

CELLS = (250.0, 700.0)
"""Millimetres over which a bend changes; much shorter ones would tear lines apart."""

Bend = npt.NDArray[np.float32]
"""Column and row of what lies at each pixel of a bent raster, shape ``(rows, columns, 2)``."""


def bending(grid: Grid, ground: OtherGround, rng: np.random.Generator) -> Bend:
    """Draws how a map is bent; both its picture and its regions are moved by it."""
    rows, columns = grid.shape
    most = between(ground.askew, rng) / grid.mm
    cell = rng.uniform(*CELLS) / grid.mm
    nodes = max(4, round(rows / cell)), max(4, round(columns / cell))
    small = np.clip(rng.standard_normal((*nodes, 2), np.float32) / 2, -1, 1) * np.float32(most)
    bend: Bend = cv2.resize(small, (columns, rows), interpolation=cv2.INTER_CUBIC)  # type: ignore[assignment]
    bend[:, :, 0] += np.arange(columns, dtype=np.float32)
    bend[:, :, 1] += np.arange(rows, dtype=np.float32)[:, None]
    return bend


def bent(raster: npt.NDArray[Any], bend: Bend, flag: int) -> npt.NDArray[Any]:
    """A raster of a map, bent; ``flag`` is one of OpenCV's ways to interpolate."""
    return cv2.remap(  # type: ignore[call-overload, no-any-return]
        raster, bend, None, flag, borderMode=cv2.BORDER_REPLICATE
    )
