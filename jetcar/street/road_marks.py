"""What is painted along roads: centre lines, lane lines, shoulders, arrows, places to park."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from jetcar.street.curves import Offset, Points, Pose
from jetcar.street.junction_marks import Approach
from jetcar.street.marks import LINE, Mark, line, sign
from jetcar.street.network import APPROACH, FILLET, LANE, Lane, Network, Road
from jetcar.street.shapes import ARROW_LENGTH, arrow, merge_arrow, word

BAY = (215.0, 110.0)
"""Length and width in mm of a place to park along the street."""

PARKING_SIGN = 60.0
"""Height of the letter P in mm."""

CLEAR = 260.0
"""The first and the last mm of a road: nobody parks there, and often nobody may pass."""

ARROWS_APART = 210.0
"""Distance in mm between two arrows on one lane."""

MERGE_ARROWS = (55.0, 235.0)
"""How many mm before a lane gets narrower its arrows stand."""

CENTRE = {
    "yellow_dashed": 0.3,
    "yellow_solid": 0.2,
    "yellow_double": 0.26,
    "yellow_solid_dashed": 0.12,
    "yellow_dashed_solid": 0.12,
}
"""How often each kind of line divides the directions."""


@dataclass(frozen=True)
class Parking:
    """A row of places to park on the right of one direction of a road.

    Attributes:
        road, direction: Where it is.
        start, end: Way along the centre line in mm.
        area: The paved strip as a polygon in mm.
    """

    road: int
    direction: int
    start: float
    end: float
    area: Points


def find_parking(number: int, road: Road, rng: np.random.Generator) -> Iterator[Parking]:
    """Draws rows of places along the straight parts of a road, away from its ends."""
    for direction in (0, 1):
        if rng.random() < 0.5:
            continue
        spans = _spans(road.curve.bend == 0, road.curve.s)
        taper = road.tapers[direction]
        for first, last in spans:
            low, high = max(first, CLEAR), min(last, road.curve.length - CLEAR)
            if taper and taper.start < high and taper.end > low:
                continue
            count = min(int((high - low) // BAY[0]), int(rng.integers(2, 5)))
            if count < 2:
                continue
            start = low + rng.uniform(0, high - low - count * BAY[0])
            end = start + count * BAY[0]
            edge = _outer(road, direction)
            inner, outer = edge(0.0), edge(BAY[1])
            area = road.curve.band(start, end, inner, outer)
            yield Parking(number, direction, start, end, area)


def road_marks(
    number: int,
    network: Network,
    approaches: tuple[Approach, Approach],
    parking: list[Parking],
    rng: np.random.Generator,
) -> Iterator[Mark]:
    """Everything that is painted along one road.

    Args:
        number: Number of the road.
        network: What it belongs to.
        approaches: How the junctions at its start and at its end are furnished on its arms.
        parking: The rows of places along it.
        rng: Draws styles and places.
    """
    road = network.roads[number]
    dash = float(rng.uniform(35, 60))
    yield from _centre_lines(number, road, approaches, dash, rng)
    for direction in (0, 1):
        rows = [row for row in parking if row.direction == direction]
        yield from _lane_lines(road, direction, approaches, dash, rng)
        yield from _shoulders(road, direction, network, rows)
        for row in rows:
            yield from _bays(road, row, rng)
        yield from _arrows(number, direction, network, approaches, rng)
        yield from _merging(number, direction, road, approaches)


def _outer(road: Road, direction: int) -> Callable[[float], Offset]:
    """The outer edge of a direction as an offset, after moving it outwards by some mm."""

    def moved(mm: float) -> Offset:
        return lambda s: road.sideways(direction, road.edges(direction, s)[:, 2] + mm)

    return moved


def _spans(inside: np.ndarray, s: Points) -> list[tuple[float, float]]:
    """Start and end of each run of true samples."""
    change = np.flatnonzero(np.diff(np.concatenate([[False], inside, [False]]).astype(int)))
    return [(float(s[a]), float(s[b - 1])) for a, b in change.reshape(-1, 2)]


def _centre_lines(
    number: int,
    road: Road,
    approaches: tuple[Approach, Approach],
    dash: float,
    rng: np.random.Generator,
) -> Iterator[Mark]:
    """Between the directions: one kind along the road, at times a solid one near junctions."""
    start, end = approaches[0].line_at, road.curve.length - approaches[1].line_at
    kind = str(rng.choice(list(CENTRE), p=list(CENTRE.values())))
    cuts, kinds = [start, end], [kind]
    if rng.random() < 0.5:
        near = str(rng.choice(["yellow_solid", "yellow_double"]))
        cuts, kinds = [start, start + CLEAR, end - CLEAR, end], [near, kind, near]
    for (a, b), style in zip(pairwise(cuts), kinds, strict=True):
        solid = {"yellow_solid_dashed": 0, "yellow_dashed_solid": 1}.get(style)
        owner = None if solid is None else (number, solid)
        yield line(style, road.curve, (a, b), 0.0, dash, owner)


def _lane_lines(
    road: Road,
    direction: int,
    approaches: tuple[Approach, Approach],
    dash: float,
    rng: np.random.Generator,
) -> Iterator[Mark]:
    """Between the two lanes of a direction: dashed, often solid before the junction."""
    s = road.curve.s
    edges = road.edges(direction, s)
    both = (edges[:, 1] > 35) & (edges[:, 2] - edges[:, 1] > 35)
    kind = str(rng.choice(["white_dashed", "white_double", "white_solid"], p=[0.7, 0.18, 0.12]))
    keeps = rng.random() < 0.7
    for first, last in _spans(both, s):
        low = max(first, approaches[0].line_at)
        high = min(last, road.curve.length - approaches[1].line_at)
        cuts, kinds = [low, high], [kind]
        if keeps and direction == 0 and last >= road.curve.length - 1:
            cuts, kinds = [low, max(low, high - APPROACH * 0.8), high], [kind, "white_solid"]
        elif keeps and direction == 1 and first <= 1:
            cuts, kinds = [low, min(high, low + APPROACH * 0.8), high], ["white_solid", kind]
        for (a, b), style in zip(pairwise(cuts), kinds, strict=True):
            if b - a > 20:
                yield line(
                    style,
                    road.curve,
                    (a, b),
                    lambda s: road.sideways(direction, road.edges(direction, s)[:, 1]),
                    dash,
                )


def _shoulders(road: Road, direction: int, network: Network, rows: list[Parking]) -> Iterator[Mark]:
    """The outer edge of a direction: solid, but dashed along places to park."""
    ends = [0.0, road.curve.length]
    for place, (number, arm) in enumerate(road.ends):
        # Looking out of the junction, the side of those who leave is the right one.
        leaves = (direction == 0) == (place == 0)
        neighbour = (arm + (3 if leaves else 1)) % 4
        if neighbour in network.junctions[number].arms:
            ends[place] += FILLET if place == 0 else -FILLET
    middle = _outer(road, direction)(-LINE / 2)
    cuts = sorted({*ends, *(row.start for row in rows), *(row.end for row in rows)})
    for a, b in pairwise(cuts):
        beside = any(row.start <= a and b <= row.end for row in rows)
        yield line("white_dashed" if beside else "shoulder", road.curve, (a, b), middle, 30)


def _bays(road: Road, row: Parking, rng: np.random.Generator) -> Iterator[Mark]:
    """The edges of a row of places, the lines between them, and the letter P on some."""
    edge = _outer(road, row.direction)
    yield line("shoulder", road.curve, (row.start, row.end), edge(BAY[1] - LINE / 2), 40)
    count = round((row.end - row.start) / BAY[0])
    letters, box = word("P", PARKING_SIGN)
    backwards = math.pi if row.direction == 1 else 0.0
    marked = rng.random(count) < 0.6
    for i in range(count + 1):
        s = row.start + i * BAY[0]
        across = road.curve.band(s - LINE / 2, s + LINE / 2, edge(0), edge(BAY[1]))
        yield Mark("shoulder" if i in (0, count) else "white_solid", (across,), (across,))
        if i < count and (marked[i] or i == 0):
            middle = s + BAY[0] / 2
            outer = road.lanes_at(row.direction, middle)[-1][1]
            at = road.curve.at(middle, road.sideways(row.direction, outer + BAY[1] / 2))
            pose = Pose(at.x, at.y, at.heading + backwards)
            owner = (row.road, row.direction)
            yield sign("parking", pose, letters, (box,), owner, None, middle)


def _arrows(
    number: int,
    direction: int,
    network: Network,
    approaches: tuple[Approach, Approach],
    rng: np.random.Generator,
) -> Iterator[Mark]:
    """Arrows before the junction, on each lane those for exactly the turns it allows."""
    road = network.roads[number]
    end = 1 - direction
    junction, arm = road.ends[end]
    turns = network.junctions[junction].turns[arm]
    first = approaches[end].depth + 22.0 + ARROW_LENGTH / 2
    for lane, moves in enumerate(turns):
        if rng.random() > (0.9 if len(turns) > 1 else 0.6):
            continue
        for k in range(1 + int(rng.random() < 0.5)):
            back = first + k * ARROWS_APART
            if back > road.curve.length - APPROACH:
                break
            s = back if direction == 1 else road.curve.length - back
            pose = _on_lane(road, direction, lane, s)
            if pose:
                here = Lane(number, direction, 1, lane)
                yield sign(f"arrow_{moves}", pose, arrow(moves), None, (number, direction), here, s)


def _merging(
    number: int, direction: int, road: Road, approaches: tuple[Approach, Approach]
) -> Iterator[Mark]:
    """Arrows on a lane that is about to end, one or two of them before it narrows."""
    taper = road.tapers[direction]
    counts = road.counts[direction]
    narrows = counts[0] > counts[1] if direction == 0 else counts[1] > counts[0]
    if not taper or not narrows:
        return
    kind = "merge_left" if taper.outer else "merge_right"
    lane = 1 if taper.outer else 0
    for back in MERGE_ARROWS:
        s = taper.start - back if direction == 0 else taper.end + back
        way = s if direction == 0 else road.curve.length - s
        if way < approaches[direction].depth + 60:
            return
        pose = _on_lane(road, direction, lane, s)
        if pose:
            here = Lane(number, direction, 0, lane)
            yield sign(kind, pose, merge_arrow(taper.outer), None, (number, direction), here, s)


def _on_lane(road: Road, direction: int, lane: int, s: float) -> Pose | None:
    """The middle of a lane, in its direction of travel; None where the lane is too narrow."""
    inner, outer = road.lanes_at(direction, s)[lane]
    if outer - inner < 0.8 * LANE:
        return None
    pose = road.curve.at(s, road.sideways(direction, (inner + outer) / 2))
    return Pose(pose.x, pose.y, pose.heading + (math.pi if direction else 0.0))
