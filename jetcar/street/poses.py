"""Where the car stands: places on all lanes, more often where there is more to see."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from jetcar.settings.street import Camera, Spread
from jetcar.street.camera import Mount
from jetcar.street.curves import Pose
from jetcar.street.map import StreetMap
from jetcar.street.network import LANE, Network
from jetcar.street.panels import Panel
from jetcar.street.shots import PLAIN, Shot
from jetcar.street.tracks import turn_curve
from jetcar.street.viewer import Viewer

PLACES = {"along": 0.3, "before": 0.3, "signs": 0.24, "across": 0.08, "turning": 0.08}
"""Share of the views anywhere on a road, before a junction, before a sign of any kind, on a
junction, and at the end of a turn.
"""

SIGN_AHEAD = (60.0, 480.0)
"""Views before a sign are so many mm away from it."""

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
        things: What stands there, the farthest first; see ``things``.
        name: Of the picture, where the map has one for it.
        shot: What is different about this picture.
    """

    viewer: Viewer
    pose: Pose
    mount: Mount
    lane: int
    things: tuple[Panel, ...] = ()
    name: str | None = None
    shot: Shot = PLAIN


def draw_view(
    street_map: StreetMap, camera: Camera, spread: Spread, rng: np.random.Generator
) -> View:
    """Draws a place on a lane, and how far the car is from standing there as it should."""
    found = None
    while found is None:  # what the dice say may not be there: no lane, no turn, no such sign
        place = str(rng.choice(list(PLACES), p=list(PLACES.values())))
        found = DRAWS[place](street_map, rng)
    return stand(*found, camera, spread, rng)


def stand(
    viewer: Viewer,
    middle: Pose,
    lane: int,
    camera: Camera,
    spread: Spread,
    rng: np.random.Generator,
) -> View:
    """The view of a car that is not quite in the middle of its lane, with a mount not quite true.

    Args:
        viewer: Who looks.
        middle: Where the car should be.
        lane: Number of its lane.
        camera: How its camera should be held.
        spread: How far all of it may be off.
        rng: Draws that.
    """
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


Viewpoint = tuple[Viewer, Pose, int]


def _along(street_map: StreetMap, rng: np.random.Generator) -> Viewpoint | None:
    network = street_map.network
    lengths = np.array([road.curve.length for road in network.roads])
    road = int(rng.choice(len(lengths), p=lengths / lengths.sum()))
    way = float(rng.uniform(0, lengths[road]))
    return _on_road(network, road, int(rng.integers(2)), way, rng)


def _before(street_map: StreetMap, rng: np.random.Generator) -> Viewpoint | None:
    network = street_map.network
    road = int(rng.integers(len(network.roads)))
    direction = int(rng.integers(2))
    length = network.roads[road].curve.length
    left = float(rng.uniform(0, min(BEFORE, length)))
    return _on_road(network, road, direction, left if direction else length - left, rng)


def _signs(street_map: StreetMap, rng: np.random.Generator) -> Viewpoint | None:
    found = [mark for mark in street_map.marks if mark.way is not None]
    kinds = sorted({mark.kind for mark in found})
    if not kinds:
        return None
    kind = kinds[rng.integers(len(kinds))]  # each kind as often as the others
    same = [mark for mark in found if mark.kind == kind]
    mark = same[rng.integers(len(same))]
    if mark.owner is None or mark.way is None:
        return None
    road, direction = mark.owner
    back = float(rng.uniform(*SIGN_AHEAD))
    way = mark.way + (back if direction else -back)
    if not 0 < way < street_map.network.roads[road].curve.length:
        return None
    return _on_road(street_map.network, road, direction, way, rng)


def _on_road(
    network: Network, number: int, direction: int, way: float, rng: np.random.Generator
) -> Viewpoint | None:
    road = network.roads[number]
    lanes = road.lanes_at(direction, way)
    lane = int(rng.integers(len(lanes)))
    inner, outer = lanes[lane]
    if outer - inner < 0.9 * LANE:  # a lane that ends; nobody drives in its middle any more
        return None
    middle = road.curve.at(way, road.sideways(direction, (inner + outer) / 2))
    pose = Pose(middle.x, middle.y, middle.heading + direction * math.pi)
    return Viewer(number, direction), pose, lane


def _across(street_map: StreetMap, rng: np.random.Generator) -> Viewpoint | None:
    network = street_map.network
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


def _turning(street_map: StreetMap, rng: np.random.Generator) -> Viewpoint | None:
    network = street_map.network
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


DRAWS = {
    "along": _along,
    "before": _before,
    "signs": _signs,
    "across": _across,
    "turning": _turning,
}
"""What draws each kind of place."""
