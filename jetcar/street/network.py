"""The network of streets: junctions, the roads between them, and where each lane leads.

Traffic keeps to the right. A road's centre line divides its two directions; direction 0 runs
along it, direction 1 against it. Lanes of one direction are counted from the centre line outwards.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, TypeVar

import numpy as np

from jetcar.street.curves import Curve, Points, Pose

LANE = 120.0
"""Width of a lane in mm."""

FILLET = 100.0
"""Radius in mm of the rounding between two arms of a junction."""

APPROACH = 380.0
"""The last mm before a junction, where its lanes keep their number."""

TURNS = {"L": 3, "S": 2, "R": 1}
"""From the arm on which a car arrives to the arm by which it leaves, in quarter turns."""


Distance = TypeVar("Distance", float, Points)
"""One distance in mm, or an array of them."""


class Lane(NamedTuple):
    """One lane of one direction of a road, where it begins or where it ends.

    Attributes:
        road: Number of the road.
        direction: 0 along the road's centre line, 1 against it.
        place: 0 where the car enters the road, 1 where it leaves it.
        number: 0 beside the centre line, 1 outside of it.
    """

    road: int
    direction: int
    place: int
    number: int


@dataclass(frozen=True)
class Junction:
    """Where three or four arms meet at right angles.

    Attributes:
        x, y: Where the centre lines cross, in mm.
        arms: Directions of its arms.
        lanes: Number of lanes that cross it in each of the four directions of travel.
        turns: What each lane of an arm may do there, from the inner to the outer lane: letters of
            ``L``, ``S`` and ``R``.
    """

    x: float
    y: float
    arms: tuple[int, ...]
    lanes: tuple[int, int, int, int]
    turns: dict[int, tuple[str, ...]]

    def reach(self, direction: int) -> float:
        """Distance in mm from the centre to the edge of the area that the streets share.

        What crosses on the side of a direction travels to the left of it: right-hand traffic.
        """
        return LANE * self.lanes[(direction + 1) % 4]

    def pose(self, arm: int) -> Pose:
        """The centre, looking out along an arm."""
        return Pose(self.x, self.y, arm * np.pi / 2)

    def entering(self, arm: int) -> int:
        """Number of lanes by which cars come in on an arm."""
        return self.lanes[(arm + 2) % 4]

    def leaving(self, arm: int) -> int:
        """Number of lanes by which cars go out on an arm."""
        return self.lanes[arm]

    def moves(self, arm: int) -> str:
        """The letters of all turns that the arms allow to a car that comes in on ``arm``."""
        return "".join(m for m, turn in TURNS.items() if (arm + turn) % 4 in self.arms)


@dataclass(frozen=True)
class Taper:
    """Where one direction of a road changes from one lane to two or back.

    Attributes:
        start, end: Way along the centre line in mm, rising.
        outer: Whether the outer lane is the one that ends or begins there; else the inner one.
    """

    start: float
    end: float
    outer: bool


@dataclass(frozen=True)
class Road:
    """What joins two arms.

    Attributes:
        ends: Junction and arm where the centre line starts, and where it ends.
        curve: The centre line, from one junction's edge to the other's.
        counts: Lanes of each direction at the start and at the end of the centre line.
        tapers: For each direction, where its number of lanes changes, or None.
    """

    ends: tuple[tuple[int, int], tuple[int, int]]
    curve: Curve
    counts: tuple[tuple[int, int], tuple[int, int]]
    tapers: tuple[Taper | None, Taper | None]

    def edges(self, direction: int, s: Points) -> Points:
        """How far the lanes of a direction lie from the centre line.

        Args:
            direction: 0 or 1.
            s: Ways along the centre line in mm, shape ``(N,)``.

        Returns:
            Shape ``(N, 3)``, mm: the inner edge of the inner lane (0), the line between the
            lanes, the outer edge of the outer lane. A lane that does not exist there has width 0.
        """
        first, last = (LANE * n for n in self.counts[direction])
        taper = self.tapers[direction]
        if taper is None:
            outer, line = np.full(len(s), first), np.full(len(s), LANE)
        else:
            share = (s - taper.start) / (taper.end - taper.start)
            share = np.maximum(np.minimum(share, 1.0), 0.0)
            outer = first + (last - first) * share * share * (3 - 2 * share)
            line = np.full(len(s), LANE) if taper.outer else outer - LANE
        return np.column_stack([np.zeros(len(s)), line, outer])

    def lanes_at(self, direction: int, s: float) -> list[tuple[float, float]]:
        """Inner and outer edge of each lane at a way, as distances from the centre line in mm."""
        inner, line, outer = (float(mm) for mm in self.edges(direction, np.array([s]))[0])
        if outer <= LANE:
            return [(inner, outer)]
        return [(inner, line), (line, outer)]

    def sideways(self, direction: int, distance: Distance) -> Distance:
        """A distance from the centre line on a direction's side, as an offset to the left."""
        return -distance if direction == 0 else distance


@dataclass(frozen=True)
class Network:
    """Junctions and roads; every arm of a junction is one end of one road."""

    junctions: tuple[Junction, ...]
    roads: tuple[Road, ...]

    @cached_property
    def road_at(self) -> dict[tuple[int, int], tuple[int, int]]:
        """Road and direction in which a car leaves by each junction's arm."""
        return {end: (i, d) for i, road in enumerate(self.roads) for d, end in enumerate(road.ends)}

    def lanes(self) -> Iterator[Lane]:
        """Every lane, at both of its ends."""
        for i, road in enumerate(self.roads):
            for direction in (0, 1):
                counts = road.counts[direction][:: 1 if direction == 0 else -1]
                for place, count in enumerate(counts):
                    yield from (Lane(i, direction, place, n) for n in range(count))

    def leads_to(self, lane: Lane) -> list[tuple[str, Lane]]:
        """What follows a lane: a letter of ``L``, ``S``, ``R`` and the lane that it takes to.

        Along a road the letter is ``S``. A lane that ends goes over into the one that stays.
        """
        road = self.roads[lane.road]
        if lane.place == 0:
            after = road.counts[lane.direction][1 if lane.direction == 0 else 0]
            before = road.counts[lane.direction][0 if lane.direction == 0 else 1]
            numbers = range(after) if before < after else [min(lane.number, after - 1)]
            return [("S", lane._replace(place=1, number=n)) for n in numbers]
        number, arm = road.ends[1 - lane.direction]
        junction = self.junctions[number]
        following = []
        for move in junction.turns[arm][lane.number]:
            leaving = (arm + TURNS[move]) % 4
            next_road, direction = self.road_at[number, leaving]
            outermost = junction.leaving(leaving) - 1
            to = {"L": 0, "R": outermost, "S": min(lane.number, outermost)}[move]
            following.append((move, Lane(next_road, direction, 0, to)))
        return following
