"""The road score: what of a driver's questions the prediction answers as the truth does."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from jetcar.classes import ClassTable
from jetcar.road.classes import RoadClasses
from jetcar.road.free import free_way
from jetcar.road.ground import AHEAD, CELL_MM2, Codes, Geometry, from_above, row_of
from jetcar.road.lane import Numbers, find_lanes, missing_mm
from jetcar.road.signs import SignCounter, count_signs
from jetcar.street.camera import picture_points

NEAR, FAR = 300.0, 600.0
"""Distances in mm at which the lane's middle is compared: half a second of driving at 1 m/s."""

WORST_MM = 50.0
"""A middle that is so far off is worth nothing: the wheels are on the line, as a lane is 120 mm."""

WORST_FREE_MM = 500.0
"""The same of a free way."""

TORN_MM = 50.0
"""A lane is torn where so much of it is missing before ``FAR``."""

LEAK_MM2 = 2500.0
"""It leaks where so much of the wrong direction before ``FAR`` is taken for it: 5 x 5 cm."""

PENALTY = 0.5
"""What a picture keeps of its score where the lane is torn or leaks."""


LANE_MEASURES = {
    "centre_300_mm": "lane's middle 300 mm ahead, mm off",
    "centre_600_mm": "lane's middle 600 mm ahead, mm off",
    "width_mm": "lane's width 300 mm ahead, mm off",
    "heading_degrees": "direction from 300 to 600 mm, degrees off",
    "found": "share of the pictures in which the lane is found at 300 mm",
    "torn": "share in which 50 mm of it or more are missing before 600 mm",
    "leaks": "share in which 25 cm2 or more of the wrong direction are taken for it",
}
"""Means over the pictures whose true mask has the own lane, and what they are."""

FREE_MEASURES = {
    "free_way_mm": "free way ahead, mm off, mean over the columns",
    "too_far_mm": "free way ahead, mm that it is too long",
}
"""The same for tables without lanes."""


class RoadMeter:
    """Compares truth and prediction on the ground, some pictures at a time.

    Args:
        classes: What codes mean.
        geometry: The camera.
        with_signs: Whether lines and arrows are looked for, which takes a millisecond a picture.
    """

    def __init__(self, classes: RoadClasses, geometry: Geometry, with_signs: bool = True) -> None:
        self.classes, self.geometry, self.with_signs = classes, geometry, with_signs
        self.reset()

    @classmethod
    def of(
        cls, table: ClassTable, geometry: Geometry | None, with_signs: bool = True
    ) -> RoadMeter | None:
        """A meter; None for a table without lanes and road, or a camera that nobody knows."""
        classes = RoadClasses.of(table)
        if classes is None or geometry is None:
            return None
        return cls(classes, geometry, with_signs)

    def reset(self) -> None:
        """Forgets all pictures."""
        self.pictures = 0
        self._values: dict[str, list[Numbers]] = {}
        self._signs: dict[str, SignCounter] = {}

    @property
    def noted(self) -> dict[str, Numbers]:
        """What it found of each picture, by name, for ``take``."""
        return {name: np.concatenate(parts) for name, parts in self._values.items()}

    def take(self, found: Sequence[dict[str, Numbers]]) -> None:
        """Goes by what several meters found, of which it may be one; signs stay its own.

        Args:
            found: What each of them ``noted``.
        """
        names = dict.fromkeys(name for one in found for name in one)
        self._values = {name: [one[name] for one in found if name in one] for name in names}

    def join(self, other: RoadMeter) -> None:
        """Adds the pictures of another one, which come after this one's."""
        self.pictures += other.pictures
        for name, parts in other._values.items():
            self._values.setdefault(name, []).extend(parts)
        for name, signs in other._signs.items():
            self._signs.setdefault(name, SignCounter()).join(signs)

    def add(self, true_bhw: Codes, predicted_bhw: Codes) -> Numbers:
        """Adds pictures.

        Args:
            true_bhw: True codes, shape ``(B, H, W)``, uint8; 255 where nobody knows.
            predicted_bhw: Predicted codes, likewise.

        Returns:
            The score of each, shape ``(B,)``; NaN where the truth has no lane to compare with.
        """
        true = from_above(self.geometry, true_bhw)
        predicted = from_above(self.geometry, predicted_bhw)
        self.pictures += len(true)
        if self.classes.drivable:
            return self._add_free(true, predicted)
        if self.with_signs:
            for one, other in zip(true, predicted, strict=True):
                count_signs(self._signs, self.classes.signs, one, other)
        return self._add_lanes(true, predicted)

    def middle_line(self, codes_hw: Codes) -> list[list[float]]:
        """The middle of the own lane of one picture, from near to far.

        Returns:
            ``[x, y]`` of each point as shares of the picture's width and height; empty without a
            lane.
        """
        if self.classes.drivable:
            return []
        lanes = find_lanes(_are(from_above(self.geometry, codes_hw[None]), self.classes.own))
        is_there = ~np.isnan(lanes.middle[0])
        lens, mount = self.geometry.lens, self.geometry.mount
        x, y = picture_points(lens, mount, AHEAD[is_there], lanes.middle[0, is_there])
        return [[round((a + 1) / 2, 4), round((b + 1) / 2, 4)] for a, b in zip(x, y, strict=True)]

    @property
    def score(self) -> float:
        """The mean score of the pictures, 0 to 1; NaN before the first one that counts."""
        return _mean(self._values.get("road", []))

    @property
    def measures(self) -> list[str]:
        """Names of the means in ``values``, those of lanes or those of a free way."""
        return list(FREE_MEASURES if self.classes.drivable else LANE_MEASURES)

    def values(self) -> dict[str, Any]:
        """Everything as plain values; null for what there was nothing to compare of."""
        found: dict[str, Any] = {"pictures": self.pictures, "score": self.score}
        found |= {name: _mean(self._values.get(name, [])) for name in self.measures}
        if self._signs:
            found["signs"] = {
                name: {
                    "true": int(one.true.sum()),
                    "seen": int(one.seen.sum()),
                    "seen_from_mm": one.seen_from,
                    "invented_per_100": 100 * one.invented / max(1, self.pictures),
                }
                for name, one in sorted(self._signs.items())
            }
        return found

    def in_words(self) -> str:
        """The score and what it is made of, in one line for a person."""
        values = self.values()
        if math.isnan(self.score):
            return "road: no true mask has a lane of the own direction 300 mm ahead"
        if self.classes.drivable:
            return (
                f"road {self.score:.4f}: the free way is {values['free_way_mm']:.0f} mm off, "
                f"{values['too_far_mm']:.0f} mm of that too long"
            )
        return (
            f"road {self.score:.4f}: the lane's middle is {_in_mm(values['centre_300_mm'])} off at "
            f"300 mm and {_in_mm(values['centre_600_mm'])} at 600; found in "
            f"{100 * values['found']:.1f} % of the pictures, torn in {100 * values['torn']:.1f} %, "
            f"leaking in {100 * values['leaks']:.1f} %"
        )

    def _add_lanes(self, true: Codes, predicted: Codes) -> Numbers:
        codes = self.classes
        ours, theirs = (find_lanes(_are(cells, codes.own)) for cells in (true, predicted))
        worth = []
        for mm in (NEAR, FAR):
            middle, other = ours.middle_at(mm), theirs.middle_at(mm)
            error = np.abs(other - middle)
            self._note(f"centre_{mm:.0f}_mm", error)
            worth.append(
                np.where(np.isnan(middle), np.nan, np.nan_to_num(1 - error / WORST_MM).clip(0))
            )
        is_there = ~np.isnan(ours.middle_at(NEAR))
        lost = missing_mm(ours, theirs, FAR)
        is_torn = lost >= TORN_MM
        rows = slice(0, row_of(FAR) + 1)
        spilt = _are(predicted[:, rows], codes.lanes) & _are(true[:, rows], codes.wrong)
        leaks = spilt.sum(axis=(1, 2)) * CELL_MM2 >= LEAK_MM2
        self._note("width_mm", np.abs(theirs.width_at(NEAR) - ours.width_at(NEAR)))
        self._note("heading_degrees", np.abs(theirs.heading(NEAR, FAR) - ours.heading(NEAR, FAR)))
        found = ~np.isnan(theirs.middle_at(NEAR))
        for name, flags in (("found", found), ("torn", is_torn), ("leaks", leaks)):
            self._note(name, np.where(is_there, flags, np.nan))
        both = np.stack(worth)
        count = (~np.isnan(both)).sum(axis=0)
        road = np.where(count > 0, np.nansum(both, axis=0) / np.maximum(count, 1), np.nan)
        road = np.where(is_torn | leaks, PENALTY * road, road)
        self._note("road", road)
        return road

    def _add_free(self, true: Codes, predicted: Codes) -> Numbers:
        ours, theirs = (free_way(_are(cells, self.classes.drivable)) for cells in (true, predicted))
        error = np.abs(theirs - ours)
        self._note("free_way_mm", error.mean(axis=1))
        # To take something in the way for road is what ends a drive.
        self._note("too_far_mm", np.maximum(theirs - ours, 0).mean(axis=1))
        road: Numbers = (1 - error / WORST_FREE_MM).clip(0).mean(axis=1)
        self._note("road", road)
        return road

    def _note(self, name: str, values: Numbers) -> None:
        self._values.setdefault(name, []).append(values)


def _in_mm(value: float) -> str:
    return "nobody knows how far" if math.isnan(value) else f"{value:.0f} mm"


def _are(cells: Codes, codes: Sequence[int]) -> npt.NDArray[np.bool_]:
    """Which cells have one of some codes."""
    wanted = np.zeros(256, bool)
    wanted[list(codes)] = True
    found: npt.NDArray[np.bool_] = wanted[cells]
    return found


def _mean(parts: list[Numbers]) -> float:
    """The mean of all numbers that are some."""
    values = np.concatenate(parts) if parts else np.empty(0)
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else math.nan
