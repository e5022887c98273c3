"""A street map, drawn from a seed: the network and everything that is painted on it, in mm."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jetcar.street.curves import Points
from jetcar.street.junction_marks import furnish, junction_marks
from jetcar.street.marks import Mark
from jetcar.street.network import Network
from jetcar.street.road_marks import Parking, find_parking, road_marks
from jetcar.street.roadworks import build

MARGIN = 480.0
"""Floor around the outermost centre lines in mm."""


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
