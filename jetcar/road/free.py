"""How far the way is free ahead of the car, column by column, for tables without lanes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from jetcar.road.ground import AHEAD, LEFT, row_of
from jetcar.road.lane import START_MM, Numbers

ASIDE_MM = 200.0
"""Columns so far to the left and right are looked at."""


def free_way(drivable: npt.NDArray[np.bool_]) -> Numbers:
    """Distance to the first place where a car may not drive.

    Args:
        drivable: Cells, ``(B, rows, columns)``; see ``from_above``.

    Returns:
        mm for each column, shape ``(B, columns within ASIDE_MM)``; the end of the ground that is
        looked at where nothing is in the way.
    """
    columns = np.abs(LEFT) <= ASIDE_MM
    ahead = drivable[:, row_of(START_MM) :, columns]
    blocked = ~ahead
    first = blocked.argmax(axis=1)
    first = np.where(blocked.any(axis=1), first, ahead.shape[1] - 1)
    distance: Numbers = AHEAD[row_of(START_MM) + first]
    return distance
