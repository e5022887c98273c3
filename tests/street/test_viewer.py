"""What a lane is depends on who looks."""

from __future__ import annotations

import numpy as np
import pytest

from jetcar.street import tracks as t
from jetcar.street.kinds import LEFT, LIMIT, MINE, RIGHT, WRONG
from jetcar.street.map import draw_map
from jetcar.street.network import TURNS
from jetcar.street.viewer import Viewer, roles


@pytest.fixture(scope="module", params=range(6))
def network(request):
    return draw_map(np.random.default_rng(request.param)).network


def each_viewer(network):
    for number, road in enumerate(network.roads):
        for direction in (0, 1):
            yield Viewer(number, direction), road, *road.ends[1 - direction]


def test_turning_the_car_around_swaps_my_direction_and_the_wrong_one(network):
    tracks = t.numbering(network)
    for road in range(len(network.roads)):
        for half in (0, 1):
            there, back = tracks.of_road(road, 0, half), tracks.of_road(road, 1, half)
            for direction, mine, wrong in ((0, there, back), (1, back, there)):
                role = roles(network, Viewer(road, direction))
                assert (role[mine], role[wrong]) == (MINE, WRONG)


def test_the_turns_begin_at_the_junction(network):
    tracks = t.numbering(network)
    for viewer, _, number, arm in each_viewer(network):
        role = roles(network, viewer)
        junction = network.junctions[number]
        expected = {"L": LEFT, "S": MINE, "R": RIGHT}
        what = {"L": t.LEFT, "S": t.STRAIGHT, "R": t.RIGHT}
        for move, turn in TURNS.items():
            if (arm + turn) % 4 not in junction.arms:
                continue
            assert role[tracks.of_junction(number, what[move], arm)] == expected[move]
            road, direction = network.road_at[number, (arm + turn) % 4]
            assert role[tracks.of_road(road, direction)] == expected[move]
            # Who comes out of that street comes towards me.
            assert role[tracks.of_road(road, 1 - direction, 1)] == WRONG
        assert role[tracks.of_junction(number, t.BOX)] == WRONG
        assert role[tracks.of_junction(number, t.LIMIT, arm)] == LIMIT


def test_the_ways_of_others_across_my_junction_are_wrong(network):
    tracks = t.numbering(network)
    for viewer, _, number, arm in each_viewer(network):
        role = roles(network, viewer)
        for other in set(network.junctions[number].arms) - {arm}:
            for what in (t.STRAIGHT, t.LEFT, t.RIGHT):
                assert role[tracks.of_junction(number, what, other)] == WRONG


def test_a_car_that_has_turned_owns_the_way_it_took(network):
    tracks = t.numbering(network)
    for number, junction in enumerate(network.junctions):
        for arm in junction.arms:
            for move, what in (("L", t.LEFT), ("R", t.RIGHT)):
                leaving = (arm + TURNS[move]) % 4
                if leaving not in junction.arms:
                    continue
                road, direction = network.road_at[number, leaving]
                role = roles(network, Viewer(road, direction, (number, arm, move)))
                assert role[tracks.of_road(road, direction)] == MINE
                assert role[tracks.of_junction(number, what, arm)] == MINE
                # Nothing is a turn at a junction that is behind.
                for other in junction.arms:
                    for turn in (t.LEFT, t.RIGHT):
                        assert role[tracks.of_junction(number, turn, other)] in (WRONG, MINE)


def test_the_road_that_i_came_from_goes_on_to_be_mine(network):
    tracks = t.numbering(network)
    for viewer, road, *_ in each_viewer(network):
        number, arm = road.ends[viewer.direction]
        behind = (arm + 2) % 4
        if behind in network.junctions[number].arms:
            role = roles(network, viewer)
            assert role[tracks.of_junction(number, t.STRAIGHT, behind)] == MINE
