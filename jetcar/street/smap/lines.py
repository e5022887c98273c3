"""What is painted along lanes: the lines at their edges, and those of ramps."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from jetcar.street.curves import Curve, Offset, Points, Pose
from jetcar.street.marks import LINE, SPACE, Mark, line, sign
from jetcar.street.network import LANE
from jetcar.street.smap.items import LINES, Street
from jetcar.street.smap.lanes import Edge, Lane

DASH = 40.0
"""Length in mm of a dash, and of the gap after it."""

TOOTH = (10.0, 15.0, 15.0)
"""Base, height and pitch in mm of the triangles of a yield line."""

Way = tuple[float, float]


def is_double(kind: str) -> bool:
    """Whether a type of line is two lines beside each other."""
    return kind.startswith("Double")


def half_width(kind: str) -> float:
    """Half of what a type of line takes across, in mm."""
    return LINE + SPACE / 2 if is_double(kind) else LINE / 2


def lane_lines(
    lanes: Sequence[Lane], numbers: Sequence[int], ways: Sequence[Way], borders: Sequence[list[Way]]
) -> Iterator[Mark]:
    """The lines of the lanes of a street or an arm.

    Args:
        lanes: From the right to the left, without ramps.
        numbers: Their tracks.
        ways: From where to where each lane has lines, along its curve, in mm.
        borders: The same for the outermost line on the right and on the left.
    """
    yield from _one(lanes[0], lanes[0].right, -1, borders[0])
    for (i, lane, way), (j, beside, _) in pairwise(zip(numbers, lanes, ways, strict=True)):
        shared = not any((*lane.left.inside, *beside.right.inside))
        if shared and lane.left.kind == beside.right.kind:
            yield from _between(lane, (i, j), way)
            continue
        yield from _one(lane, lane.left, 1, [way])
        yield from _one(beside, beside.right, -1, [way])
    yield from _one(lanes[-1], lanes[-1].left, 1, borders[1])


def _between(lane: Lane, numbers: tuple[int, int], way: Way) -> Iterator[Mark]:
    """A line on the common edge of a lane and the one to its left."""
    kind = LINES[lane.left.kind]
    if kind:
        # Of mixed lines the solid one is on the right here, or on the left.
        owner = {"yellow_solid_dashed": numbers, "yellow_dashed_solid": numbers[::-1]}.get(kind)
        yield line(kind, lane.curve, way, LANE / 2, DASH, owner)


def _one(lane: Lane, edge: Edge, side: int, ways: list[Way]) -> Iterator[Mark]:
    """The line of one lane at one of its edges: the left (side 1) or the right (-1)."""
    kind = LINES[edge.kind]
    for way in ways:
        if not kind or way[1] - way[0] < 1:
            continue
        if is_double(edge.kind) and not any(edge.inside):
            # Of two lines that differ each lane has its own half.
            half = _half_of(kind, side)
            part = line(half, lane.curve, way, side * (LANE - LINE - SPACE) / 2, DASH)
            yield replace(part, kind=kind)
        else:
            yield line(kind, lane.curve, way, _middle(lane.curve, edge, side), DASH)


def _half_of(kind: str, side: int) -> str:
    """The line that a lane has of a double one on its left (side 1) or right (-1)."""
    color = kind.partition("_")[0]
    dashed = {"yellow_solid_dashed": -1, "yellow_dashed_solid": 1}.get(kind) == side
    return f"{color}_{'dashed' if dashed else 'solid'}"


def _middle(curve: Curve, edge: Edge, side: int) -> Offset:
    """How far to the left of the lane's middle a line is: on the edge, inside, or changing."""
    start, end = (
        side * (LANE / 2 - (half_width(edge.kind) if inside else 0)) for inside in edge.inside
    )
    if start == end:
        return start
    return lambda s: start + (end - start) * s / curve.length


def ramp_lines(street: Street, lanes: Sequence[Lane], numbers: Sequence[int]) -> Iterator[Mark]:
    """The lines of a street that has a ramp, those of its other lanes among them.

    Lane 0's right line is open where the ramp leaves it, and the ramp's left line begins outside
    of lane 0.
    """
    *through, ramp = lanes
    length, radius = street.length, street.ramp_radius
    exits = street.ramp == "ExitRamp"
    # The inner edge of the ramp's left line meets the outer and the inner edge of lane 0's line.
    outer = math.sqrt((radius + LANE - LINE) ** 2 - radius**2)
    inner = math.sqrt((radius + LANE - LINE) ** 2 - (radius + LINE) ** 2)
    way = (0.0, length)
    closed = (outer, length) if exits else (0.0, length - outer)
    kind = LINES[through[0].right.kind]
    whole = [way] * len(through)
    if kind and "dashed" not in kind:
        slanted = [(outer, -LANE / 2), (length, -LANE / 2), (length, LINE - LANE / 2)]
        slanted.append((inner, LINE - LANE / 2))
        points = np.array(slanted)
        if not exits:
            points[:, 0] = length - points[:, 0]
        on_map = street.pose.to_map(points)
        if outer < length:
            yield Mark(kind, (on_map,), (on_map,))
        yield from lane_lines(through, numbers[:-1], whole, ([], [way]))
    else:
        yield from lane_lines(through, numbers[:-1], whole, ([closed], [way]))
    if kind:
        yield from _ramp_left(ramp, street, kind)
        yield from _one(ramp, ramp.right, -1, [(0.0, ramp.curve.length)])
    if not exits:
        yield _merging_yield(street, inner, numbers[-1])


def _ramp_left(ramp: Lane, street: Street, kind: str) -> Iterator[Mark]:
    radius, whole = street.ramp_radius, ramp.curve.length
    sides: list[Points] = []
    for left in (LANE / 2, LANE / 2 - LINE):
        angle = math.acos(radius / (radius + LANE / 2 + left))
        way = angle * (radius + LANE / 2)
        if way >= whole:  # the ramp ends before it is free of lane 0
            return
        span = (way, whole) if street.ramp == "ExitRamp" else (0.0, whole - way)
        sides += ramp.curve.beside(ramp.curve.ways(*span), left)
    polygon = np.concatenate([sides[0], sides[1][::-1]])
    yield Mark(kind, (polygon,), (polygon,))


def _merging_yield(street: Street, opening: float, ramp: int) -> Mark:
    """The triangles along lane 0 where a ramp joins it; they point at the ramp."""
    base, height, pitch = TOOTH
    count = int(opening / 1.2 / pitch) + 1
    length = count * pitch
    middle = np.array([[street.length - opening + length / 2, LINE - LANE / 2 - height / 2]])
    x, y = street.pose.to_map(middle)[0]
    pose = Pose(float(x), float(y), street.pose.heading)
    teeth = []
    for i in range(count):
        start = i * pitch - length / 2
        teeth.append([(start, height / 2), (start + base, height / 2)])
        teeth[-1].append((start + base / 2, -height / 2))
    half = np.array([length, height]) / 2
    band = half * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
    return sign("yield_line", pose, tuple(map(np.array, teeth)), (band,), (ramp, ramp))
