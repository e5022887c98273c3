"""What each lane of a map is to a driver, by the rules of ``viewer``: a walk along the lanes.

All lanes of my direction are mine, also straight on behind intersections; what leaves there to the
left and right are the turns, up to the next intersection; all else is the wrong way. An exit ramp
is a turn to the right. How far StreetMaker looks is not copied: how far masks reach is a setting.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from jetcar.street.curves import Points
from jetcar.street.kinds import CENTER, LEFT, LIMIT, MINE, RIGHT, WRONG
from jetcar.street.marks import LINE
from jetcar.street.network import LANE
from jetcar.street.smap.crossings import LEFT_OF, OPPOSITE, RIGHT_OF, Crossing, fillet
from jetcar.street.smap.items import Intersection, Street
from jetcar.street.smap.joints import End
from jetcar.street.smap.lanes import ALONG, BACK, BOTH, Lane, same_way
from jetcar.street.viewer import JUNCTIONS_AHEAD, Roles, Viewer

BOX, STRAIGHT, TO_LEFT, TO_RIGHT, BETWEEN, CORNER = range(6)
"""Tracks of an intersection, each but the first for every arm on which a car can come in.

``BOX`` is all that the streets share, ``STRAIGHT`` the lanes carried on to the other side,
``TO_LEFT`` and ``TO_RIGHT`` carry the lanes that a turn takes back to where the driver turns off,
``BETWEEN`` are the unpainted lines between lanes that go straight on, and ``CORNER`` is the
rounding on an arm's right.
"""

SLOTS = 6 * 4


class Step(NamedTuple):
    """A lane that is driven on, to which end (direction 0: to end 1), and what it is then."""

    lane: int
    direction: int
    role: int


@dataclass(frozen=True)
class Lanes:
    """All lanes of a map, and how one comes from one to another.

    Attributes:
        lanes: Their numbers are their tracks.
        streets: Items that are streets, by number.
        crossings: The others.
        intersections: The same as the file has them.
        joined: Ends that meet.
        numbers: The number of each lane.
        by_item: The lanes of each item.
        places: The place of each crossing among all of them.
    """

    lanes: Sequence[Lane]
    streets: Mapping[int, Street]
    crossings: Mapping[int, Crossing]
    intersections: Mapping[int, Intersection]
    joined: Mapping[End, End]
    numbers: dict[Lane, int] = field(init=False)
    by_item: dict[int, list[Lane]] = field(init=False)
    places: dict[int, int] = field(init=False)

    def __post_init__(self) -> None:
        by_item: dict[int, list[Lane]] = {}
        for lane in self.lanes:
            by_item.setdefault(lane.item, []).append(lane)
        object.__setattr__(self, "numbers", {lane: i for i, lane in enumerate(self.lanes)})
        object.__setattr__(self, "by_item", by_item)
        object.__setattr__(self, "places", {item: i for i, item in enumerate(self.crossings)})

    @property
    def limit(self) -> int:
        """The track of lines that are not painted and limit a lane for all."""
        return len(self.lanes) + SLOTS * len(self.crossings)

    @property
    def tracks(self) -> int:
        """How many numbers of tracks there are, used or not."""
        return self.limit + 1

    def of_crossing(self, item: int, what: int, arm: int = 0) -> int:
        """A track of an intersection, for cars that come in on ``arm``."""
        return len(self.lanes) + SLOTS * self.places[item] + 4 * what + arm

    def twin_of(self, lane: Lane) -> Lane | None:
        """The other half of a lane that goes through a T, by its first half; None elsewhere."""
        crossing = self.crossings.get(lane.item)
        if crossing is None or not crossing.is_t or lane.arm != 0:
            return None
        twins = crossing.lanes[OPPOSITE]
        return next(twin for twin in twins if twin.number == lane.number)

    def beyond(self, lane: Lane, end: int) -> tuple[Lane, int] | None:
        """The lane that joins an end, and the direction in which it is entered there."""
        other = self.joined.get((self.numbers[lane], end))
        return None if other is None else (self.lanes[other[0]], other[1])

    def areas(self) -> Iterator[tuple[int, Points]]:
        """Every track's number with polygons that cover its area, in mm."""
        for number, lane in enumerate(self.lanes):
            for polygon in lane.curve.pieces(0.0, lane.curve.length, LANE / 2, -LANE / 2):
                yield number, polygon
            for edge, left in ((lane.right, -LANE / 2), (lane.left, LANE / 2)):
                if edge.kind == "Transparent":
                    sides = left + LINE / 2, left - LINE / 2
                    yield self.limit, lane.curve.band(0.0, lane.curve.length, *sides)
        for item, crossing in self.crossings.items():
            yield self.of_crossing(item, BOX), crossing.box(crossing.ahead, crossing.left)
            for arm in crossing.lanes:
                for what, polygon in _ways(crossing, arm):
                    yield self.of_crossing(item, what, arm), polygon

    def roles(self, viewer: Viewer) -> Roles:
        """What each track is to a driver on a lane, see ``Viewer``."""
        return _Walk(self).walk(viewer)


def _ways(crossing: Crossing, arm: int) -> Iterator[tuple[int, Points]]:
    """The tracks of those who come in on an arm."""
    here, there = crossing.across(arm, ALONG), (arm + OPPOSITE) % 4
    if here is not None and there in crossing.lanes:
        straight = crossing.carried_on(arm, ALONG)
        assert straight is not None  # as lanes lead in
        yield STRAIGHT, straight
        for edge in np.arange(here[0] + LANE, here[1] - 1, LANE):
            span = (float(edge) - LINE / 2, float(edge) + LINE / 2)
            box = (span, crossing.left) if arm % 2 else (crossing.ahead, span)
            yield BETWEEN, crossing.box(*box)
    turned = crossing.carried_on((arm + LEFT_OF) % 4, BACK)
    if here is not None and turned is not None:
        yield TO_LEFT, turned
    right = crossing.turned_right(arm)
    if right is not None:
        yield TO_RIGHT, right
    corner = crossing.corners().get(arm)
    if corner is not None:
        yield CORNER, fillet(corner)


class _Walk:
    """One driver's way, and what follows from it for each track."""

    def __init__(self, lanes: Lanes) -> None:
        self.lanes = lanes
        self.found: Roles = np.full(lanes.tracks, WRONG, np.uint8)
        self.turns: deque[Step] = deque()
        self.passed: set[int] = set()

    def walk(self, viewer: Viewer) -> Roles:
        lane = self.lanes.lanes[viewer.road]
        self._behind(lane, viewer.direction)
        own = deque([Step(viewer.road, viewer.direction, MINE)])
        for steps in (own, self.turns):
            done: set[tuple[int, int]] = set()
            while steps:
                step = steps.popleft()
                if step[:2] not in done:
                    done.add(step[:2])
                    steps += self._from(step)
        self._centers()
        self._corners()
        self.found[self.lanes.limit] = LIMIT
        return self.found

    def _take(self, lanes: Sequence[Lane], role: int) -> None:
        for lane in lanes:
            number = self.lanes.numbers[lane]
            if self.found[number] == WRONG and lane.traffic != BOTH:
                self.found[number] = role

    def _behind(self, lane: Lane, direction: int) -> None:
        """The way straight across the intersection that a car has just left is its own."""
        crossing = self.lanes.crossings.get(lane.item)
        if crossing and direction == 1:
            self.passed.add(lane.item)
            self._straight(crossing, (lane.arm + OPPOSITE) % 4)

    def _straight(self, crossing: Crossing, arm: int) -> None:
        for what, role in ((STRAIGHT, MINE), (BETWEEN, LIMIT)):
            self.found[self.lanes.of_crossing(crossing.item, what, arm)] = role

    def _from(self, step: Step) -> list[Step]:
        """What follows a lane, after it and those beside it have been given their role."""
        lane = self.lanes.lanes[step.lane]
        if lane.item in self.lanes.streets:
            return self._along(lane, step)
        crossing = self.lanes.crossings[lane.item]
        arm = crossing.lanes[lane.arm]
        wanted = same_way(arm, step.direction)
        self._take(wanted, step.role)
        if step.direction == 1:
            return self._beyond(wanted, 0, step.role)
        return self._across(crossing, lane.arm) if step.role == MINE else []

    def _along(self, lane: Lane, step: Step) -> list[Step]:
        street = self.lanes.streets[lane.item]
        lanes = self.lanes.by_item[lane.item]
        if lane.ramp:
            self._take([lane], step.role)
            # An entrance ends on the lane that it joins.
            last = lane if street.ramp == "ExitRamp" else lanes[0]
            return self._beyond([last], 1, step.role)
        wanted = same_way(lanes, step.direction)
        self._take(wanted, step.role)
        if street.ramp == "ExitRamp" and step.direction == 0 and step.role == MINE:
            self.turns.append(Step(self.lanes.numbers[lanes[-1]], 0, RIGHT))
        end = 1 if step.direction == 0 else 0
        return self._beyond(wanted or [lane], end, step.role)

    def _beyond(self, lanes: Sequence[Lane], end: int, role: int) -> list[Step]:
        found = [self.lanes.beyond(lane, end) for lane in lanes]
        return [Step(self.lanes.numbers[one[0]], one[1], role) for one in found if one]

    def _across(self, crossing: Crossing, arm: int) -> list[Step]:
        """Straight on across an intersection; what leaves to the sides is for later."""
        if crossing.item in self.passed or len(self.passed) >= JUNCTIONS_AHEAD:
            return []
        self.passed.add(crossing.item)
        self._straight(crossing, arm)
        for what, turn, role in ((TO_LEFT, LEFT_OF, LEFT), (TO_RIGHT, RIGHT_OF, RIGHT)):
            self.found[self.lanes.of_crossing(crossing.item, what, arm)] = role
            self.turns += self._leaving(crossing, (arm + turn) % 4, role)
        return self._leaving(crossing, (arm + OPPOSITE) % 4, MINE)

    def _leaving(self, crossing: Crossing, arm: int, role: int) -> list[Step]:
        lanes = same_way(crossing.lanes.get(arm, []), 1)
        return [Step(self.lanes.numbers[lane], 1, role) for lane in lanes[:1]]

    def _centers(self) -> None:
        """Lanes for both directions; between directions that part, and at arms, they are wrong."""
        for number, lane in enumerate(self.lanes.lanes):
            if lane.traffic != BOTH:
                continue
            street = self.lanes.streets.get(lane.item)
            if street:
                is_center = not street.kind.startswith("Center_")
            else:
                is_center = self.lanes.crossings[lane.item].is_t and lane.arm % 2 == 0
            self.found[number] = CENTER if is_center else WRONG

    def _corners(self) -> None:
        """A corner is what the lanes beside it are that leave, or else those that come in."""
        for item, crossing in self.lanes.crossings.items():
            for arm in crossing.corners():
                leaving = same_way(crossing.lanes[(arm + RIGHT_OF) % 4], 1)
                beside = leaving[-1] if leaving else crossing.lanes[arm][0]
                role = self.found[self.lanes.numbers[beside]]
                self.found[self.lanes.of_crossing(item, CORNER, arm)] = role
