"""The signs that people have put on lanes, in the shapes that StreetMaker draws."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache

import numpy as np

from jetcar.street.curves import Points, Pose
from jetcar.street.marks import Mark, sign
from jetcar.street.shapes import word
from jetcar.street.smap.items import OVERLAYS, Overlay
from jetcar.street.smap.lanes import Lane

LENGTH = 76.92
"""Of an arrow that only turns, or only goes straight on, in mm."""

BRANCH = 35.71
"""How far behind the tip of a straight arrow its turn begins, in mm."""

STEM = 5.42
"""Half of a stem's width in mm."""

PARKING = 60.0
"""Height of the letter P in mm."""

MERGE = [(-35.71, 20.97), (-22.22, -6.5), (-20, 6.5), (20, -13)]
MERGE += [(33.33, -10.83), (-12.5, 11.82), (2.5, 17.11)]
"""Of the arrow of a lane that ends: back from its middle, and towards the other lane."""

TURN = [(21.67, 16.99), (32.5, 11.99), (15.83, 34.21), (0, 11.99), (10.83, 16.99)]
"""The head of an arrow that turns: back from its tip, and towards where it turns."""


def lane_signs(
    lane: Lane, overlays: tuple[Overlay, ...], tracks: tuple[int, int]
) -> Iterator[Mark]:
    """The signs on a lane.

    Args:
        lane: Where.
        overlays: The signs.
        tracks: Of the lane, and of what it becomes after its own length, if it goes through a T.
    """
    for overlay in overlays:
        track = tracks[overlay.distance > lane.curve.length]
        owner = (track, track)
        kind = OVERLAYS[overlay.kind]
        if kind == "parking":
            letters, box = word("P", PARKING)
            yield sign(kind, place(lane, overlay), letters, (box,), owner)
        elif kind:
            yield sign(kind, place(lane, overlay), outline(kind), None, owner)


def place(lane: Lane, overlay: Overlay) -> Pose:
    """The middle of a sign, looking as those do who read it.

    Both of its angles are bearings: 0 is down on the map and 90 to the right, after the lane has
    been turned. The bearing points from the tip of an arrow to its tail.
    """
    start = lane.end(0)
    bearing = start.heading + math.radians(overlay.direction)
    x = start.x + overlay.distance * math.sin(bearing)
    y = start.y - overlay.distance * math.cos(bearing)
    return Pose(x, y, start.heading + math.radians(overlay.heading) + math.pi / 2)


@cache
def outline(kind: str) -> tuple[Points, ...]:
    """The polygons of an arrow, (ahead, left) of its middle in mm; they may overlap."""
    if kind.startswith("merge"):
        side = 1 if kind == "merge_left" else -1
        return (np.array([(-back, side * towards) for back, towards in MERGE]),)
    moves = kind.removeprefix("arrow_")
    behind = BRANCH if "S" in moves and len(moves) > 1 else 0.0
    length = LENGTH + behind
    parts = []
    if "S" in moves:
        parts.append(_straight(length))
    parts += [_turn(behind, side) for move, side in (("L", 1), ("R", -1)) if move in moves]
    return tuple(np.column_stack([length / 2 - part[:, 0], part[:, 1]]) for part in parts)


def _straight(length: float) -> Points:
    """Back from the tip, and to the left."""
    half = [(0.0, 0.0), (33.33, 16.25), (28.33, STEM), (length, STEM)]
    return np.array([*half, *((back, -left) for back, left in half[:0:-1])])


def _turn(behind: float, side: int) -> Points:
    """The same of an arrow that turns to the left (side 1) or to the right."""
    upper = _bezier((10.83, 16.99), (10.83, 0.74), (32.5, -STEM), (51.73, -STEM))
    lower = _bezier((51.73, STEM), (32.5, STEM), (21.67, 0.74), (21.67, 16.99))
    tail = np.array([(LENGTH, -STEM), (LENGTH, STEM)])
    points = np.concatenate([np.array(TURN), upper, tail, lower])
    turned: Points = points * (1, side) + (behind, 0)
    return turned


def _bezier(*corners: tuple[float, float]) -> Points:
    t = np.linspace(0, 1, 9)[:, None]
    a, b, c, d = (np.array(corner) for corner in corners)
    points: Points = (
        a * (1 - t) ** 3 + 3 * b * t * (1 - t) ** 2 + 3 * c * t * t * (1 - t) + d * t**3
    )
    return points
