"""A map of StreetMaker, ready to be drawn."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np

from jetcar.classes import TABLES, ClassTable
from jetcar.errors import UserError
from jetcar.street.curves import Points
from jetcar.street.marks import Mark
from jetcar.street.smap.arrows import lane_signs
from jetcar.street.smap.crossings import Crossing, build_crossing
from jetcar.street.smap.items import Drawing, Intersection, Street
from jetcar.street.smap.joints import End, Joints, find_joints
from jetcar.street.smap.lanes import Lane, street_lanes
from jetcar.street.smap.lines import lane_lines, ramp_lines
from jetcar.street.smap.places import Place, find_places
from jetcar.street.smap.read import LARGEST, map_content, read_drawing
from jetcar.street.smap.roles import Lanes
from jetcar.street.smap.used import used_table
from jetcar.street.smap.waiting import crossing_marks
from jetcar.street.viewer import Roles, Viewer
from jetcar.wording import counted

log = logging.getLogger("jetcar.street")


@dataclass(frozen=True)
class StreetMakerMap:
    """A drawing of StreetMaker as streets; see ``map.Map`` for what it says of them.

    Attributes:
        drawing: What the file holds.
        lanes: Its lanes, and where they meet.
        joints: The same, with what does not meet.
        marks: What is painted.
        corner: The south-western corner in mm; y counts upwards here.
        size: Extent to the east and to the north in mm.
    """

    drawing: Drawing
    lanes: Lanes
    joints: Joints
    marks: tuple[Mark, ...]
    corner: tuple[float, float]
    size: tuple[float, float]

    def with_marks(self, marks: tuple[Mark, ...]) -> StreetMakerMap:
        """See ``map.Map``, as for all that follows."""
        return replace(self, marks=marks)

    @property
    def tracks(self) -> int:
        """How many numbers of tracks there are."""
        return self.lanes.tracks

    @property
    def apart(self) -> int:
        """Lanes begin and end on others, so every track may lie over another."""
        return 0

    @cached_property
    def used(self) -> ClassTable:
        """The classes of the map with the codes that StreetMaker gives them."""
        return used_table(self.drawing.items, self.lanes.lanes)

    @cached_property
    def places(self) -> list[Place]:
        """Where pictures are taken."""
        return find_places(self.lanes)

    def table(self, classes: str) -> ClassTable:
        """The classes of the map alone, or all of the other tool."""
        return self.used if classes == "streetmaker" else TABLES[classes]

    def areas(self) -> list[tuple[int, Points]]:
        """Lanes, and the ways across intersections."""
        return list(self.lanes.areas())

    def paved(self) -> list[Points]:
        """Nothing but the lanes."""
        return []

    def roles(self, viewer: Viewer) -> Roles:
        """What the lanes are to a driver."""
        return self.lanes.roles(viewer)

    def owned(self, owner: tuple[int, int], tracks: frozenset[int]) -> list[int]:
        """The lane that a sign is for, also where its line reaches round a corner."""
        return list(owner)

    def sides(self, track: int, owner: tuple[int, int] | None) -> tuple[int, int]:
        """The lanes on the solid and on the dashed side of a line."""
        return owner or (track, track)


def load_map(path: str) -> StreetMakerMap:
    """The map in a file.

    Raises:
        UserError: the file is no map, or the map cannot be drawn; says why.
    """
    file = Path(path)
    return _built(file, map_content(file))


@lru_cache(maxsize=1)
def _built(path: Path, data: bytes) -> StreetMakerMap:
    drawing = read_drawing(path, data)
    lanes: list[Lane] = []
    streets: dict[int, Street] = {}
    crossings: dict[int, Crossing] = {}
    intersections: dict[int, Intersection] = {}
    for number, item in enumerate(drawing.items):
        if isinstance(item, Street):
            streets[number] = item
            lanes += street_lanes(item, number)
        else:
            intersections[number] = item
            crossings[number] = build_crossing(item, number)
            lanes += [one for arm in crossings[number].lanes.values() for one in arm]
    corner, size = _extent(path, drawing, lanes)
    joints = find_joints(lanes)
    _refuse_gaps(path, lanes, joints)
    whole = Lanes(lanes, streets, crossings, intersections, joints.joined)
    return StreetMakerMap(drawing, whole, joints, _marks(drawing, whole), corner, size)


def _refuse_gaps(path: Path, lanes: list[Lane], joints: Joints) -> None:
    """Refuses lanes that nearly meet; those that simply end are told, and drawn."""
    if joints.almost:
        one, other, gap = joints.almost[0]
        many = "end of a lane nearly meets another", "ends of lanes nearly meet another"
        raise UserError(
            f"{path} cannot be drawn: {counted(len(joints.almost), *many)}, first "
            f"{_named(lanes, one)}, {gap:.2f} mm from {_named(lanes, other)}. Join them in "
            "StreetMaker and save the map again."
        )
    if joints.open:
        log.warning(
            "%s: %s, first %s; cars see the street end there",
            path,
            counted(
                len(joints.open), "end of a lane meets no other", "ends of lanes meet no other"
            ),
            _named(lanes, joints.open[0]),
        )


def _named(lanes: list[Lane], end: End) -> str:
    lane = lanes[end[0]]
    pose = lane.end(end[1])
    return f"item {lane.item} lane {lane.number} at {pose.x:.0f}, {-pose.y:.0f} mm"


def _extent(
    path: Path, drawing: Drawing, lanes: list[Lane]
) -> tuple[tuple[float, float], tuple[float, float]]:
    """The drawing, and what streets reach out of it."""
    points = np.concatenate([lane.curve.points for lane in lanes])
    low = np.minimum(points.min(0), (0.0, -drawing.height))
    high = np.maximum(points.max(0), (drawing.width, 0.0))
    width, height = high - low
    if width * height > LARGEST:
        raise UserError(
            f"{path} cannot be drawn: its streets reach out of the drawing, over {width:.0f} x "
            f"{height:.0f} mm. Put them back on it in StreetMaker and save it again."
        )
    return (float(low[0]), float(low[1])), (float(width), float(height))


def _marks(drawing: Drawing, lanes: Lanes) -> tuple[Mark, ...]:
    """Lines first, then what is printed over them."""
    marks: list[Mark] = []
    for number, street in lanes.streets.items():
        own = lanes.by_item[number]
        tracks = [lanes.numbers[lane] for lane in own]
        if street.ramp != "None":
            marks += ramp_lines(street, own, tracks)
        else:
            ways = [(0.0, lane.curve.length) for lane in own]
            marks += lane_lines(own, tracks, ways, ([ways[0]], [ways[-1]]))
    for crossing in lanes.crossings.values():
        marks += crossing_marks(crossing, lanes.numbers)
    for lane in lanes.lanes:
        if not lane.has_twin:
            twin = lanes.twin_of(lane) or lane
            overlays = drawing.items[lane.item].overlays[lane.number]
            marks += lane_signs(lane, overlays, (lanes.numbers[lane], lanes.numbers[twin]))
    marks.sort(key=lambda mark: mark.at is not None)
    return tuple(marks)
