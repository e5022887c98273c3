"""The own lane from above: its middle and its width, row by row, away from the car."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jetcar.road.ground import AHEAD, COLUMN_MM, LEFT, ROW_MM, row_of

START_MM, END_MM = 100.0, 640.0
"""Where the lane is followed."""

REACH_MM = 60.0
"""How far aside of its last middle the lane may go on, for example behind a stain."""

NARROWEST_MM = 20.0
"""A thinner strip is no lane: a car's wheel is as wide."""

SPREAD_MM = 20.0
"""The middle at a distance is the mean over the rows so far before and behind it."""

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Lanes:
    """The own lane of each of some pictures.

    Attributes:
        middle: Place of the lane's middle in each row, mm to the left, ``(B, rows)``; NaN without.
        width: Width in mm, likewise.
    """

    middle: Numbers
    width: Numbers

    def middle_at(self, mm: float) -> Numbers:
        """The middle at a distance, shape ``(B,)``; NaN where there is no lane."""
        return _mean_at(self.middle, mm)

    def width_at(self, mm: float) -> Numbers:
        """The width at a distance, shape ``(B,)``; NaN where there is no lane."""
        return _mean_at(self.width, mm)

    def heading(self, near: float, far: float) -> Numbers:
        """The direction from one distance to another, degrees to the left, shape ``(B,)``."""
        aside = self.middle_at(far) - self.middle_at(near)
        degrees: Numbers = np.degrees(np.arctan2(aside, far - near))
        return degrees


def find_lanes(own: npt.NDArray[np.bool_]) -> Lanes:
    """Follows the lane that the car stands on.

    It begins with the strip in front of the car, and goes on with the strip that holds the middle
    of the row before, or with the next one within ``REACH_MM``. A row without one is left out.

    Args:
        own: Which cells are lane of the own direction, ``(B, rows, columns)``; see ``from_above``.
    """
    batch, _, columns = own.shape
    first, last = _strips(own[:, : row_of(END_MM) + 1])
    middle, width = (np.full((batch, len(AHEAD)), np.nan) for _ in range(2))
    at = np.full(batch, columns // 2)
    every = np.arange(batch)
    reach = round(REACH_MM / COLUMN_MM)
    for row in range(row_of(START_MM), row_of(END_MM) + 1):
        place = _nearest(own[:, row], at, reach)
        is_there = place >= 0
        start, end = first[every, row, place], last[every, row, place]
        wide = (end - start + 1) * COLUMN_MM
        is_there &= wide >= NARROWEST_MM
        half = (start + end) / 2
        middle[is_there, row] = LEFT[0] - half[is_there] * COLUMN_MM
        width[is_there, row] = wide[is_there]
        at = np.where(is_there, np.round(half).astype(int), at)
    return Lanes(middle, width)


def missing_mm(true: Lanes, predicted: Lanes, far: float) -> Numbers:
    """Length of true lane within a distance that the prediction has not, mm, ``(B,)``."""
    rows = slice(row_of(START_MM), row_of(far) + 1)
    is_lost = ~np.isnan(true.middle[:, rows]) & np.isnan(predicted.middle[:, rows])
    lost: Numbers = is_lost.sum(axis=1) * ROW_MM
    return lost


def _strips(own: npt.NDArray[np.bool_]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """First and last column of the strip that each cell belongs to; of no meaning elsewhere."""
    columns = np.arange(own.shape[-1])
    after_gap = np.where(own, -1, columns)
    first = np.maximum.accumulate(after_gap, axis=-1) + 1
    before_gap = np.where(own, own.shape[-1], columns)
    last = np.minimum.accumulate(before_gap[..., ::-1], axis=-1)[..., ::-1] - 1
    return first, last


def _nearest(
    own: npt.NDArray[np.bool_], at: npt.NDArray[np.int64], reach: int
) -> npt.NDArray[np.int64]:
    """The lane's column that is nearest to a column in each picture; -1 beyond the reach."""
    away = np.abs(np.arange(own.shape[1]) - at[:, None])
    away = np.where(own, away, own.shape[1])
    place = away.argmin(axis=1)
    return np.where(away[np.arange(len(own)), place] <= reach, place, -1)


def _mean_at(values: Numbers, mm: float) -> Numbers:
    some = values[:, row_of(mm - SPREAD_MM) : row_of(mm + SPREAD_MM) + 1]
    count = (~np.isnan(some)).sum(axis=1)
    total = np.nansum(some, axis=1)
    mean: Numbers = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return mean
