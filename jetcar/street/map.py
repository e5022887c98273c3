"""A street map: everything that pictures of it need, and one that is drawn from a seed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from jetcar.classes import TABLES, ClassTable
from jetcar.street.curves import Points
from jetcar.street.junction_marks import furnish, junction_marks
from jetcar.street.marks import Mark
from jetcar.street.network import Network
from jetcar.street.road_marks import Parking, find_parking, road_marks
from jetcar.street.roadworks import build
from jetcar.street.tracks import numbering, track_areas
from jetcar.street.viewer import Roles, Viewer, roles

MARGIN = 480.0
"""Floor around the outermost centre lines in mm."""


class Map(Protocol):
    """Streets on a rectangle of floor, whoever has laid them out.

    A track is an area that is the same to every driver, such as a lane; areas of several tracks
    may cover a place.
    """

    @property
    def marks(self) -> tuple[Mark, ...]:
        """What is painted, in the order in which it is painted."""

    def with_marks(self, marks: tuple[Mark, ...]) -> Map:
        """The same with other paint."""

    @property
    def corner(self) -> tuple[float, float]:
        """The south-western corner of the rectangle, x and y in mm."""

    @property
    def size(self) -> tuple[float, float]:
        """Its extent to the east and to the north in mm."""

    @property
    def tracks(self) -> int:
        """How many numbers of tracks there are, used or not."""

    @property
    def apart(self) -> int:
        """Areas of tracks below this number do not lie over each other."""

    def table(self, classes: str) -> ClassTable:
        """The classes of its masks, in the names of one of the two tools."""

    def areas(self) -> list[tuple[int, Points]]:
        """Every track's number with polygons that cover its area, in mm."""

    def paved(self) -> list[Points]:
        """What is paved and no track."""

    def roles(self, viewer: Viewer) -> Roles:
        """What each track is to a driver, one of ``kinds``' roles, shape ``(tracks,)``."""

    def owned(self, owner: tuple[int, int], tracks: frozenset[int]) -> list[int]:
        """The tracks that a sign concerns, where it lies on others; none: those that it lies on."""

    def sides(self, track: int, owner: tuple[int, int] | None) -> tuple[int, int]:
        """The tracks on the solid and on the dashed side of a line that lies on ``track``."""


@dataclass(frozen=True)
class StreetMap:
    """A closed network of streets on a rectangle of floor.

    Attributes:
        network: Junctions, roads and lanes.
        marks: What is painted, in the order in which it is painted.
        parking: Paved places beside the roads.
        corner: The south-western corner of the rectangle, x and y in mm.
        size: Its extent to the east and to the north in mm.
    """

    network: Network
    marks: tuple[Mark, ...]
    parking: tuple[Parking, ...]
    corner: tuple[float, float]
    size: tuple[float, float]

    def with_marks(self, marks: tuple[Mark, ...]) -> StreetMap:
        """See ``Map``, as for all that follows."""
        return replace(self, marks=marks)

    @property
    def tracks(self) -> int:
        """How many numbers of tracks there are."""
        return numbering(self.network).count

    @property
    def apart(self) -> int:
        """Roads do not cross each other outside of junctions."""
        return numbering(self.network).first_of_junctions

    def table(self, classes: str) -> ClassTable:
        """The whole table, whatever this map shows of it: the next one shows the rest."""
        return TABLES[classes]

    def areas(self) -> list[tuple[int, Points]]:
        """Roads by direction, and the ways across junctions."""
        return list(track_areas(self.network))

    def paved(self) -> list[Points]:
        """Places to park."""
        return [row.area for row in self.parking]

    def roles(self, viewer: Viewer) -> Roles:
        """What the network is to a driver."""
        return roles(self.network, viewer)

    def owned(self, owner: tuple[int, int], tracks: frozenset[int]) -> list[int]:
        """Beside the lanes, both halves of a direction of a road."""
        if tracks:
            return []
        return [numbering(self.network).of_road(*owner, half) for half in (0, 1)]

    def sides(self, track: int, owner: tuple[int, int] | None) -> tuple[int, int]:
        """The track itself and the opposite direction beside it; the owner has the solid side."""
        tracks = numbering(self.network)
        road, direction, half = tracks.road_of(track)
        other = tracks.of_road(road, 1 - direction, 1 - half)
        return (track, other) if owner == (road, direction) else (other, track)


def draw_map(rng: np.random.Generator) -> StreetMap:
    """Draws a map; the same state of ``rng`` gives the same map."""
    network = build(rng)
    approaches = [furnish(junction, rng) for junction in network.junctions]
    parking = [row for i, road in enumerate(network.roads) for row in find_parking(i, road, rng)]
    marks: list[Mark] = []
    for i in range(len(network.junctions)):
        marks += junction_marks(i, network, approaches[i], rng)
    for i, road in enumerate(network.roads):
        ends = tuple(approaches[junction][arm] for junction, arm in road.ends)
        rows = [row for row in parking if row.road == i]
        marks += road_marks(i, network, (ends[0], ends[1]), rows, rng)
    # Lines first, then what is printed over them.
    marks.sort(key=lambda mark: mark.at is not None)
    points: Points = np.concatenate([road.curve.points for road in network.roads])
    low, high = points.min(0) - MARGIN, points.max(0) + MARGIN
    size = high - low
    return StreetMap(
        network,
        tuple(marks),
        tuple(parking),
        (float(low[0]), float(low[1])),
        (float(size[0]), float(size[1])),
    )
