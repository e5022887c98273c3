"""What each lane of a map is to a driver."""

from __future__ import annotations

import numpy as np
import pytest

from jetcar.street.camera import Mount
from jetcar.street.curves import Pose
from jetcar.street.kinds import CENTER, LEFT, LIMIT, MINE, RIGHT, WRONG
from jetcar.street.poses import View
from jetcar.street.render import Scene
from jetcar.street.smap import roles as r
from jetcar.street.viewer import Viewer
from tests.street.smap.conftest import arm, intersection, oval, street

MOUNT = Mount(110, 47)

ARM = {"stop_yield": "StopLineText"}

STOPS = (arm(**ARM),) * 4


def crossroads(arms=STOPS, **changes):
    """Streets of 300 mm from the west, the south, the east and the north, and their crossing.

    Lanes 0 and 1 are those of the street in the west, 2 and 3 of that in the south and so on; the
    even ones lead to the crossing. Its own are 8 and 9 in the west, 10 and 11 in the south ...
    """
    starts = [(300, 600, 0), (880, 1060, 90), (1340, 480, 180), (760, 20, -90)][: len(arms)]
    streets = [street("Straight", *start, **changes) for start in starts]
    return [*streets, intersection(arms, 600, 600, 0)]


def those(found, role):
    return np.flatnonzero(found[:16] == role).tolist()


def test_my_direction_is_mine_all_round_and_the_other_one_is_wrong(load):
    found = load(oval())
    for direction, mine in ((0, [0, 2, 4, 6]), (1, [1, 3, 5, 7])):
        role = found.roles(Viewer(direction, direction))
        assert np.flatnonzero(role[:8] == MINE).tolist() == mine
        assert np.flatnonzero(role[:8] == WRONG).tolist() == [i for i in range(8) if i not in mine]


def test_a_crossing_leads_straight_on_to_the_left_and_to_the_right(load):
    found = load(crossroads())
    role = found.roles(Viewer(0, 0))  # from the west
    assert those(role, MINE) == [0, 5, 8, 13]  # on to the east
    assert those(role, LEFT) == [7, 15]  # to the north
    assert those(role, RIGHT) == [3, 11]  # to the south
    for what, expected in ((r.STRAIGHT, MINE), (r.TO_LEFT, LEFT), (r.TO_RIGHT, RIGHT)):
        assert role[found.lanes.of_crossing(4, what, 0)] == expected
        for other in (1, 2, 3):
            assert role[found.lanes.of_crossing(4, what, other)] == WRONG
    assert role[found.lanes.of_crossing(4, r.BOX)] == WRONG
    # The corner in the south-west is on the way to the right, that in the north-east straight on.
    corners = [role[found.lanes.of_crossing(4, r.CORNER, i)] for i in range(4)]
    assert corners == [RIGHT, MINE, LEFT, WRONG]


def test_a_car_that_has_left_a_crossing_owns_its_way_and_has_no_turns_there(load):
    found = load(crossroads())
    role = found.roles(Viewer(13, 1))  # on the crossing's arm in the east, to the east
    assert those(role, MINE) == [5, 13]
    assert role[found.lanes.of_crossing(4, r.STRAIGHT, 0)] == MINE
    assert not np.isin(role, (LEFT, RIGHT)).any()


def test_a_t_is_a_crossing_that_lacks_an_arm(load):
    # Arm 0 goes through from the west to the east: 100 + 240 + 100 mm. Arm 1 is in the south.
    through, side = arm(), arm(**ARM)
    items = crossroads((through, side))
    items.insert(2, street("Straight", 1340, 480, 180))
    found = load(items)
    numbers = {lane: i for i, lane in enumerate(found.lanes.lanes)}
    twins = [numbers[lane] for lane in found.lanes.lanes if lane.has_twin]
    assert twins == [10, 11]  # after two lanes of arm 0 and two of arm 1: here 6, 7, 8, 9
    west = found.roles(Viewer(0, 0))
    assert those(west, MINE) == [0, 5, 6, 11]
    assert those(west, RIGHT) == [3, 9]
    east = found.roles(Viewer(4, 0))
    assert those(east, MINE) == [1, 4, 7, 10]
    assert those(east, LEFT) == [3, 9]
    south = found.roles(Viewer(2, 0))
    assert those(south, MINE) == [2, 8]
    assert those(south, LEFT) == [1, 7]
    assert those(south, RIGHT) == [5, 11]


def test_an_exit_is_a_turn_to_the_right_and_an_entrance_is_wrong(load):
    ramp = {"length": 600, "ramp_radius": 300, "ramp_curve_angle": 90}
    exit_ = load([street("Straight", 300, 300, 0, ramp_type="ExitRamp", **ramp)])
    assert exit_.roles(Viewer(0, 0))[:3].tolist() == [MINE, WRONG, RIGHT]
    assert exit_.roles(Viewer(1, 1))[:3].tolist() == [WRONG, MINE, WRONG]
    assert exit_.roles(Viewer(2, 0))[:3].tolist() == [WRONG, WRONG, MINE]
    items = oval(street("Straight", 600, 400, 0, ramp_type="Entrance", **ramp))
    entrance = load(items)
    assert entrance.roles(Viewer(0, 0))[:3].tolist() == [MINE, WRONG, WRONG]
    # From the ramp: what follows it is mine; here it leads round to the very street that it joins.
    assert entrance.roles(Viewer(2, 0))[3:9].tolist() == [MINE, WRONG] * 3


def test_lines_between_two_lanes_go_on_across_a_crossing(load):
    wide = {"lane_count_right": 2}
    arms = [arm(**wide), arm(), arm(lane_count_left=2), arm()]
    found = load([intersection(arms, 600, 600, 0)])
    role = found.roles(Viewer(0, 0))
    assert role[found.lanes.of_crossing(0, r.BETWEEN, 0)] == LIMIT
    areas = [p for t, p in found.areas() if t == found.lanes.of_crossing(0, r.BETWEEN, 0)]
    # The line lies between lanes 0 and 1, 60 mm to the left of y = 600, across 240 mm.
    assert len(areas) == 1
    assert areas[0].min(0) == pytest.approx([700, -545])
    assert areas[0].max(0) == pytest.approx([940, -535])


def test_a_lane_for_both_directions_is_a_class_of_its_own(load, settings_of):
    found = load(oval(lane_count_center=1))
    role = found.roles(Viewer(0, 0))
    assert role[:3].tolist() == [MINE, CENTER, WRONG]
    names = [one.name for one in found.used.classes]
    assert "lane_center" in names
    scene = Scene(settings_of(size=96, classes="streetmaker"), found, np.random.default_rng(0))
    mask = scene.mask(View(Viewer(0, 0), Pose(700, -400, 0), MOUNT, 0))
    assert (mask == names.index("lane_center")).any()
    # The other tool has no such class: it is the wrong way there.
    scene = Scene(settings_of(size=96), found, np.random.default_rng(0))
    other = scene.mask(View(Viewer(0, 0), Pose(700, -400, 0), MOUNT, 0))
    assert (other[mask == names.index("lane_center")] == 6).all()  # lane_wrong_dir


def test_a_double_line_is_named_from_my_side(load, settings_of):
    mixed = {"divider_line": "DoubleYellowSolidDashed", "divider_line2": "DoubleYellowSolidDashed"}
    found = load(oval(**mixed))
    scene = Scene(settings_of(size=96, classes="streetmaker"), found, np.random.default_rng(0))
    names = [one.name for one in found.used.classes]
    seen = {}
    for direction, pose in ((0, Pose(700, -400, 0)), (1, Pose(1100, -280, np.pi))):
        mask = scene.mask(View(Viewer(direction, direction), pose, MOUNT, 0))
        lines = {names[code] for code in np.unique(mask)}
        seen[direction] = [name for name in sorted(lines) if "yellow" in name]
    # Its solid half is on the side of the lanes that lead along the street.
    assert seen == {0: ["yellow_solid_dashed_line"], 1: ["yellow_dashed_solid_line"]}


@pytest.mark.parametrize(("lane", "seen"), [(0, True), (5, False), (1, False)])
def test_stop_signs_are_for_those_who_come_to_them(load, settings_of, lane, seen):
    arms = (arm(**ARM), *(arm(),) * 3)  # only those from the west stop
    found = load(crossroads(arms))
    scene = Scene(settings_of(size=96, classes="streetmaker"), found, np.random.default_rng(0))
    codes = scene.legend.codes(Viewer(lane, lane % 2), 500, -600, 700)
    names = [one.name for one in found.used.classes]
    shown = {names[code] for code in codes[np.unique(scene.regions.ids)]}
    assert ({"stop_line", "stop_text"} <= shown) == seen
    assert ({"stop_line", "stop_text"} & shown == set()) != seen


def test_a_line_that_is_not_painted_limits_a_lane_in_the_mask_alone(load, settings_of):
    hidden = {"divider_line": "Transparent", "divider_line2": "Transparent"}
    found = load(oval(**hidden))
    names = [one.name for one in found.used.classes]
    assert "lane_limit_line" in names
    assert not any(mark.kind.startswith("yellow") for mark in found.marks)
    scene = Scene(settings_of(size=96, classes="streetmaker"), found, np.random.default_rng(0))
    mask = scene.mask(View(Viewer(0, 0), Pose(700, -400, 0), MOUNT, 0))
    assert (mask == names.index("lane_limit_line")).any()
