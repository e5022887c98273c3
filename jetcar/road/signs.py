"""Lines across the lane and arrows: from how far away they are seen, and which are invented."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from jetcar.road.ground import AHEAD, CELL_MM2, FAR_MM, Codes

BIN_MM = 100.0
SEEN_SHARE = 1 / 3
"""A sign is seen where so much of it has its class."""

LEAST_MM2 = 400.0
"""A smaller spot is no sign, neither in truth nor in the prediction."""

TOLERANCE = 9
"""Cells across in which a predicted sign may miss a true one and yet be it."""

Counts = npt.NDArray[np.int64]


class SignCounter:
    """Counts the signs of one class.

    Attributes:
        true: Signs in each ``BIN_MM`` of distance, to their nearest edge.
        seen: How many of those are seen.
        invented: Predicted signs where there is none.
    """

    def __init__(self) -> None:
        bins = int(FAR_MM // BIN_MM) + 1
        self.true, self.seen = np.zeros(bins, np.int64), np.zeros(bins, np.int64)
        self.invented = 0

    def add(self, true: npt.NDArray[np.bool_], predicted: npt.NDArray[np.bool_]) -> None:
        """Adds a picture: which cells have the class, each of shape ``(rows, columns)``."""
        for cells in _spots(true):
            place = int(AHEAD[np.nonzero(cells)[0].min()] // BIN_MM)
            self.true[place] += 1
            self.seen[place] += int(predicted[cells].mean() >= SEEN_SHARE)
        if predicted.any():
            around = cv2.dilate(true.astype(np.uint8), np.ones((TOLERANCE, TOLERANCE), np.uint8))
            self.invented += sum(not np.any(around[cells]) for cells in _spots(predicted))

    def join(self, other: SignCounter) -> None:
        """Adds the signs of another one."""
        self.true += other.true
        self.seen += other.seen
        self.invented += other.invented

    @property
    def seen_from(self) -> float | None:
        """Distance in mm up to which at least half of the signs are seen; None without signs.

        0 where not even the nearest ones are.
        """
        if not self.true.any():
            return None
        reached = 0.0
        for place in np.flatnonzero(self.true):
            if 2 * self.seen[place] < self.true[place]:
                break
            reached = (place + 1) * BIN_MM
        return reached


def count_signs(
    counter: dict[str, SignCounter], codes: dict[str, int], true: Codes, predicted: Codes
) -> None:
    """Adds a picture to the counters of all signs; cells as ``from_above`` gives them."""
    there = {*np.unique(true).tolist(), *np.unique(predicted).tolist()}
    for name, code in codes.items():
        if code in there:
            counter.setdefault(name, SignCounter()).add(true == code, predicted == code)


def _spots(cells: npt.NDArray[np.bool_]) -> list[npt.NDArray[np.bool_]]:
    """Connected cells that are large enough."""
    if not cells.any():
        return []
    count, labels, stats, _ = cv2.connectedComponentsWithStats(cells.astype(np.uint8))
    least = LEAST_MM2 / CELL_MM2
    areas = np.asarray(stats)[:, cv2.CC_STAT_AREA]
    return [np.asarray(labels) == one for one in range(1, count) if areas[one] >= least]
