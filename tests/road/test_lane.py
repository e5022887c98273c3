"""The lane's middle by arithmetic, and as the map of the built-in street knows it."""

import math

import numpy as np
import pytest

from jetcar.classes import IMAGE_SEGMENTER
from jetcar.road.classes import RoadClasses
from jetcar.road.ground import AHEAD, LEFT, Geometry, from_above
from jetcar.road.lane import find_lanes, missing_mm
from jetcar.street.camera import Lens, Mount
from jetcar.street.curves import Pose
from jetcar.street.dataset import Job, views
from jetcar.street.poses import View
from jetcar.street.viewer import Viewer

OWN = RoadClasses.of(IMAGE_SEGMENTER).own


def strip(left, width, heading=0.0):
    """Cells of a straight lane: its middle ``left`` of the camera, turned by some degrees."""
    middle = left + np.tan(np.radians(heading)) * AHEAD[:, None]
    return (np.abs(LEFT[None] - middle) <= width / 2)[None]


@pytest.mark.parametrize(("left", "heading"), [(0, 0), (40, 0), (-55, 0), (0, 8), (20, -6)])
def test_middle_width_and_heading_of_a_drawn_lane(left, heading):
    lanes = find_lanes(strip(left, 100, heading))
    aside = math.tan(math.radians(heading))
    assert lanes.middle_at(300)[0] == pytest.approx(left + 300 * aside, abs=2.5)
    assert lanes.middle_at(600)[0] == pytest.approx(left + 600 * aside, abs=2.5)
    assert lanes.width_at(300)[0] == pytest.approx(105, abs=5)  # 21 cells of 5 mm
    assert lanes.heading(300, 600)[0] == pytest.approx(heading, abs=1)


def test_the_lane_in_front_of_the_car_is_followed_and_not_its_neighbour():
    own = strip(0, 80) | strip(130, 80)
    assert find_lanes(own).middle_at(600)[0] == pytest.approx(0, abs=2.5)


def test_without_a_lane_there_is_no_middle():
    lanes = find_lanes(np.zeros((1, len(AHEAD), len(LEFT)), bool))
    assert np.isnan(
        [lanes.middle_at(300)[0], lanes.width_at(300)[0], lanes.heading(300, 600)[0]]
    ).all()


def test_a_gap_is_missing_and_the_lane_behind_it_is_found_again():
    own, torn = strip(0, 100), strip(0, 100)
    torn[0, (AHEAD >= 400) & (AHEAD < 480)] = False
    true, predicted = find_lanes(own), find_lanes(torn)
    assert missing_mm(true, predicted, 600)[0] == 80
    assert missing_mm(true, true, 600)[0] == 0
    assert predicted.middle_at(600)[0] == pytest.approx(0, abs=2.5)


@pytest.mark.parametrize("aside", [-20.0, 0.0, 20.0])
@pytest.mark.parametrize("turn", [-8.0, 0.0, 8.0])
def test_on_a_straight_street_the_lane_is_where_the_map_has_it(straight_scene, aside, turn):
    scene = straight_scene()
    mount = Mount(height=110, angle=47)
    # The lane's middle is y = -60; between the edges of its lines, y = 0 and y = -95, it is -47.5.
    heading = math.radians(turn)
    view = View(Viewer(0, 0), Pose(1000, -47.5 + aside, heading), mount, 0)
    lanes = find_lanes(
        np.isin(from_above(Geometry(Lens(120, 0.05, 0.25), mount), scene.mask(view)[None]), OWN)
    )
    for mm in (300, 600):
        # A point of the middle line that is mm ahead of a car turned by heading.
        left = -(aside + mm * math.sin(heading)) / math.cos(heading)
        assert lanes.middle_at(mm)[0] == pytest.approx(left, abs=10)


def _left_in_map(scene, view, mm):
    """Where the map has the lane's middle, mm to the left, ``mm`` ahead of the car.

    None where a junction begins before, or the number of lanes changes: what the middle of a lane
    is there is a matter of taste.
    """
    road = scene.map.network.roads[view.viewer.road]
    direction = view.viewer.direction
    ways = np.arange(0, road.curve.length, 5.0)
    there = []
    for way in ways:
        lanes = road.lanes_at(direction, way)
        inner, outer = lanes[min(view.lane, len(lanes) - 1)]
        at = road.curve.at(way, road.sideways(direction, (inner + outer) / 2))
        x, y = at.x - view.pose.x, at.y - view.pose.y
        cos, sin = math.cos(view.pose.heading), math.sin(view.pose.heading)
        there.append((cos * x + sin * y, cos * y - sin * x))
    points = np.array(there)
    here = int(np.hypot(*points.T).argmin())
    if np.hypot(*points[here]) > 40:
        return None  # on a junction
    step = -1 if direction else 1
    ahead = range(here, len(ways) if step > 0 else -1, step)
    reached = next((i for i in ahead if points[i, 0] >= mm), None)
    beyond = None if reached is None else reached + step * 20  # 100 mm more of road
    if beyond is None or not 0 <= beyond < len(ways):
        return None
    some = ways[min(here, beyond) : max(here, beyond) + 1]
    counts = {len(road.lanes_at(direction, way)) for way in (some[0] - 60, *some, some[-1] + 60)}
    widths = road.edges(direction, some)[:, 2]
    return None if len(counts) > 1 or np.ptp(widths) > 1 else points[reached, 1]


def test_on_any_street_the_lane_is_within_10_mm_of_where_the_map_has_it(settings_of):
    settings = settings_of()
    compared, errors = 0, []
    for scene, view, _ in views(Job("Val", 1, 60), settings):
        left = None if view.viewer.turned else _left_in_map(scene, view, 300)
        if left is None:
            continue
        # Roll is not known to the score, so that this view has none.
        mount = Mount(view.mount.height, view.mount.angle)
        level = View(view.viewer, view.pose, mount, view.lane)
        geometry = Geometry(Lens(120, 0.05, 0.25), mount)
        lanes = find_lanes(np.isin(from_above(geometry, scene.mask(level)[None]), OWN))
        errors.append(abs(lanes.middle_at(300)[0] - left))
        compared += 1
    assert compared >= 10
    assert max(errors) <= 10
