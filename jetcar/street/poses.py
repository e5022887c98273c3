"""Where the car stands: places on all lanes, more often where there is more to see."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from jetcar.street.camera import Mount
from jetcar.street.curves import Pose
from jetcar.street.network import LANE, Network
from jetcar.street.settings import Camera, Spread
from jetcar.street.tracks import turn_curve
from jetcar.street.viewer import Viewer

PLACES = {"along": 0.42, "before": 0.38, "across": 0.1, "turning": 0.1}
"""Share of the views anywhere on a road, before a junction, on one, and at the end of a turn."""

BEFORE = 750.0
"""Views before a junction are at most this many mm away from it."""

TURNED = 0.6
"""Share of a turn that lies behind a car which is taken to belong to the street it turns into."""


@dataclass(frozen=True)
class View:
    """One picture to take.

    Attributes:
        viewer: Who looks.
        pose: Where the camera is and which way it looks.
        mount: How the camera is held.
        lane: Number of its lane, 0 beside the centre line.
    """

    viewer: Viewer
    pose: Pose
    mount: Mount
    lane: int


def draw_view(network: Network, camera: Camera, spread: Spread, rng: np.random.Generator) -> View:
    """Draws a place on a lane, and how far the car is from standing there as it should."""
    place = str(rng.choice(list(PLACES), p=list(PLACES.values())))
    found = None
    while found is None:
        found = {"along": _along, "before": _before, "across": _across, "turning": _turning}[place](
            network, rng
        )
    viewer, middle, lane = found
    error = 2 * rng.random(5) - 1
    aside = error[0] * spread.side
    heading = middle.heading + math.radians(error[1] * spread.turn)
    pose = Pose(
        middle.x - aside * math.sin(middle.heading),
        middle.y + aside * math.cos(middle.heading),
        heading,
    )
    mount = Mount(
        camera.height + error[2] * spread.height,
        camera.angle + error[3] * spread.angle,
        error[4] * spread.roll,
    )
    return View(viewer, pose, mount, lane)


Place = tuple[Viewer, Pose, int]


def _along(network: Network, rng: np.random.Generator) -> Place | None:
    lengths = np.array([road.curve.length for road in network.roads])
    road = int(rng.choice(len(lengths), p=lengths / lengths.sum()))
    way = float(rng.uniform(0, lengths[road]))
    return _on_road(network, road, int(rng.integers(2)), way, rng)


def _before(network: Network, rng: np.random.Generator) -> Place | None:
    road = int(rng.integers(len(network.roads)))
    direction = int(rng.integers(2))
    length = network.roads[road].curve.length
    left = float(rng.uniform(0, min(BEFORE, length)))
    return _on_road(network, road, direction, left if direction else length - left, rng)


def _on_road(
    network: Network, number: int, direction: int, way: float, rng: np.random.Generator
) -> Place | None:
    road = network.roads[number]
    lanes = road.lanes_at(direction, way)
    lane = int(rng.integers(len(lanes)))
    inner, outer = lanes[lane]
    if outer - inner < 0.9 * LANE:  # a lane that ends; nobody drives in its middle any more
        return None
    middle = road.curve.at(way, road.sideways(direction, (inner + outer) / 2))
    pose = Pose(middle.x, middle.y, middle.heading + direction * math.pi)
    return Viewer(number, direction), pose, lane


def _across(network: Network, rng: np.random.Generator) -> Place | None:
    number = int(rng.integers(len(network.junctions)))
    junction = network.junctions[number]
    arm = junction.arms[rng.integers(len(junction.arms))]
    lane = int(rng.integers(junction.entering(arm)))
    if "S" not in junction.turns[arm][lane]:
        return None
    ahead = float(rng.uniform(-junction.reach((arm + 2) % 4), junction.reach(arm)))
    out = junction.pose(arm)
    x, y = out.to_map(np.array([[ahead, (lane + 0.5) * LANE]]))[0]
    road, leaving = network.road_at[number, arm]
    pose = Pose(float(x), float(y), out.heading + math.pi)
    return Viewer(road, 1 - leaving), pose, lane


def _turning(network: Network, rng: np.random.Generator) -> Place | None:
    number = int(rng.integers(len(network.junctions)))
    junction = network.junctions[number]
    arm = junction.arms[rng.integers(len(junction.arms))]
    move = "LR"[rng.integers(2)]
    if move not in junction.moves(arm):
        return None
    curve = turn_curve(junction, arm, move)
    turned = np.abs(curve.heading - curve.heading[0]) >= TURNED * math.pi / 2
    way = float(rng.uniform(curve.s[np.argmax(turned)], curve.length))
    road, direction = network.road_at[number, (arm + {"L": 3, "R": 1}[move]) % 4]
    lane = 0 if move == "L" else junction.leaving((arm + 1) % 4) - 1
    return Viewer(road, direction, (number, arm, move)), curve.at(way), lane
