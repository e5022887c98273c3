"""What is painted on the street: its outlines on paper, and the area that it has in a mask."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from jetcar.street.curves import Curve, Offset, Points, Pose
from jetcar.street.network import Lane

LINE = 10.0
"""Width of a line in mm."""

SPACE = 5.0
"""Space between the two lines of a double line in mm."""


@dataclass(frozen=True)
class Mark:
    """Something painted.

    Attributes:
        kind: One of ``kinds.KINDS``.
        paint: Polygons of the paint, in mm.
        area: Polygons of the area that has the class in a mask, in mm. It is larger than the
            paint where JetCar's masks fill a shape: the gaps of a dashed or double line, the
            rectangle of a word, the field of a crosswalk.
        owner: Road and direction of those whom it concerns, or None. For the double line with one
            dashed side it is the direction that has the solid side.
        at: The middle of a sign, in mm; None for lines.
        lane: The lane that a sign stands on, where it stands on one.
        way: Where a sign stands along its road's centre line, in mm, where views look for it.
    """

    kind: str
    paint: tuple[Points, ...]
    area: tuple[Points, ...]
    owner: tuple[int, int] | None = None
    at: tuple[float, float] | None = None
    lane: Lane | None = None
    way: float | None = None


def shifted(offset: Offset, mm: float) -> Offset:
    """An offset that lies ``mm`` farther to the left."""
    return (lambda s: offset(s) + mm) if callable(offset) else offset + mm


def line(
    kind: str,
    curve: Curve,
    way: tuple[float, float],
    middle: Offset,
    dash: float,
    owner: tuple[int, int] | None = None,
) -> Mark:
    """A line along a curve.

    Args:
        kind: Its kind; ``dashed`` and ``double`` in it say how it is painted.
            ``yellow_solid_dashed`` has its solid side on the right of the curve,
            ``yellow_dashed_solid`` on the left.
        curve: What it follows.
        way: Start and end along the curve in mm.
        middle: Where its middle lies beside the curve.
        dash: Length in mm of a dash, and of the gap after it.
        owner: See ``Mark``.
    """
    start, end = way
    aside = (LINE + SPACE) / 2
    if "double" in kind:
        parts = [(aside, False), (-aside, False)]
    elif kind == "yellow_solid_dashed":
        parts = [(aside, True), (-aside, False)]
    elif kind == "yellow_dashed_solid":
        parts = [(aside, False), (-aside, True)]
    else:
        parts = [(0.0, "dashed" in kind)]
    half = LINE / 2 if len(parts) == 1 else LINE + SPACE / 2
    paint = []
    for left, dashed in parts:
        one, other = shifted(middle, left + LINE / 2), shifted(middle, left - LINE / 2)
        for first, last in _dashes(start, end, dash) if dashed else [(start, end)]:
            paint.append(curve.band(first, last, one, other))
    one, other = shifted(middle, half), shifted(middle, -half)
    if kind == "yellow_dashed_solid":  # the same line, named from its solid side by the owner
        kind = "yellow_solid_dashed"
    return Mark(kind, tuple(paint), tuple(curve.pieces(start, end, one, other)), owner)


def _dashes(start: float, end: float, dash: float) -> Iterator[tuple[float, float]]:
    for first in np.arange(start, end, 2 * dash):
        yield float(first), min(float(first) + dash, end)


def sign(
    kind: str,
    pose: Pose,
    paint: tuple[Points, ...],
    area: tuple[Points, ...] | None = None,
    owner: tuple[int, int] | None = None,
    lane: Lane | None = None,
    way: float | None = None,
) -> Mark:
    """A sign whose outlines are given as (ahead, left) of a pose; the area is the paint if None."""
    on_map = tuple(pose.to_map(polygon) for polygon in paint)
    filled = on_map if area is None else tuple(pose.to_map(polygon) for polygon in area)
    return Mark(kind, on_map, filled, owner, (pose.x, pose.y), lane, way)
