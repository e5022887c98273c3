"""What a page says about the road: the lane as a driver needs it, and the signs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jetcar.road.meter import FREE_MEASURES, LANE_MEASURES

DASH = "–"

FIRST = {
    "score": "mean over the pictures, 1 is perfect; monitor=val/road goes by it",
    "near_iou": "mean IoU of what is up to 500 mm away, over the classes that the true masks show",
}

OF_SIGN = (
    "seen of those that are there, up to which distance half of them are seen, and how many are "
    "invented in 100 pictures"
)


@dataclass(frozen=True)
class RoadRow:
    """One line of the table.

    Attributes:
        title: What is measured.
        meaning: How.
        values: As text, by split.
    """

    title: str
    meaning: str
    values: dict[str, str]

    def values_of(self, split: str) -> str:
        """Of a split; a dash where it has no road score."""
        return self.values.get(split, DASH)


TITLES = {
    "score": "Road score",
    "near_iou": "Near field",
    "centre_300_mm": "Middle at 300 mm",
    "centre_600_mm": "Middle at 600 mm",
    "width_mm": "Width",
    "heading_degrees": "Direction",
    "found": "Found",
    "torn": "Torn",
    "leaks": "Leaking",
    "free_way_mm": "Free way",
    "too_far_mm": "Too long",
}


def road_rows(scores: Mapping[str, Mapping[str, Any]]) -> list[RoadRow]:
    """The lines of the table; none where no split has a road score.

    Args:
        scores: Scores of each split as ``result.json`` has them.
    """
    roads = {split: one["road"] for split, one in scores.items() if "road" in one}
    names = {name for road in roads.values() for name in road}
    meanings = {**FIRST, **LANE_MEASURES, **FREE_MEASURES}
    rows = [
        RoadRow(
            TITLES[name],
            meaning,
            {split: _text(name, road.get(name)) for split, road in roads.items()},
        )
        for name, meaning in meanings.items()
        if name in names
    ]
    signs = sorted({sign for road in roads.values() for sign in road.get("signs", {})})
    for sign in signs:
        found = {split: _sign(road.get("signs", {}).get(sign)) for split, road in roads.items()}
        rows.append(RoadRow(sign, OF_SIGN, found))
    return rows


def _text(name: str, value: float | None) -> str:
    if value is None or math.isnan(value):
        return DASH
    if name.endswith("_mm"):
        return f"{value:.1f} mm"
    if name.endswith("_degrees"):
        return f"{value:.1f}°"
    return f"{100 * value:.1f} %" if name in ("found", "torn", "leaks") else f"{value:.4f}"


def _sign(sign: Mapping[str, Any] | None) -> str:
    if sign is None:
        return DASH
    far = "" if sign["seen_from_mm"] is None else f", to {sign['seen_from_mm']:.0f} mm"
    return f"{sign['seen']} of {sign['true']}{far}; {sign['invented_per_100']:.1f} invented"
