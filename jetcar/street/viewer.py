"""What a lane is depends on who looks: my direction, a turn to the left or right, the wrong way.

As in JetCar's masks:

- All lanes of my direction are mine, not only the one that I drive on, and so are the lanes
  straight on behind a junction.
- At every junction that I come to straight on, the lanes that leave to the left and to the right
  are the turn classes, from where they begin on the junction. It does not matter which of my lanes
  may turn; the arrows say that.
- Every other lane is the wrong way: oncoming traffic, streets that come in from the sides, what
  lies behind a turn's next junction, and what is left of a junction's area.
- A car that has turned for more than half belongs to the street that it turns into. Its own way
  across the junction is mine then, and there are no turns left at that junction.
- Signs on a lane that is the wrong way are not in the mask; lines and crosswalks are.
"""

from __future__ import annotations

from dataclasses import dataclass

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
        road, direction: Where it drives, or into which road it turns.
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
    walk = _Walk(network)
    walk.came_from(viewer)
    walk.mine(viewer.road, viewer.direction)
    return walk.roles


class _Walk:
    """Goes along the lanes ahead and gives each track its role; what is nearer comes first."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.tracks = t.numbering(network)
        self.roles = np.full(self.tracks.count, WRONG, np.uint8)

    def came_from(self, viewer: Viewer) -> None:
        """What leads into the viewer's road: the lane straight across, or the turn just made."""
        number, arm = self.network.roads[viewer.road].ends[viewer.direction]
        behind = (arm + 2) % 4
        self._give(number, t.STRAIGHT, behind, MINE)
        self._give(number, t.LIMIT, behind, LIMIT)
        if viewer.turned:
            junction, came_in, move = viewer.turned
            left = move == "L"
            self._give(junction, t.LEFT if left else t.RIGHT, came_in, MINE)
            self._give(junction, t.SWEPT_LEFT if left else t.SWEPT_RIGHT, came_in, MINE)

    def mine(self, road: int, direction: int) -> None:
        """The road and what follows straight on, with the turns at each junction."""
        for _ in range(JUNCTIONS_AHEAD):
            if not self._give_road(road, direction, MINE):
                return
            number, arm = self.network.roads[road].ends[1 - direction]
            junction = self.network.junctions[number]
            self._give(number, t.STRAIGHT, arm, MINE)
            self._give(number, t.LIMIT, arm, LIMIT)
            for move, what, role in (("L", t.LEFT, LEFT), ("R", t.RIGHT, RIGHT)):
                leaving = (arm + TURNS[move]) % 4
                if leaving in junction.arms:
                    self._give(number, what, arm, role)
                    self._turned(*self.network.road_at[number, leaving], role)
            ahead = (arm + 2) % 4
            if ahead not in junction.arms:
                return
            road, direction = self.network.road_at[number, ahead]

    def _turned(self, road: int, direction: int, role: int) -> None:
        """The road behind a turn, to the far side of its next junction."""
        if self._give_road(road, direction, role):
            number, arm = self.network.roads[road].ends[1 - direction]
            self._give(number, t.STRAIGHT, arm, role)

    def _give_road(self, road: int, direction: int, role: int) -> bool:
        """Gives a road's direction a role, unless either direction has one that is nearer."""
        own = self.tracks.of_road(road, direction)
        other = self.tracks.of_road(road, 1 - direction)
        if self.roles[own] != WRONG or self.roles[other] != WRONG:
            return False
        self.roles[own] = role
        return True

    def _give(self, junction: int, what: int, arm: int, role: int) -> None:
        track = self.tracks.of_junction(junction, what, arm)
        if self.roles[track] == WRONG:
            self.roles[track] = role
