"""Every lane leads on, in networks drawn from any seed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jetcar.street.curves import Line, Pose, s_bend, s_bend_length
from jetcar.street.network import LANE, TURNS, Lane, Network
from jetcar.street.roadworks import build

seeds = st.integers(0, 10_000)
some = settings(max_examples=25)


def drawn(seed: int) -> Network:
    return build(np.random.default_rng(seed))


def lane_end(network: Network, lane: Lane) -> Pose:
    """The middle of a lane where it begins (place 0) or ends (place 1), in its direction."""
    road = network.roads[lane.road]
    s = 0.0 if lane.place == lane.direction else road.curve.length
    inner, outer = road.lanes_at(lane.direction, s)[lane.number]
    pose = road.curve.at(s, road.sideways(lane.direction, (inner + outer) / 2))
    return Pose(pose.x, pose.y, pose.heading + lane.direction * np.pi)


@some
@given(seeds)
def test_every_lane_leads_on_to_lanes_that_exist(seed):
    network = drawn(seed)
    lanes = set(network.lanes())
    for lane in lanes:
        following = network.leads_to(lane)
        assert following
        assert {after for _, after in following} <= lanes


@some
@given(seeds)
def test_every_arm_of_a_junction_is_one_end_of_one_road(seed):
    network = drawn(seed)
    ends = sorted(end for road in network.roads for end in road.ends)
    arms = [(i, arm) for i, junction in enumerate(network.junctions) for arm in junction.arms]
    assert ends == arms
    assert all(3 <= len(junction.arms) <= 4 for junction in network.junctions)


@some
@given(seeds)
def test_a_lane_straight_on_goes_on_in_its_own_line(seed):
    network = drawn(seed)
    for lane in network.lanes():
        if lane.place == 0:
            continue
        here = lane_end(network, lane)
        for move, after in network.leads_to(lane):
            there = lane_end(network, after)
            turned = {"L": np.pi / 2, "S": 0.0, "R": -np.pi / 2}[move]
            difference = (there.heading - here.heading - turned) / (2 * np.pi)
            assert abs(difference - round(difference)) < 1e-9
            ahead, left = there.x - here.x, there.y - here.y
            cos, sin = np.cos(here.heading), np.sin(here.heading)
            ahead, left = ahead * cos + left * sin, left * cos - ahead * sin
            assert ahead > 0
            if move == "S":
                assert left == pytest.approx(0, abs=1e-6)
            else:
                assert left > 0 if move == "L" else left < 0


@some
@given(seeds)
def test_each_turn_that_the_arms_allow_is_allowed_to_a_lane(seed):
    for junction in drawn(seed).junctions:
        for arm, turns in junction.turns.items():
            assert len(turns) == junction.entering(arm)
            allowed = {m for m, turn in TURNS.items() if (arm + turn) % 4 in junction.arms}
            assert set("".join(turns)) == allowed
            # From the inner to the outer lane: nobody turns left from the right of one who goes on.
            order = ["LSR".index(move) for moves in turns for move in moves]
            assert order == sorted(order)


@some
@given(seeds)
def test_curves_leave_room_for_two_lanes_inside(seed):
    for road in drawn(seed).roads:
        sharpest = np.abs(road.curve.bend).max()
        # Two lanes of 120 mm and as much again to the centre: 360 mm.
        assert sharpest == 0 or 1 / sharpest >= 3 * LANE


@some
@given(seeds)
def test_no_road_leads_back_to_its_own_junction(seed):
    for road in drawn(seed).roads:
        assert road.ends[0][0] != road.ends[1][0]


@some
@given(seeds)
def test_lanes_are_120_mm_wide_where_roads_begin_and_end(seed):
    network = drawn(seed)
    for road in network.roads:
        for direction in (0, 1):
            for s in (0.0, road.curve.length):
                widths = [outer - inner for inner, outer in road.lanes_at(direction, s)]
                assert widths == pytest.approx([LANE] * len(widths))


@given(st.floats(60, 160), st.sampled_from([-1, 1]), st.floats(0, 1))
def test_an_s_bend_ends_aside_in_the_same_direction(aside, side, share):
    pieces = s_bend(700, side * aside, 400, share)
    from jetcar.street.curves import Curve

    end = Curve(Pose(0, 0, 0), pieces).at(1e9)
    assert (end.x, end.y, end.heading) == pytest.approx((700, side * aside, 0), abs=1e-6)


def test_an_s_bend_that_does_not_fit_is_refused():
    # Two arcs of 400 mm that move 100 mm aside take sqrt(4 * 400 * 100 - 100^2) = 387 mm.
    assert s_bend_length(100, 400) == pytest.approx(387.298, abs=0.001)
    with pytest.raises(ValueError, match="387 mm does not fit into 300 mm"):
        s_bend(300, 100, 400, 0.5)
    assert s_bend(300, 0, 400, 0.5) == [Line(300)]
