"""Where pictures of a map are taken, and which part of a data set each place is in."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from jetcar.errors import UserError
from jetcar.street.smap.places import shared_out
from tests.street.smap.conftest import arm, intersection, oval, street


def images(train=0, val=0, test=0):
    return SimpleNamespace(train=train, val=val, test=test)


def test_every_lane_has_a_place_each_120_mm_that_looks_along_its_way(load):
    places = load([street("Straight", 300, 600, 0, length=600)]).places
    # 600 / 120 - 1 = 4 places on each of two lanes, at 75, 225, 375 and 525 mm.
    assert [(p.lane, p.step, p.direction) for p in places] == [
        *((0, step, 0) for step in range(4)),
        *((1, step, 1) for step in range(4)),
    ]
    assert [p.pose.x for p in places] == pytest.approx([375, 525, 675, 825] * 2)
    assert [p.pose.y for p in places] == pytest.approx([-600] * 4 + [-480] * 4)
    assert [p.pose.heading for p in places] == pytest.approx([0] * 4 + [3.14159] * 4, abs=1e-4)


def test_a_lane_for_both_directions_is_looked_along_both_ways(load):
    places = load([street("Straight", 300, 600, 0, lane_count_center=1)]).places
    assert [(p.lane, p.direction) for p in places] == [(0, 0), (1, 0), (1, 1), (2, 1)]


def test_view_points_stand_for_all_places_of_their_lane(load):
    points = [[("ViewPoint", 40, 90, -90), ("ArrowLeftOnly", 100, 90, -90)]]
    places = load([street("Straight", 300, 600, 0, points, length=600)]).places
    assert [p.pose.x for p in places if p.lane == 0] == pytest.approx([340])
    assert len([p for p in places if p.lane == 1]) == 4
    # On a curve of 180 mm, which is left to the right: 60 degrees on it the chord is 180 mm long
    # and 30 degrees off its start.
    curve = load([street("CurveRight", 300, 600, 0, [[("ViewPoint", 180, 60, -150)]])]).places
    x, y = 300 + 180 * 0.866025, -600 - 180 * 0.5
    assert (curve[0].pose.x, curve[0].pose.y) == pytest.approx((x, y), abs=0.1)
    assert curve[0].pose.heading == pytest.approx(-3.14159 / 3, abs=0.01)


def test_a_car_on_a_t_belongs_to_where_it_comes_from_up_to_the_far_edge(load):
    found = load([intersection([arm(), arm()], 300, 600, 0)])
    places = [p for p in found.places if p.lane == 0]
    # 100 + 240 + 100 mm: int(440 / 120) - 1 = 2 places, at 110 and 330 mm, both before 340.
    assert [p.pose.x for p in places] == pytest.approx([410, 630])
    assert [(p.viewer.road, p.viewer.direction) for p in places] == [(0, 0), (0, 0)]
    points = [
        [("ViewPoint", 345, 90, -90)],
        [("ViewPoint", 345, 90, 90), ("ViewPoint", 90, 90, 90)],
    ]
    found = load([intersection([arm(), arm()], 300, 600, 0, points)])
    twins = {lane.number: i for i, lane in enumerate(found.lanes.lanes) if lane.has_twin}
    after, *back = [p.viewer for p in found.places if p.lane < 2]
    assert (after.road, after.direction) == (twins[0], 1)
    # Lane 1 leads back: it comes in at the far end and leaves at the near one.
    assert [(v.road, v.direction) for v in back] == [(twins[1], 0), (1, 1)]


def test_the_parts_of_a_data_set_share_no_street_and_leave_out_no_lane(load):
    found = load(oval())
    parts = shared_out(found.places, images(600, 200, 100), 0)
    assert list(parts) == ["Test", "Val", "Train"]
    items = [{place.item for place in part} for part in parts.values()]
    assert all(items)
    assert sum(map(len, items)) == len(set.union(*items)) == 4
    names = [place.name(0) for part in parts.values() for place in part]
    assert sorted(names) == sorted(place.name(0) for place in found.places)
    assert len(set(names)) == len(names)
    assert shared_out(found.places, images(600, 200, 100), 0) == parts
    others = [shared_out(found.places, images(600, 200, 100), seed) for seed in range(1, 9)]
    assert any(other != parts for other in others)


def test_each_lane_is_looked_from_before_one_is_again(load):
    found = load(oval())
    (part,) = shared_out(found.places, images(train=5), 3).values()
    first = [(place.item, place.lane) for place in part[:8]]
    assert len(set(first)) == 8  # four streets of two lanes
    assert len(part) == len(found.places)


def test_a_map_of_fewer_streets_than_parts_cannot_be_shared_out(load):
    found = load([street("Straight", 300, 600, 0)])
    with pytest.raises(
        UserError, match=r"1 pieces of street, .* Train and Val\. Ask for .* of one"
    ):
        shared_out(found.places, images(5, 5), 0)
    assert list(shared_out(found.places, images(5), 0)) == ["Train"]
