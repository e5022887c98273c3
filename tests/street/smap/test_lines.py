"""What is painted: where lines lie across a lane, and what an intersection has."""

from __future__ import annotations

import numpy as np
import pytest

from jetcar.street.smap.arrows import outline
from tests.street.smap.conftest import arm, intersection, street


def across(found, kind):
    """From where to where marks of a kind reach across a street to the east, from its lane 0."""
    start = found.lanes.lanes[0].end(0)
    spans = []
    for mark in found.marks:
        if mark.kind == kind:
            y = np.concatenate(mark.area)[:, 1] - start.y
            spans.append((round(float(y.min()), 3), round(float(y.max()), 3)))
    return sorted(spans)


def test_lines_lie_on_the_edges_between_lanes_and_inside_of_the_outer_ones(load):
    found = load([street("Straight", 300, 600, 0)])
    # Lane 0 reaches from -60 to 60, lane 1 from there to 180; lines are 10 wide.
    assert across(found, "shoulder") == [(-60, -50), (170, 180)]
    assert across(found, "yellow_dashed") == [(55, 65)]
    double = {"divider_line": "DoubleYellowSolid", "divider_line2": "DoubleYellowSolid"}
    found = load([street("Straight", 300, 600, 0, **double)])
    # Two lines with 5 between them: 25 in all, and the mask fills the space.
    assert across(found, "yellow_double") == [(47.5, 72.5)]
    (mark,) = [one for one in found.marks if one.kind == "yellow_double"]
    assert len(mark.paint) == 2


def test_two_lines_that_differ_are_both_painted(load):
    lines = {"divider_line": "DoubleYellowSolid", "divider_line2": "SingleWhiteSolid"}
    found = load([street("Straight", 300, 600, 0, **lines)])
    # The lane on the right has its half of the double line, 2.5 to 12.5 inside of its edge.
    assert across(found, "yellow_double") == [(47.5, 57.5)]
    assert across(found, "white_solid") == [(55, 65)]


def test_none_is_not_painted(load):
    lines = {"divider_line": "None", "divider_line2": "None"}
    found = load([street("Straight", 300, 600, 0, **lines)])
    assert {mark.kind for mark in found.marks} == {"shoulder"}


def test_a_lane_that_begins_has_no_line_towards_the_lane_beside_it(load):
    two = {"lane_count_right": 2, "lane_count_left": 0, "s_offset": 120}
    found = load([street("Lane_Split_Right", 300, 600, 0, **two)])
    # The dashed line of lane 1 starts inside of it, at -60 .. -50, and ends on the edge.
    assert across(found, "white_dashed") == [(-65, -50)]
    # Lane 0 goes over by 120, with its shoulder; the other one is the left edge of lane 1.
    assert across(found, "shoulder") == [(-180, -50)]
    assert across(found, "yellow_dashed") == [(50, 60)]


def test_a_ramp_opens_the_line_of_lane_0(load):
    ramp = {"length": 600, "ramp_radius": 300, "ramp_curve_angle": 90, "ramp_type": "ExitRamp"}
    found = load([street("Straight", 0, 600, 0, **ramp)])
    right = [
        np.concatenate(mark.area)
        for mark in found.marks
        if mark.kind == "shoulder" and np.ptp(np.concatenate(mark.area)[:, 1]) == pytest.approx(10)
    ]
    (line,) = [points for points in right if points[:, 1].mean() < -600]
    # sqrt(410^2 - 300^2) = 279.5 and sqrt(410^2 - 310^2) = 268.3.
    assert sorted(np.round(line[:, 0], 1)) == [268.3, 279.5, 600, 600]


def test_an_entrance_has_a_yield_line(load):
    ramp = {"length": 600, "ramp_radius": 300, "ramp_curve_angle": 90, "ramp_type": "Entrance"}
    found = load([street("Straight", 0, 600, 0, **ramp)])
    (mark,) = [one for one in found.marks if one.kind == "yield_line"]
    assert len(mark.paint) == int(268.3 / 1.2 / 15) + 1 == 15
    (band,) = mark.area
    assert band.min(0) == pytest.approx([600 - 268.33, -600 - 65], abs=0.1)
    assert band.max(0) == pytest.approx([600 - 268.33 + 15 * 15, -600 - 50], abs=0.1)


def marks_of(found, kind):
    return [mark for mark in found.marks if mark.kind == kind]


def test_a_stop_line_reaches_from_the_divider_to_the_rounded_edge(load):
    # Arm 0 ends at x = 600 + 100; its right edge is at y = -660, and gets round there.
    stops = arm(stop_yield="StopLineText", divider_line="DoubleYellowSolid")
    found = load([intersection([stops, *[arm()] * 3], 600, 600, 0)])
    (mark,) = marks_of(found, "stop_line")
    points = np.concatenate(mark.area)
    assert points[:, 0].min() == pytest.approx(700 - 5 - 15)
    assert points[:, 0].max() == pytest.approx(700 - 5)
    assert points[:, 1].max() == pytest.approx(-600 + 60 - 12.5)
    # 12.5 from the square the edge is 100 - sqrt(100^2 - 87.5^2) = 51.6 farther out, less its line.
    assert points[:, 1].min() == pytest.approx(-660 - 51.6 + 10, abs=0.1)
    (text,) = marks_of(found, "stop_word")
    assert text.at == pytest.approx((700 - 5 - 15 - 18.5, -600))


def test_crosswalks_move_the_line_behind_them(load):
    zebra = arm(crosswalk="ZebraStripes", stop_yield="YieldLine")
    lines = arm(crosswalk="ParallelLines")
    found = load([intersection([zebra, lines, arm(), arm()], 600, 600, 0)])
    (stripes,) = marks_of(found, "crosswalk_zebra")
    assert len(stripes.paint) == int((240 - 20) / 20)
    (field,) = stripes.area
    assert field[:, 0].min() == pytest.approx(700 - 5 - 58)
    assert field[:, 0].max() == pytest.approx(700 - 5 - 8)
    (yields,) = marks_of(found, "yield_line")
    assert np.concatenate(yields.area)[:, 0].max() == pytest.approx(700 - 5 - 66)
    (two,) = marks_of(found, "crosswalk_lines")
    assert [np.ptp(paint[:, 1]) for paint in two.paint] == pytest.approx([8, 8])
    assert {"crosswalk_lines", "crosswalk_zebra", "yield_line"} < {
        one.name for one in found.used.classes
    }
    assert "yield_text" not in {one.name for one in found.used.classes}


def test_nobody_waits_where_nobody_comes_in(load):
    out = arm(lane_count_right=0, stop_yield="StopLineText", crosswalk="ZebraStripes")
    found = load([intersection([out, *[arm()] * 3], 600, 600, 0)])
    assert {mark.kind for mark in found.marks} == {"shoulder", "yellow_dashed"}
    assert "stop_line" not in {one.name for one in found.used.classes}


def test_signs_stand_on_their_lane_and_look_along_it(load):
    right, left = ("ArrowStraightLeft", 150, 90, -90), ("ParkingSign", 100, 90, 90)
    found = load([street("Straight", 300, 600, 90, [[right], [left]])])
    (arrow,), (parking,) = marks_of(found, "arrow_LS"), marks_of(found, "parking")
    assert arrow.at == pytest.approx((300, -450))  # 150 mm up
    assert parking.at == pytest.approx((180, -500))  # on the lane to the left
    # The arrow points up, so that its highest place is the tip, half of 112.64 before its middle.
    points = np.concatenate(arrow.paint)
    tip = points[points[:, 1].argmax()]
    assert tip == pytest.approx([300, -450 + 112.63 / 2], abs=0.01)
    assert points[:, 0].min() < 300 - 30  # and it branches off to the left


@pytest.mark.parametrize(
    ("kind", "length", "left", "right"),
    [
        ("arrow_S", 76.92, 16.25, 16.25),
        ("arrow_L", 76.92, 34.21, 5.42),
        ("arrow_LR", 76.92, 34.21, 34.21),
        ("arrow_SR", 112.63, 16.25, 34.21),
    ],
)
def test_arrows_have_the_size_of_the_original(kind, length, left, right):
    points = np.concatenate(outline(kind))
    assert np.ptp(points[:, 0]) == pytest.approx(length, abs=0.01)
    assert points[:, 0].max() == pytest.approx(length / 2, abs=0.01)
    assert points[:, 1].max() == pytest.approx(left, abs=0.01)
    assert -points[:, 1].min() == pytest.approx(right, abs=0.01)


def test_a_merging_arrow_leans_towards_the_other_lane():
    (left,), (right,) = outline("merge_left"), outline("merge_right")
    assert (left * (1, -1) == right).all()
    assert left[0] == pytest.approx([35.71, 20.97])


def test_the_missing_side_of_a_junction_is_closed_from_arm_to_arm(load):
    even = load([intersection([arm()] * 3, 600, 600, 0)])
    # The square is 240 mm wide from x = 700 on; its upper edge is 180 mm above lane 0.
    tops = [np.concatenate(m.area) for m in marks_of(even, "shoulder")]
    (top,) = [p for p in tops if p[:, 0].min() == pytest.approx(695)]
    assert top.max(0) == pytest.approx([945, -420])
    assert top.min(0) == pytest.approx([695, -430])
    # The street beyond has two lanes more, so that the edge rises by 240 mm between them.
    wide = arm(lane_count_right=2, lane_count_left=2)
    found = load([intersection([arm(), arm(), wide], 600, 600, 0)])
    shoulders = [np.concatenate(m.area) for m in marks_of(found, "shoulder")]
    (rise,) = [p for p in shoulders if np.ptp(p[:, 0]) == pytest.approx(10) and p[0, 1] > -435]
    assert rise.min(0) == pytest.approx([700, -430])
    assert rise.max(0) == pytest.approx([710, -180])
