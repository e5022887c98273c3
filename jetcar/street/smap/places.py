"""Where pictures of a map are taken: on every lane, in every direction that it is driven in."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from jetcar.errors import UserError
from jetcar.settings.street import Images
from jetcar.street.curves import Curve, Line, Pose
from jetcar.street.network import LANE
from jetcar.street.smap.arrows import place as place_of
from jetcar.street.smap.lanes import Lane
from jetcar.street.smap.roles import Lanes
from jetcar.street.viewer import Viewer

STEP = LANE
"""Millimetres between two places on a lane, where a map names none itself."""

VIEW_POINT = "ViewPoint"


@dataclass(frozen=True)
class Place:
    """A place to look from.

    Attributes:
        item: Number of its item in the file.
        lane: Number of its lane in the item.
        step: Its number on the lane.
        direction: 0 along the lane, from its end 0 to its end 1; 1 the other way.
        viewer: Who looks.
        pose: From where, on the middle of the lane.
    """

    item: int
    lane: int
    step: int
    direction: int
    viewer: Viewer
    pose: Pose

    def name(self, time: int) -> str:
        """The name of the picture that is taken here for the ``time``-th time, as StreetMaker's."""
        which = f"i{self.item:03}_l{self.lane:03}_s{self.step:03}_d{self.direction}"
        return f"{which}_s0_a0_b0_c0_r0_n{time}"


def find_places(lanes: Lanes) -> list[Place]:
    """All places of a map, in the order of its file: its view points, or one each 120 mm."""
    return [
        place
        for lane in lanes.lanes
        if not lane.has_twin
        for direction in (0, 1)
        if lane.leads(direction)
        for place in _on_lane(lanes, lane, direction)
    ]


def _on_lane(lanes: Lanes, lane: Lane, direction: int) -> list[Place]:
    street = lanes.streets.get(lane.item)
    whole = lane.curve
    crossing = lanes.crossings.get(lane.item)
    through = crossing is not None and crossing.is_t and lane.arm == 0
    if crossing and through:
        square = crossing.ahead[1] - crossing.ahead[0]
        whole = Curve(lane.end(0), [Line(2 * lane.curve.length + square)])
    overlays = (street or lanes.intersections[lane.item]).overlays[lane.number]
    ways = [
        _way(whole, place_of(lane, overlay)) for overlay in overlays if overlay.kind == VIEW_POINT
    ]
    if not ways:
        count = max(int(whole.length / STEP) - 1, 1)
        ways = [(k + 0.5) / count * whole.length for k in range(count)]
    places = []
    for step, way in enumerate(ways):
        pose = whole.at(way)
        heading = pose.heading + (math.pi if direction else 0.0)
        viewer = Viewer(lanes.numbers[lane], direction)
        if through:
            viewer = _through(lanes, lane, direction, way / whole.length)
        places.append(
            Place(lane.item, lane.number, step, direction, viewer, Pose(pose.x, pose.y, heading))
        )
    return places


def _way(curve: Curve, pose: Pose) -> float:
    """Where on a curve a point is that lies beside it."""
    nearest = np.hypot(curve.points[:, 0] - pose.x, curve.points[:, 1] - pose.y).argmin()
    at = curve.at(float(curve.s[nearest]))
    ahead = (pose.x - at.x) * math.cos(at.heading) + (pose.y - at.y) * math.sin(at.heading)
    return float(np.clip(curve.s[nearest] + ahead, 0, curve.length))


def _through(lanes: Lanes, lane: Lane, direction: int, share: float) -> Viewer:
    """Who looks on a street that goes through a T: its lanes are halves, one on each side.

    Up to the far edge of the square a car belongs to the side that it comes from.
    """
    crossing = lanes.crossings[lane.item]
    twin = lanes.twin_of(lane) or lane
    length = lane.curve.length
    square = crossing.ahead[1] - crossing.ahead[0]
    way = share * (2 * length + square)
    if direction == 0:  # comes in on arm 0, whose lanes lead to end 1
        return (
            Viewer(lanes.numbers[lane], 0)
            if way <= length + square
            else Viewer(lanes.numbers[twin], 1)
        )
    return Viewer(lanes.numbers[twin], 0) if way >= length else Viewer(lanes.numbers[lane], 1)


def shared_out(places: Sequence[Place], images: Images, seed: int) -> dict[str, list[Place]]:
    """The places of each part of a data set, in the order in which pictures are taken.

    A piece of the map is in one part alone: two places of one street see nearly the same. Within
    a part, no lane is looked from a second time before every other one was.

    Args:
        places: All of a map.
        images: How many pictures are asked for; each part gets so much of the map.
        seed: Decides which.

    Returns:
        Places by ``Train``, ``Val`` and ``Test``; no part that no picture is asked for.

    Raises:
        UserError: there are fewer pieces than parts.
    """
    rng = np.random.default_rng(seed)
    wanted = {name.title(): count for name, count in vars(images).items() if count}
    items = list(dict.fromkeys(place.item for place in places))
    if len(items) < len(wanted):
        raise UserError(
            f"The map has {len(items)} pieces of street, too few to be shared out among "
            f"{' and '.join(wanted)}. Ask for pictures of one part alone, such as images.val=0 "
            "images.test=0"
        )
    order = [items[i] for i in rng.permutation(len(items))]
    parts: dict[str, list[Place]] = {}
    for left, name in enumerate(reversed(wanted), 1 - len(wanted)):
        share = len(places) * wanted[name] / sum(wanted.values())
        part: list[Place] = []
        # Each of the parts that follow needs a piece, and the last one takes all that is left.
        while order and (not left or not part or (len(part) < share and len(order) > -left)):
            item = order.pop()
            part += [place for place in places if place.item == item]
        parts[name] = _in_turn(part, rng)
    return parts


def _in_turn(places: list[Place], rng: np.random.Generator) -> list[Place]:
    """The same places, one of each lane and direction after the other, in a random order."""
    lanes: dict[tuple[int, int, int], list[Place]] = {}
    for i in rng.permutation(len(places)):
        one = places[i]
        lanes.setdefault((one.item, one.lane, one.direction), []).append(one)
    return [
        lane[turn]
        for turn in range(max(map(len, lanes.values())))
        for lane in lanes.values()
        if turn < len(lane)
    ]
