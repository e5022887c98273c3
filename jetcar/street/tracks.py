"""The ways that cars take across the map, as areas: roads by direction, turns across junctions.

Where ways cross, a place belongs to several tracks; what it is to a driver follows from all of
them (``viewer``).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from jetcar.street.curves import Arc, Curve, Line, Points, Pose
from jetcar.street.marks import LINE
from jetcar.street.network import FILLET, LANE, TURNS, Junction, Network, Road

BOX, STRAIGHT, LEFT, RIGHT, SWEPT_LEFT, SWEPT_RIGHT, LIMIT = range(7)
"""The tracks of a junction, each but the first for every arm on which a car can come in.

``BOX`` is all that the streets share. ``STRAIGHT`` is the lane carried on to the other side.
``LEFT`` and ``RIGHT`` carry the lanes that a turn takes back to where the driver turns off.
``SWEPT_*`` is what a car drives over in a turn. ``LIMIT`` are the unpainted lines between its
lanes.
"""

SLOTS = 7 * 4

RIGHT_TURN_LEAD = FILLET
"""A right turn starts this many mm before the junction: the corner is round there."""


@dataclass(frozen=True)
class Tracks:
    """Numbers the tracks of a network: four for each road, then those of its junctions."""

    roads: int
    junctions: int

    @property
    def count(self) -> int:
        """How many numbers there are, used or not."""
        return self.first_of_junctions + SLOTS * self.junctions

    @property
    def first_of_junctions(self) -> int:
        """The numbers below this are those of roads."""
        return 4 * self.roads

    def of_road(self, road: int, direction: int, half: int = 0) -> int:
        """The lanes of one direction of a road: where they begin (half 0), or where they end (1).

        A road may lead from one turn of a driver to another; then its halves are not the same.
        """
        return 4 * road + 2 * direction + half

    def road_of(self, track: int) -> tuple[int, int, int]:
        """Road, direction and half of a road's track."""
        return track // 4, track % 4 // 2, track % 2

    def of_junction(self, junction: int, what: int, arm: int = 0) -> int:
        """A track of a junction, for cars that come in on ``arm``."""
        return self.first_of_junctions + SLOTS * junction + 4 * what + arm


def numbering(network: Network) -> Tracks:
    """The numbers of a network's tracks."""
    return Tracks(len(network.roads), len(network.junctions))


def track_areas(network: Network) -> Iterator[tuple[int, Points]]:
    """Every track's number with polygons that cover its area, in mm."""
    tracks = numbering(network)
    for i, road in enumerate(network.roads):
        for direction in (0, 1):
            yield from _road_area((i, direction), tracks, road)
    for i, junction in enumerate(network.junctions):
        east, north, west, south = (junction.reach(d) for d in range(4))
        yield tracks.of_junction(i, BOX), _box(junction, 0, (-west, east), (-south, north))
        for arm in junction.arms:
            for what, polygon in _arm_areas(junction, arm):
                yield tracks.of_junction(i, what, arm), polygon


def _road_area(which: tuple[int, int], tracks: Tracks, road: Road) -> Iterator[tuple[int, Points]]:
    direction = which[1]

    def edge(s: Points) -> Points:
        return road.sideways(direction, road.edges(direction, s)[:, 2])

    middle = road.curve.length / 2
    for part, way in enumerate([(0.0, middle), (middle, road.curve.length)]):
        track = tracks.of_road(*which, half=part if direction == 0 else 1 - part)
        yield track, road.curve.band(*way, 0.0, edge)


def _arm_areas(junction: Junction, arm: int) -> Iterator[tuple[int, Points]]:
    """The tracks of those who come in on an arm; they lie between the arm and the far edge."""
    moves = junction.moves(arm)
    near, far = junction.reach(arm), junction.reach((arm + 2) % 4)
    right, left = junction.reach((arm + 1) % 4), -junction.reach((arm + 3) % 4)
    if "S" in moves:
        yield STRAIGHT, _box(junction, arm, (-far, near), (0, right))
        for number in range(1, junction.entering(arm)):
            side = (number * LANE - LINE / 2, number * LANE + LINE / 2)
            yield LIMIT, _box(junction, arm, (-far, near), side)
    if "L" in moves:
        yield LEFT, _box(junction, arm, (-far, 0), (left, right))
        yield from _swept(junction, arm, "L", SWEPT_LEFT)
    if "R" in moves:
        yield RIGHT, _box(junction, arm, (0, near), (0, right))
        yield RIGHT, _fillet(junction, arm)
        yield from _swept(junction, arm, "R", SWEPT_RIGHT)


def _box(
    junction: Junction, arm: int, ahead: tuple[float, float], left: tuple[float, float]
) -> Points:
    """A rectangle given as seen from the centre, looking out along an arm."""
    corners = [(ahead[i], left[j]) for i, j in ((0, 0), (1, 0), (1, 1), (0, 1))]
    return junction.pose(arm).to_map(np.array(corners))


def _fillet(junction: Junction, arm: int) -> Points:
    """The rounding between an arm and the next one to its left, seen from the centre."""
    x, y = junction.reach(arm), junction.reach((arm + 1) % 4)
    angles = np.linspace(-math.pi / 2, -math.pi, 14)
    round_edge = FILLET + FILLET * np.column_stack([np.cos(angles), np.sin(angles)])
    return junction.pose(arm).to_map(np.concatenate([round_edge, [(0, 0)]]) + np.array([x, y]))


def turn_curve(junction: Junction, arm: int, move: str) -> Curve:
    """The line that a car follows in a turn, from its arm to the other.

    Args:
        junction: Where it turns.
        arm: The arm on which it comes in.
        move: ``L``, from the inner lane into the inner lane, or ``R``, from the outer one into
            the outer one.
    """
    leaving = (arm + TURNS[move]) % 4
    lead = RIGHT_TURN_LEAD if move == "R" else 0.0
    lane_in = 0 if move == "L" else junction.entering(arm) - 1
    lane_out = 0 if move == "L" else junction.leaving(leaving) - 1
    # Seen from the centre, looking out along the arm: where the car is and where it goes to.
    x, y = junction.reach(arm) + lead, (lane_in + 0.5) * LANE
    end_y = junction.reach(leaving) + lead
    end_x = (lane_out + 0.5) * LANE
    if move == "L":
        end_x, end_y = -end_x, -end_y
    start = junction.pose(arm).to_map(np.array([[x, y]]))[0]
    pose = Pose(float(start[0]), float(start[1]), junction.pose(arm).heading + math.pi)
    ahead, aside = x - end_x, abs(end_y - y)
    radius = min(ahead, aside)
    side = 1 if move == "L" else -1
    return Curve(
        pose, [Line(ahead - radius), Arc(radius, side * math.pi / 2), Line(aside - radius)]
    )


def _swept(junction: Junction, arm: int, move: str, what: int) -> Iterator[tuple[int, Points]]:
    curve = turn_curve(junction, arm, move)
    for polygon in curve.pieces(0.0, curve.length, LANE / 2, -LANE / 2):
        yield what, polygon
