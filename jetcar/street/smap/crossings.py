"""An intersection: its arms, and what lies between them, seen from the outer end of its arm 0."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from jetcar.street.curves import Arc, Curve, Line, Points, Pose
from jetcar.street.marks import LINE
from jetcar.street.network import FILLET, LANE
from jetcar.street.smap.items import Arm, Counts, Intersection, Lines
from jetcar.street.smap.lanes import ALONG, BACK, Edge, Lane, edges_of, traffic_of

RECESS = 5.0
"""The last mm of an arm, which have no lines."""

Span = tuple[float, float]
"""From one distance to a larger one, in mm."""

RIGHT_OF, LEFT_OF, OPPOSITE = 1, 3, 2
"""From the arm on which a car comes in to another arm, in quarter turns."""


@dataclass(frozen=True)
class Crossing:
    """An intersection, built.

    A street that goes through a T is two arms here, 0 and 2, so that all are alike.

    Attributes:
        item: Its number in the file.
        pose: From (ahead, left) of arm 0's lane 0 to the map.
        arms: By number; a T and a junction of three lack arm 3.
        lanes: Of each arm, from its right to its left, as seen by those who come in.
        ahead: The square that the streets share, along arm 0, in mm.
        left: The same to its left.
        is_t: Whether arms 0 and 2 are one street.
    """

    item: int
    pose: Pose
    arms: dict[int, Arm]
    lanes: dict[int, list[Lane]]
    ahead: Span
    left: Span
    is_t: bool

    def box(self, ahead: Span, left: Span) -> Points:
        """A rectangle on the map."""
        corners = [(ahead[i], left[j]) for i, j in ((0, 0), (1, 0), (1, 1), (0, 1))]
        return self.pose.to_map(np.array(corners))

    def across(self, arm: int, traffic: int) -> Span | None:
        """What the lanes of an arm that lead one way take across it; None without such lanes.

        To the left for arms 0 and 2, ahead for the others.
        """
        centers = [self._seen(lane) for lane in self.lanes.get(arm, []) if lane.traffic == traffic]
        if not centers:
            return None
        along = [center[1 - arm % 2] for center in centers]
        return min(along) - LANE / 2, max(along) + LANE / 2

    def _seen(self, lane: Lane) -> Points:
        back = lane.curve.points[0] - (self.pose.x, self.pose.y)
        cos, sin = math.cos(self.pose.heading), math.sin(self.pose.heading)
        seen: Points = back @ np.array([[cos, -sin], [sin, cos]])
        return seen

    def carried_on(self, arm: int, traffic: int) -> Points | None:
        """The lanes of an arm that lead one way, carried on across the square."""
        span = self.across(arm, traffic)
        if span is None:
            return None
        return self.box(span, self.left) if arm % 2 else self.box(self.ahead, span)

    def turned_right(self, arm: int) -> Points | None:
        """The lanes on the right of an arm, carried on to the lanes that come in on it."""
        leaving, entering = self.across((arm + RIGHT_OF) % 4, BACK), self.across(arm, ALONG)
        if leaving is None or entering is None:
            return None
        low, high = self.left if arm % 2 == 0 else self.ahead
        part = (entering[0], high) if arm in (1, 2) else (low, entering[1])
        return self.box(leaving, part) if arm % 2 == 0 else self.box(part, leaving)

    def corners(self) -> dict[int, Pose]:
        """The rounded corners, by the arm on whose right they are.

        Each is where the right edge of an arm meets the left edge of the next, looking inwards
        along the arm.
        """
        found = {}
        for arm, lanes in self.lanes.items():
            after = self.lanes.get((arm + RIGHT_OF) % 4)
            if after:
                last = after[-1]
                inner = last.curve.at(last.curve.length, LANE / 2)
                found[arm] = Pose(inner.x, inner.y, lanes[0].curve.heading[0])
        return found


def round_edge(corner: Pose) -> Curve:
    """The edge of the pavement round a corner, from the arm that comes in to the next one."""
    x, y = corner.to_map(np.array([[-FILLET, 0.0]]))[0]
    return Curve(Pose(float(x), float(y), corner.heading), [Arc(FILLET, -math.pi / 2)])


def fillet(corner: Pose) -> Points:
    """What is paved between a corner and its round edge."""
    return np.concatenate([round_edge(corner).points, [(corner.x, corner.y)]])


def build_crossing(intersection: Intersection, item: int) -> Crossing:
    """Builds an intersection of two, three or four arms."""
    given = intersection.arms
    is_t = len(given) == 2
    counts = [arm.counts.total for arm in given]
    wide = counts[1] if len(given) < 4 else max(counts[1], counts[3])
    high = counts[0] if is_t else max(counts[0], counts[2])
    arms = dict(enumerate(given))
    if is_t:
        arms[2] = replace(arms[0], counts=_reversed(arms[0].counts), lines=_back(arms[0].lines))
    near, width, height = given[0].length, LANE * wide, LANE * high
    ahead, left = (near, near + width), (-LANE / 2, height - LANE / 2)
    crossing = Crossing(item, intersection.pose, arms, {}, ahead, left, is_t)
    first = 0
    for number in sorted(arms):
        is_twin = is_t and number == 2
        lanes = _arm_lanes(crossing, number, 0 if is_twin else first)
        if is_twin:
            lanes = [
                replace(lane, number=len(lanes) - 1 - lane.number, has_twin=True) for lane in lanes
            ]
        else:
            first += len(lanes)
        crossing.lanes[number] = lanes
    return crossing


def _reversed(counts: Counts) -> Counts:
    return Counts(counts.left, counts.center, counts.right)


def _back(lines: Lines) -> Lines:
    """The lines of a street as those see it who come from its other end."""
    return Lines(
        lines.left_border,
        lines.left_lane,
        lines.divider2,
        lines.divider,
        lines.right_lane,
        lines.right_border,
    )


def _arm_lanes(crossing: Crossing, number: int, first: int) -> list[Lane]:
    arm = crossing.arms[number]
    (near, far), (right, left) = crossing.ahead, crossing.left
    length, half = arm.length, LANE / 2
    start, step = {
        0: ((near - length, right + half), (0.0, LANE)),
        1: ((far - half, right - length), (-LANE, 0.0)),
        2: ((far + length, left - half), (0.0, -LANE)),
        3: ((near + half, left + length), (LANE, 0.0)),
    }[number]
    lanes = []
    for place, edges in enumerate(edges_of(arm.counts, arm.lines)):
        at = np.array([[start[0] + step[0] * place, start[1] + step[1] * place]])
        x, y = crossing.pose.to_map(at)[0]
        pose = Pose(float(x), float(y), crossing.pose.heading + number * math.pi / 2)
        curve = Curve(pose, [Line(length)])
        traffic = traffic_of(arm.counts)[place]
        lanes.append(
            Lane(crossing.item, first + place, traffic, curve, (False, True), *edges, arm=number)
        )
    return lanes


def closed_side(crossing: Crossing) -> list[tuple[Edge, Points]]:
    """The edge of the square where an arm is missing, as ways with the pavement on their right.

    The lines of the arms beside it end before the square, so the edge begins and ends in them.
    Where arm 0 has fewer lanes than the square is high, it goes round the corner between.
    """
    if 3 in crossing.arms or crossing.is_t:
        return []
    (near, far), (_, left) = crossing.ahead, crossing.left
    first = crossing.lanes[0]
    start, end = near - RECESS, far + RECESS
    height = LANE * len(first) - LANE / 2
    ways = [[(start, left), (end, left)]]
    if height < left - 1:
        ways = [
            [(start, height), (near + LINE, height)],
            [(near, height - LINE), (near, left)],
            [(near, left), (end, left)],
        ]
    return [(first[-1].left, crossing.pose.to_map(np.array(way))) for way in ways]
