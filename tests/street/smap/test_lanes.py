"""Where lanes run: places that the original program shows, and hand-computed ones."""

from __future__ import annotations

import math

import pytest

from tests.street.smap.conftest import arm, drawn_as_said, intersection, oval, street

TWO = {"lane_count_right": 2, "lane_count_left": 2}


def ends(found, which):
    """Places of an end of every lane, with y downwards as in StreetMaker."""
    poses = [lane.end(which) for lane in found.lanes.lanes if not lane.has_twin]
    return [(pytest.approx(pose.x, abs=0.01), pytest.approx(-pose.y, abs=0.01)) for pose in poses]


def test_a_straight_starts_where_it_says_and_its_left_lanes_lie_to_its_left(load):
    found = load([street("Straight", 622.02, 332.34, 0)])
    assert ends(found, 0) == [(622.02, 332.34), (622.02, 212.34)]
    assert ends(found, 1) == [(922.02, 332.34), (922.02, 212.34)]
    down = load([street("Straight", 322.02, 512.34, -90)])
    assert ends(down, 1) == [(322.02, 812.34), (442.02, 812.34)]


def test_curves_keep_their_inner_radius(load):
    right = load([street("CurveRight", 442.02, 512.34, 90)])
    assert ends(right, 0) == [(442.02, 512.34), (322.02, 512.34)]
    assert ends(right, 1) == [(622.02, 332.34), (622.02, 212.34)]
    left = load([street("CurveLeft", 223.16, 2175.85, -90, curve_angle=45)])
    assert ends(left, 0) == [(223.16, 2175.85), (343.16, 2175.85)]
    assert ends(left, 1) == [(311.03, 2387.98), (395.88, 2303.13)]
    # The middle of lane 0 has a radius of 120 + 60, and of lane 1 of 120 more, on the outside.
    lengths = [lane.curve.length for lane in right.lanes.lanes]
    assert lengths == pytest.approx([180 * math.pi / 2, 300 * math.pi / 2])
    lengths = [lane.curve.length for lane in left.lanes.lanes]
    assert lengths == pytest.approx([300 * math.pi / 4, 180 * math.pi / 4])


def test_an_s_goes_to_the_right_by_its_offset(load):
    one = {"lane_count_left": 0, "length": 503.10, "s_offset": 68.74}
    found = load([street("S_Right", 1915.88, 2328.57, 180, **one)], width=3000, height=3000)
    assert ends(found, 1) == [(1412.78, 2259.83)]
    other = load([street("S_Left", 100, 100, 0, lane_count_left=0, s_offset=-60)])
    assert ends(other, 1) == [(400, 40)]  # to the left is up
    (lane,) = other.lanes.lanes
    middle = lane.curve.at(lane.curve.length / 2)
    assert (middle.x, -middle.y) == pytest.approx((250, 70), abs=0.5)


def test_lanes_begin_beside_another_one(load):
    split = {**TWO, "s_offset": 120}
    right = load([street("Lane_Split_Right", 1363.16, 1815.85, 0, **split)])
    assert [y for _, y in ends(right, 0)] == [1815.85, 1815.85, 1695.85, 1575.85]
    assert [y for _, y in ends(right, 1)] == [1935.85, 1815.85, 1695.85, 1575.85]
    assert [lane.hidden for lane in right.lanes.lanes] == [(True, False)] + [(False, False)] * 3
    both = load(
        [street("Lane_Split_Both", 3980.39, 455.43, -45, length=400, **split)],
        width=5000,
    )
    expected = [(4178.38, 823.13), (4263.23, 738.28), (4348.09, 653.42), (4432.94, 568.57)]
    assert ends(both, 1) == expected


def test_lanes_end_on_another_one(load):
    union = load([street("Lane_Union_Both", 0, 600, 0, **TWO, s_offset=-120)])
    # From 600, 480, 360, 240: the outer ones go 120 inwards.
    assert [y for _, y in ends(union, 0)] == [600, 480, 360, 240]
    assert [y for _, y in ends(union, 1)] == [480, 480, 360, 360]
    assert [lane.hidden[1] for lane in union.lanes.lanes] == [True, False, False, True]


def test_directions_part_round_a_middle(load):
    split = load([street("Center_Split", 0, 600, 0, lane_count_center=1)])
    # One lane each way, beside each other; the third lies on the line between them.
    assert [y for _, y in ends(split, 0)] == [600, 540, 480]
    assert [y for _, y in ends(split, 1)] == [660, 540, 420]
    union = load([street("Center_Union", 0, 600, 0, s_offset=-60)])
    assert [y for _, y in ends(union, 0)] == [600, 360]
    assert [y for _, y in ends(union, 1)] == [540, 420]


def test_ramps_leave_and_join_lane_0(load):
    ramp = {"length": 420, "ramp_radius": 300, "ramp_curve_angle": 90}
    leaving = load([street("Straight", 307.70, 1403.03, 90, ramp_type="ExitRamp", **ramp)])
    assert ends(leaving, 0)[2] == (307.70, 1403.03)
    assert ends(leaving, 1)[2] == (667.70, 1043.03)
    assert leaving.lanes.lanes[2].end(1).heading == pytest.approx(0)
    joining = load([street("Straight", 307.70, 983.03, 90, ramp_type="Entrance", **ramp)])
    assert ends(joining, 0)[2] == (667.70, 923.03)
    assert ends(joining, 1)[2] == (307.70, 563.03)
    assert joining.lanes.lanes[2].end(0).heading == pytest.approx(math.pi)


def test_the_arms_of_an_intersection_point_at_its_square(load):
    found = load([intersection([arm()] * 4, 922.02, 1092.34, 0)])
    assert ends(found, 0) == [
        *((922.02, 1092.34), (922.02, 972.34)),
        *((1202.02, 1252.34), (1082.02, 1252.34)),
        *((1362.02, 972.34), (1362.02, 1092.34)),
        *((1082.02, 812.34), (1202.02, 812.34)),
    ]
    three = load([intersection([arm()] * 3, 1362.02, 1732.34, 180)], height=2000)
    assert ends(three, 0) == [
        *((1362.02, 1732.34), (1362.02, 1852.34)),
        *((1082.02, 1572.34), (1202.02, 1572.34)),
        *((922.02, 1852.34), (922.02, 1732.34)),
    ]


def test_a_street_goes_through_a_t(load):
    found = load([intersection([arm(), arm()], 922.02, 332.34, 0)])
    assert ends(found, 0)[2:] == [(1202.02, 492.34), (1082.02, 492.34)]
    # Its other half is of our own: the far ends of the lanes that the file has, outermost first.
    twins = [lane for lane in found.lanes.lanes if lane.has_twin]
    far = [(round(lane.end(0).x, 2), round(-lane.end(0).y, 2)) for lane in twins]
    assert far == [(1362.02, 212.34), (1362.02, 332.34)]
    assert [lane.number for lane in twins] == [1, 0]


def test_lanes_that_meet_are_joined_both_ways(load):
    found = load(oval())
    joined = found.joints.joined
    assert len(joined) == 4 * 2 * 2  # four pieces, two lanes, two ends
    assert joined[0, 1] == (2, 0)  # lane 0 leads on into lane 0
    assert joined[2, 0] == (0, 1)
    assert found.joints.open == found.joints.almost == []
    assert found.joints.gap < 1e-6


def test_lanes_of_opposite_directions_do_not_join(load):
    # The second street begins where the first one ends, but looks back: its lane 0 is on the other
    # side, and there it comes towards lane 1 of the first.
    found = load(
        [street("Straight", 300, 600, 0), street("Straight", 600, 600, 0, lane_count_left=0)]
    )
    assert found.joints.joined == {(0, 1): (2, 0), (2, 0): (0, 1)}
    back = {"lane_count_right": 0, "lane_count_left": 1}
    wrong = load([street("Straight", 300, 600, 0), street("Straight", 600, 600, 0, **back)])
    assert wrong.joints.joined == {}


def test_a_street_that_simply_ends_is_told_and_drawn(load, caplog):
    found = load([street("Straight", 300, 600, 0)])
    assert len(found.joints.open) == 4
    assert "4 ends of lanes meet no other, first item 0 lane 0 at 300, 600 mm" in caplog.text


def test_what_is_drawn_lies_within_2_mm_of_the_joints(load):
    assert drawn_as_said(load(oval()), 2) == []
    # Turned by 30 degrees: a split of 300 mm, and a straight of two lanes where it ends.
    x, y = 300 + 300 * math.cos(math.pi / 6), 700 - 300 * math.sin(math.pi / 6)
    right = 120 * math.sin(math.pi / 6), 120 * math.cos(math.pi / 6)  # where lane 0 has gone to
    two = {"lane_count_right": 2, "lane_count_left": 0}
    split = street("Lane_Split_Right", 300, 700, 30, **two, s_offset=120)
    found = load([split, street("Straight", x + right[0], y + right[1], 30, **two)])
    assert len(found.joints.joined) == 4
    assert drawn_as_said(found, 2) == []
    assert drawn_as_said(found, -2) != []  # it would be seen
