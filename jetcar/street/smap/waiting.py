"""What is painted at an intersection: its edges, the lines of its arms, crosswalks, stop lines."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from jetcar.street.curves import Curve, Line, Points, Pose
from jetcar.street.marks import LINE, Mark, line, sign
from jetcar.street.network import FILLET, LANE
from jetcar.street.shapes import word
from jetcar.street.smap.crossings import RECESS, RIGHT_OF, Crossing, closed_side, round_edge
from jetcar.street.smap.items import CROSSWALKS, LINES, Arm
from jetcar.street.smap.lanes import ALONG, Lane
from jetcar.street.smap.lines import DASH, TOOTH, Way, half_width, lane_lines

CROSSWALK = (8.0, 58.0)
"""From where to where a crosswalk reaches, in mm after the recess."""

CROSSWALK_LINE = 8.0
"""Width in mm of each of two lines that are a crosswalk."""

CROSSWALK_DEPTH = 66.0
"""How far in mm a crosswalk moves what comes after it."""

STRIPE = 10.0
"""Width in mm of a zebra stripe, and of the gap after it."""

STOP = 15.0
"""Width in mm of a stop or yield line."""

WORD = 37.0
"""Height in mm of its word."""


def crossing_marks(crossing: Crossing, numbers: Mapping[Lane, int]) -> Iterator[Mark]:
    """Everything that is painted at an intersection but the signs on its lanes.

    Args:
        crossing: Where.
        numbers: The track of each of its lanes.
    """
    for arm, corner in crossing.corners().items():
        kind = LINES[crossing.lanes[arm][0].right.kind]
        if kind:
            edge = round_edge(corner)
            yield line(kind, edge, (0, edge.length), LINE / 2, DASH)
    for border, way in closed_side(crossing):
        yield from _closing(border.kind, way)
    for number in crossing.lanes:
        if crossing.is_t and number % 2 == 0:
            continue
        yield from _arm_lines(crossing, number, numbers)
        yield from _before(crossing, number, numbers)
    if crossing.is_t:
        yield from _through_lines(crossing, numbers)


def _closing(kind: str, way: Points) -> Iterator[Mark]:
    """A straight edge."""
    painted = LINES[kind]
    if painted:
        (x, y), (end_x, end_y) = way
        heading, length = math.atan2(end_y - y, end_x - x), math.hypot(end_x - x, end_y - y)
        yield line(
            painted, Curve(Pose(x, y, heading), [Line(length)]), (0, length), -LINE / 2, DASH
        )


@dataclass(frozen=True)
class _Sides:
    """Where an arm's edges become round, in mm along it after its inner end; None: they do not."""

    right: float | None
    left: float | None

    def flare(self, side: str, distance: float) -> float:
        """How much wider than its lanes an arm is, so many mm before its inner end."""
        corner = getattr(self, side)
        if corner is None or not 0 <= distance + corner < FILLET:
            return -LINE
        return FILLET - math.sqrt(FILLET**2 - (FILLET - distance - corner) ** 2) - LINE


def _sides(crossing: Crossing, arm: int) -> _Sides:
    corners = crossing.corners()
    inner = crossing.lanes[arm][0].end(1)
    right = None
    if arm in corners:
        corner = corners[arm]
        right = (corner.x - inner.x) * math.cos(inner.heading)
        right += (corner.y - inner.y) * math.sin(inner.heading)
    return _Sides(right, 0.0 if (arm - RIGHT_OF) % 4 in corners else None)


def _arm_lines(crossing: Crossing, number: int, numbers: Mapping[Lane, int]) -> Iterator[Mark]:
    """The lines of an arm up to the recess; those at its edges up to where it gets round.

    Where the next arm has fewer lanes than the square is wide, its corner lies farther on, and the
    edge is carried on to it, as the pavement is.
    """
    sides = _sides(crossing, number)
    length = crossing.arms[number].length
    lanes = crossing.lanes[number]
    borders = []
    for corner in (sides.right, sides.left):
        end = length - RECESS if corner is None else length + corner - FILLET
        borders.append([(0.0, max(0.0, end))])
    if borders[0][0][1] > length:
        start = lanes[0].end(0)
        lanes = [replace(lanes[0], curve=Curve(start, [Line(borders[0][0][1])])), *lanes[1:]]
    tracks = [numbers[lane] for lane in crossing.lanes[number]]
    yield from lane_lines(lanes, tracks, [(0.0, length - RECESS)] * len(lanes), borders)


def _through_lines(crossing: Crossing, numbers: Mapping[Lane, int]) -> Iterator[Mark]:
    """The lines of the street that goes through a T: open on the side of the other street."""
    (near, far), length = crossing.ahead, crossing.arms[0].length
    whole = 2 * length + far - near
    lanes = [replace(lane, curve=Curve(lane.end(0), [Line(whole)])) for lane in crossing.lanes[0]]
    tracks = [numbers[lane] for lane in crossing.lanes[0]]
    open_: list[Way] = [
        (0.0, max(0.0, length - FILLET)),
        (min(whole, whole - length + FILLET), whole),
    ]
    way = (0.0, whole)
    yield from lane_lines(lanes, tracks, [way] * len(lanes), (open_, [way]))


def _before(crossing: Crossing, number: int, numbers: Mapping[Lane, int]) -> Iterator[Mark]:
    """Crosswalk, line and words of an arm; nothing where no lane leads in.

    Of all this only stop lines with their words are in a map of the original project.
    """
    arm, lanes = crossing.arms[number], crossing.lanes[number]
    entering = [lane for lane in lanes if lane.traffic == ALONG]
    if not entering:
        return
    sides, frame, at = _sides(crossing, number), lanes[0].end(1), RECESS
    if arm.crosswalk != "None":
        yield _crosswalk(arm, sides, frame, at)
        at += CROSSWALK_DEPTH
    if arm.waiting == "None":
        return
    control = "stop" if arm.waiting.startswith("Stop") else "yield"
    middle = at + STOP / 2
    right = -LANE / 2 - sides.flare("right", middle)
    left = len(entering) * LANE - LANE / 2
    if len(entering) < len(lanes):
        left -= half_width(arm.lines.divider) * (2 if arm.lines.divider == "ShoulderLine" else 1)
    else:
        left += sides.flare("left", middle)
    half = np.array([STOP, left - right]) / 2
    bar = half * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
    paint = (bar,) if control == "stop" else tuple(_teeth(left - right))
    pose = _there(frame, -middle, (left + right) / 2)
    tracks = [numbers[lane] for lane in entering]
    yield sign(f"{control}_line", pose, paint, (bar,), (tracks[0], tracks[0]))
    if arm.waiting.endswith("Text"):
        letters, box = word(control.upper(), WORD)
        for i, track in enumerate(tracks):
            here = _there(frame, -(at + STOP + WORD / 2), i * LANE)
            yield sign(f"{control}_word", here, letters, (box,), (track, track))


def _crosswalk(arm: Arm, sides: _Sides, frame: Pose, at: float) -> Mark:
    """From edge to edge, as two lines or as stripes; in a mask it is the whole field."""
    kind = CROSSWALKS[arm.crosswalk] or ""
    near, far = (at + mm for mm in CROSSWALK)
    width = arm.counts.total * LANE

    def slice_(start: float, end: float) -> Points:
        corners = []
        for way, sign_ in ((start, -1), (end, -1), (end, 1), (start, 1)):
            side = "right" if sign_ < 0 else "left"
            edge = -LANE / 2 if sign_ < 0 else width - LANE / 2
            corners.append((-way, edge + sign_ * sides.flare(side, way)))
        return np.array(corners)

    if kind == "crosswalk_lines":
        field = slice_(near, far)
        paint = [slice_(near, near + CROSSWALK_LINE), slice_(far - CROSSWALK_LINE, far)]
    else:
        count = int((width - 2 * STRIPE) / (2 * STRIPE))
        first = (width - LANE) / 2 - (2 * count - 1) * STRIPE / 2
        edges = [first + 2 * STRIPE * i for i in range(count)]
        paint = [_rectangle(-far, -near, y, y + STRIPE) for y in edges]
        field = _rectangle(-far, -near, edges[0], edges[-1] + STRIPE)
    middle = np.array([-(near + far) / 2, (width - LANE) / 2])
    here = _there(frame, *middle)
    return sign(kind, here, tuple(polygon - middle for polygon in paint), (field - middle,))


def _rectangle(back: float, front: float, right: float, left: float) -> Points:
    return np.array([(back, right), (front, right), (front, left), (back, left)])


def _teeth(width: float) -> Iterator[Points]:
    """The triangles of a yield line; they point at the driver."""
    base, height, pitch = TOOTH
    count = int(width / pitch)
    for i in range(count):
        y = (i - count / 2) * pitch + (pitch - base) / 2
        yield np.array([(height / 2, y), (height / 2, y + base), (-height / 2, y + base / 2)])


def _there(frame: Pose, ahead: float, left: float) -> Pose:
    x, y = frame.to_map(np.array([[ahead, left]]))[0]
    return Pose(float(x), float(y), frame.heading)
