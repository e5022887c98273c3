"""What a lane is depends on who looks: my direction, a turn to the left or right, the wrong way.

As in JetCar's masks:

- All lanes of my direction are mine, not only the one that I drive on, and so are the lanes
  straight on behind a junction.
- At every junction that I come to straight on, the lanes that leave to the left and to the right
  are the turn classes, from where they begin on the junction. It does not matter which of my lanes
  may turn; the arrows say that.
- Every other lane is the wrong way: oncoming traffic, streets that come in from the sides, what
  lies behind a turn's next junction, and what is left of a junction's area. No lane is
  ``nothing``: whether a far lane can be reached is not to be seen in the picture.
- A car that has turned for more than half belongs to the street that it turns into. Its own way
  across the junction is mine then, and there are no turns left at that junction.
- Signs on a lane that is the wrong way are not in the mask; lines and crosswalks are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from jetcar.street import tracks as t
from jetcar.street.kinds import LEFT, LIMIT, MINE, RIGHT, WRONG
from jetcar.street.network import TURNS, Network

JUNCTIONS_AHEAD = 3
"""How many junctions straight on are looked at; the third is out of sight on every map."""

Roles = npt.NDArray[np.uint8]
"""The role of each track to a driver, one of ``kinds``' roles, shape ``(tracks,)``."""


@dataclass(frozen=True)
class Viewer:
    """Who looks: a car on a road, or one that has turned into it at a junction.

    Attributes:
        road, direction: Where it drives, or into which road it turns; on a map of StreetMaker a
            lane, and to which of its ends: 1 from end 0 (direction 0), or 0 (direction 1).
        turned: None, or junction, arm and ``L`` or ``R`` of the turn that it is about to finish.
    """

    road: int
    direction: int
    turned: tuple[int, int, str] | None = None


def roles(network: Network, viewer: Viewer) -> Roles:
    """What each track is to a driver.

    Returns:
        Shape ``(tracks,)``, uint8: ``WRONG``, ``LEFT``, ``RIGHT``, ``MINE`` or ``LIMIT``.
    """
    tracks = t.numbering(network)
    found = np.full(tracks.count, WRONG, np.uint8)
    start, arm = network.roads[viewer.road].ends[viewer.direction]
    behind = (arm + 2) % 4
    found[tracks.of_junction(start, t.STRAIGHT, behind)] = MINE
    found[tracks.of_junction(start, t.LIMIT, behind)] = LIMIT
    if viewer.turned:
        number, came_in, move = viewer.turned
        for what in (t.LEFT, t.SWEPT_LEFT) if move == "L" else (t.RIGHT, t.SWEPT_RIGHT):
            found[tracks.of_junction(number, what, came_in)] = MINE

    way = _straight_on(network, viewer.road, viewer.direction)
    passed = {start, *(stop.junction for stop in way)}
    for stop in way:
        found[tracks.of_road(stop.road, stop.direction, 0)] = MINE
        found[tracks.of_road(stop.road, stop.direction, 1)] = MINE
        found[tracks.of_junction(stop.junction, t.STRAIGHT, stop.arm)] = MINE
        found[tracks.of_junction(stop.junction, t.LIMIT, stop.arm)] = LIMIT
    for _, _, number, arm in way:
        # A road straight on that leads back to the way is taken as a turn is: its first half.
        for move, what, role in (
            ("S", t.STRAIGHT, MINE),
            ("L", t.LEFT, LEFT),
            ("R", t.RIGHT, RIGHT),
        ):
            leaving = (arm + TURNS[move]) % 4
            if leaving not in network.junctions[number].arms:
                continue
            road, direction = network.road_at[number, leaving]
            taken = [tracks.of_junction(number, what, arm), tracks.of_road(road, direction, 0)]
            if network.roads[road].ends[1 - direction][0] not in passed:
                taken.append(tracks.of_road(road, direction, 1))
            for track in taken:
                if found[track] == WRONG:
                    found[track] = role
    return found


class _Stop(NamedTuple):
    """A road straight on, the junction at its end, and the arm by which the road comes in."""

    road: int
    direction: int
    junction: int
    arm: int


def _straight_on(network: Network, road: int, direction: int) -> list[_Stop]:
    """The road and those straight on, up to one that leads back to where the way has been."""
    way: list[_Stop] = []
    been = {network.roads[road].ends[direction][0]}
    while len(way) < JUNCTIONS_AHEAD:
        junction, arm = network.roads[road].ends[1 - direction]
        if junction in been:
            break
        been.add(junction)
        way.append(_Stop(road, direction, junction, arm))
        ahead = (arm + 2) % 4
        if ahead not in network.junctions[junction].arms:
            break
        road, direction = network.road_at[junction, ahead]
    return way
