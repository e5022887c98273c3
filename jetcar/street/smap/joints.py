"""Where lanes of different items meet; StreetMaker stores no connections, so they are found."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from jetcar.street.smap.lanes import ALONG, BACK, BOTH, Lane

NEAR = 0.05
"""Millimetres between two ends that meet; in the original maps they are 0.005 apart at most."""

TURNED = math.radians(0.1)
"""Radians between the directions of two lanes that meet."""

ALMOST = 90.0
"""Ends that are no farther apart than this are meant to meet: StreetMaker snaps them together."""

End = tuple[int, int]
"""Number of a lane and of its end, 0 or 1."""

GRID = 2 * ALMOST


@dataclass(frozen=True)
class Joints:
    """What was found.

    Attributes:
        joined: Each end that meets another, and that one.
        almost: Pairs of ends that nearly meet, with the distance in mm.
        open: Ends near which there is no other.
        gap: The largest distance in mm between two ends that meet.
    """

    joined: dict[End, End] = field(default_factory=dict)
    almost: list[tuple[End, End, float]] = field(default_factory=list)
    open: list[End] = field(default_factory=list)
    gap: float = 0.0


def find_joints(lanes: Sequence[Lane]) -> Joints:
    """Joins each end to the nearest one that it fits.

    Two ends fit where cars leave by one and enter by the other, and the lanes go on in the same
    direction.
    """
    ends = [(i, e) for i, lane in enumerate(lanes) for e in (0, 1) if not lane.hidden[e]]
    poses = {end: lanes[end[0]].end(end[1]) for end in ends}
    cells: dict[tuple[int, int], list[End]] = {}
    for end in ends:
        cells.setdefault(_cell(poses[end].x, poses[end].y), []).append(end)

    def around(end: End) -> list[tuple[float, End]]:
        pose = poses[end]
        column, row = _cell(pose.x, pose.y)
        found = []
        for x in (column - 1, column, column + 1):
            for y in (row - 1, row, row + 1):
                for other in cells.get((x, y), []):
                    distance = math.hypot(poses[other].x - pose.x, poses[other].y - pose.y)
                    if distance <= ALMOST and _fit(lanes, end, other):
                        found.append((distance, other))
        return sorted(found)

    near = {end: around(end) for end in ends}
    pairs = sorted(
        (distance, min(end, other), max(end, other))
        for end, found in near.items()
        for distance, other in found
        if distance <= NEAR and _turned(poses[end].heading, poses[other].heading) <= TURNED
    )
    joints = Joints()
    gap = 0.0
    for distance, one, other in pairs:
        if one not in joints.joined and other not in joints.joined:
            joints.joined[one], joints.joined[other] = other, one
            gap = max(gap, distance)
    for end in ends:
        if end in joints.joined:
            continue
        free = [(d, other) for d, other in near[end] if other not in joints.joined]
        if not free:
            joints.open.append(end)
        elif not any(end == other for _, other, _ in joints.almost):
            joints.almost.append((end, free[0][1], free[0][0]))
    return Joints(joints.joined, joints.almost, joints.open, gap)


def _cell(x: float, y: float) -> tuple[int, int]:
    return math.floor(x / GRID), math.floor(y / GRID)


def _fit(lanes: Sequence[Lane], one: End, other: End) -> bool:
    """Whether cars that leave by one end could enter by the other, of another item."""
    first, second = lanes[one[0]], lanes[other[0]]
    if first.item == second.item:
        return False
    ways = _way_out(first, one[1]), _way_out(second, other[1])
    return ways in ((1, -1), (-1, 1), (0, 0))


def _way_out(lane: Lane, end: int) -> int:
    """1 where cars leave by an end, -1 where they enter, 0 where they do both."""
    if lane.traffic == BOTH:
        return 0
    return 1 if lane.traffic == (ALONG if end else BACK) else -1


def _turned(one: float, other: float) -> float:
    """Angle between two directions, of which it does not matter which way they point."""
    difference = abs(one - other) % math.pi
    return min(difference, math.pi - difference)
