"""The lanes of a piece of street: where they run, which way they lead, what lines they have."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from jetcar.street.curves import Arc, Curve, Line, Pose
from jetcar.street.network import LANE
from jetcar.street.smap.items import Counts, Lines, Street

BEZIER_STEPS = 40

ALONG, BACK, BOTH = 1, -1, 0
"""Which way cars drive on a lane: from end 0 to end 1, the other way round, or both."""


@dataclass(frozen=True)
class Edge:
    """The line at one edge of a lane.

    Attributes:
        kind: One of ``items.LINES``.
        inside: For each end whether the line lies inside the lane; else it is on its edge, where
            the neighbour has one, too.
    """

    kind: str
    inside: tuple[bool, bool] = (False, False)


NO_LINE = Edge("None")


@dataclass(frozen=True)
class Lane:
    """A lane of an item; its ends are 0 and 1.

    Attributes:
        item: Number of its item.
        number: Its place among the item's lanes, in the order of the file.
        traffic: ``ALONG``, ``BACK`` or ``BOTH``.
        curve: Its middle, from end 0 to end 1.
        hidden: For each end whether nothing can join it.
        right: The line at its right edge, looking from end 0.
        left: The line at its left edge.
        arm: Of an intersection; 0 for a street.
        ramp: Whether it is the ramp of a street.
        has_twin: Whether it is the other half of a street that goes through a junction, so that
            the file has no lane of its own for it.
    """

    item: int
    number: int
    traffic: int
    curve: Curve
    hidden: tuple[bool, bool] = (False, False)
    right: Edge = NO_LINE
    left: Edge = NO_LINE
    arm: int = 0
    ramp: bool = False
    has_twin: bool = False

    def end(self, which: int) -> Pose:
        """Middle and direction of an end, looking from end 0 to end 1."""
        return self.curve.at(self.curve.length if which else 0.0)

    def leads(self, direction: int) -> bool:
        """Whether cars may drive on it, from end 0 (direction 0) or from end 1 (direction 1)."""
        return self.traffic != (BACK if direction == 0 else ALONG)


def traffic_of(counts: Counts) -> list[int]:
    """The way of each lane, from the right to the left."""
    return [ALONG] * counts.right + [BOTH] * counts.center + [BACK] * counts.left


def edges_of(counts: Counts, lines: Lines) -> list[tuple[Edge, Edge]]:
    """The right and the left line of each lane, from the right to the left.

    A line between two lanes is on their edge, but a shoulder is inside of its lane everywhere, and
    so is every line at the outer edges.
    """
    last_right, first_left = counts.right - 1, counts.right + counts.center
    edges = []
    for number, traffic in enumerate(traffic_of(counts)):
        if traffic == ALONG:
            right = lines.right_border if number == 0 else lines.right_lane
            left = lines.divider if number == last_right else lines.right_lane
        elif traffic == BOTH:
            right, left = lines.divider, lines.divider2
        else:
            right = lines.divider2 if number == first_left else lines.left_lane
            left = lines.left_border if number == counts.total - 1 else lines.left_lane
        outer = number == 0, number == counts.total - 1
        edges.append(
            tuple(
                Edge(kind, (is_outer or kind == "ShoulderLine",) * 2)
                for kind, is_outer in zip((right, left), outer, strict=True)
            )
        )
    return edges  # type: ignore[return-value]


def street_lanes(street: Street, item: int) -> list[Lane]:
    """The lanes of a street, the ramp's last."""
    build = _concentric if street.kind.startswith("Curve") else _beside
    if street.kind not in ("Straight", "CurveRight", "CurveLeft"):
        build = _s_bends
    traffic = traffic_of(street.counts)
    edges = edges_of(street.counts, street.lines)
    curves = build(street)
    hidden = _hidden(street)
    lanes = [
        Lane(item, number, traffic[number], curves[number], hidden[number], *edges[number])
        for number in range(street.counts.total)
    ]
    lanes = _where_lanes_begin(street, lanes)
    if street.ramp != "None":
        line = Edge(street.lines.right_border, (True, True))
        ends = (True, False) if street.ramp == "ExitRamp" else (False, True)
        ramp = Lane(item, len(lanes), ALONG, _ramp(street), ends, line, line, ramp=True)
        lanes.append(ramp)
    return lanes


def _beside(street: Street) -> list[Curve]:
    starts = [_moved(street.pose, LANE * i) for i in range(street.counts.total)]
    return [Curve(start, [Line(street.length)]) for start in starts]


def _concentric(street: Street) -> list[Curve]:
    """Lanes of one middle; ``inner_radius`` is that of the innermost edge of all."""
    count = street.counts.total
    to_left = street.kind == "CurveLeft"
    angle = math.radians(street.curve_angle) * (1 if to_left else -1)
    curves = []
    for i in range(count):
        radius = street.inner_radius + LANE / 2 + LANE * (count - 1 - i if to_left else i)
        curves.append(Curve(_moved(street.pose, LANE * i), [Arc(radius, angle)]))
    return curves


def _s_bends(street: Street) -> list[Curve]:
    lefts, shifts = _shifts(street)
    extra = street.s_offset - shifts[0]
    return [
        _s_bend(_moved(street.pose, left), street.length, shift + extra)
        for left, shift in zip(lefts, shifts, strict=True)
    ]


def _shifts(street: Street) -> tuple[list[float], list[float]]:
    """Where each lane starts, to the left of lane 0, and how far it goes to the right, in mm.

    The last two types are only read: no map of the original project has them.
    """
    kind, (right, center, left) = street.kind, _plain(street.counts)
    count = right + center + left
    lefts = [LANE * i for i in range(count)]
    shifts = [0.0] * count
    if kind in ("S_Right", "S_Left"):
        shifts = [street.s_offset] * count
    elif kind.startswith("Lane_Split"):
        lefts = [max(0.0, value - LANE) for value in lefts]
        shifts[0] = LANE
        if kind.endswith("Both"):
            lefts[-1] = lefts[-2]
            shifts[-1] = -LANE
    elif kind.startswith("Lane_Union"):
        shifts[0] = -LANE
        if kind.endswith("Both"):
            shifts[-1] = LANE
    else:
        apart = LANE if kind == "Center_Union" else 0.0
        aside = LANE / 2 if kind == "Center_Split" else -LANE / 2
        lefts = [LANE * i for i in range(right)]
        lefts += [LANE * right - LANE / 2 + apart / 2] * center
        lefts += [LANE * (right + i) + apart for i in range(left)]
        shifts = [aside] * right + [0.0] * center + [-aside] * left
    return lefts, shifts


def _plain(counts: Counts) -> tuple[int, int, int]:
    return counts.right, counts.center, counts.left


def _s_bend(start: Pose, length: float, right: float) -> Curve:
    """A cubic Bezier curve that leaves and arrives in the direction of its start."""
    t = np.linspace(0, 1, max(BEZIER_STEPS, math.ceil(length / 15)) + 1)
    ahead = 3 * t * (1 - t) ** 2 * length / 3 + 3 * t**2 * (1 - t) * 2 * length / 3 + t**3 * length
    left = -right * (3 * t**2 * (1 - t) + t**3)
    return Curve.slanted(start.to_map(np.column_stack([ahead, left])), start.heading)


def _hidden(street: Street) -> list[tuple[bool, bool]]:
    """For the ends of each lane whether nothing joins there: it begins or ends on another lane."""
    hidden = [(False, False)] * street.counts.total
    if street.kind.startswith("Lane_"):
        ends = (True, False) if "Split" in street.kind else (False, True)
        hidden[0] = ends
        if street.kind.endswith("Both"):
            hidden[-1] = ends
    return hidden


def _where_lanes_begin(street: Street, lanes: list[Lane]) -> list[Lane]:
    """The lines where a lane begins or ends: it has none on the side of the lane beside it.

    That lane's own line lies inside of it where both are the same place.
    """
    if street.kind.startswith("Center_"):  # only read
        apart = {i: lane for i, lane in enumerate(lanes) if lane.traffic == BOTH}
        for i, lane in apart.items():
            lanes[i] = replace(lane, left=NO_LINE, right=NO_LINE)
        return _lines_inside(lanes, street.counts)
    if not street.kind.startswith("Lane_"):
        return lanes
    inside = (True, False) if "Split" in street.kind else (False, True)
    lanes[0] = replace(lanes[0], left=NO_LINE)
    lanes[1] = replace(lanes[1], right=_moving(lanes[1].right, inside))
    if street.kind.endswith("Both"):
        lanes[-1] = replace(lanes[-1], right=NO_LINE)
        lanes[-2] = replace(lanes[-2], left=_moving(lanes[-2].left, inside))
    return lanes


def _moving(edge: Edge, inside: tuple[bool, bool]) -> Edge:
    return edge if all(edge.inside) else replace(edge, inside=inside)


def _lines_inside(lanes: list[Lane], counts: Counts) -> list[Lane]:
    """Directions that part have no edge in common, so that their dividers lie inside of them."""
    inner = {counts.right - 1: "left", counts.right + counts.center: "right"}
    for number, side in inner.items():
        if 0 <= number < len(lanes) and lanes[number].traffic != BOTH:
            edge = replace(getattr(lanes[number], side), inside=(True, True))
            lanes[number] = replace(lanes[number], **{side: edge})
    return lanes


def _ramp(street: Street) -> Curve:
    """A curve to the right that leaves lane 0 at its start, or joins it at its end."""
    radius, angle = street.ramp_radius + LANE / 2, math.radians(street.ramp_angle)
    if street.ramp == "ExitRamp":
        return Curve(street.pose, [Arc(radius, -angle)])
    start = np.array([[street.length - radius * math.sin(angle), radius * (math.cos(angle) - 1)]])
    x, y = street.pose.to_map(start)[0]
    return Curve(Pose(float(x), float(y), street.pose.heading + angle), [Arc(radius, -angle)])


def _moved(pose: Pose, left: float) -> Pose:
    x, y = pose.to_map(np.array([[0.0, left]]))[0]
    return Pose(float(x), float(y), pose.heading)


def same_way(lanes: Sequence[Lane], direction: int) -> list[Lane]:
    """Those of some lanes that lead one way only, and this one; ramps are left out."""
    wanted = ALONG if direction == 0 else BACK
    return [lane for lane in lanes if lane.traffic == wanted and not lane.ramp]
