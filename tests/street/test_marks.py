"""What is painted: arrows for exactly the turns that a lane allows, words before their lines."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from jetcar.street.curves import Curve, Line, Pose
from jetcar.street.kinds import KINDS, TABLES, claimed, kind_codes, role_codes
from jetcar.street.map import draw_map
from jetcar.street.marks import line
from jetcar.street.shapes import arrow, merge_arrow, word

SEEDS = range(12)


@pytest.fixture(scope="module")
def maps():
    return [draw_map(np.random.default_rng(seed)) for seed in SEEDS]


def area(polygon: np.ndarray) -> float:
    x, y = polygon.T
    return abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2


def test_arrows_show_exactly_the_turns_that_their_lane_allows(maps):
    seen = set()
    for one in maps:
        for mark in one.marks:
            if not mark.kind.startswith("arrow_"):
                continue
            road = one.network.roads[mark.lane.road]
            junction, arm = road.ends[1 - mark.lane.direction]
            painted = mark.kind.removeprefix("arrow_")
            allowed = one.network.junctions[junction].turns[arm][mark.lane.number]
            assert painted == allowed
            assert set(painted) == {m for m, _ in one.network.leads_to(mark.lane._replace(place=1))}
            seen.add(painted)
    assert seen == {"S", "L", "R", "LS", "SR", "LR", "LSR"}


def test_merge_arrows_stand_on_lanes_that_end(maps):
    kinds = set()
    for one in maps:
        for mark in one.marks:
            if not mark.kind.startswith("merge_"):
                continue
            direction = mark.lane.direction
            road = one.network.roads[mark.lane.road]
            first, last = road.counts[direction][:: -1 if direction else 1]
            assert (first, last) == (2, 1)
            # The outer lane goes over to the left, the inner one to the right.
            assert mark.kind == ("merge_left" if road.tapers[direction].outer else "merge_right")
            assert mark.lane.number == (1 if mark.kind == "merge_left" else 0)
            kinds.add(mark.kind)
    assert kinds == {"merge_left", "merge_right"}


def test_every_kind_of_mark_is_painted_somewhere(maps):
    counts = Counter(mark.kind for one in maps for mark in one.marks)
    # The same painted line is solid_dashed from one side and dashed_solid from the other.
    assert set(counts) == set(KINDS) - {"yellow_dashed_solid"}


def test_every_word_stands_before_its_line(maps):
    for one in maps:
        for mark in one.marks:
            if mark.kind.endswith("_word"):
                name = mark.kind.replace("word", "line")
                lines = [m for m in one.marks if m.kind == name and m.owner == mark.owner]
                assert len(lines) == 1
                # Two lanes of 120 mm and the word's 38 mm: never farther than this.
                assert np.hypot(*np.subtract(lines[0].at, mark.at)) < 120


def test_a_dashed_line_is_a_whole_band_in_the_mask():
    street = Curve(Pose(0, 0, 0), [Line(400)])
    dashed = line("white_dashed", street, (0, 400), 0, 50)
    # Dashes of 50 mm and gaps of 50 mm, 10 mm wide: 4 x 50 x 10 of paint, in a band of 400 x 10.
    assert sum(area(polygon) for polygon in dashed.paint) == pytest.approx(2000)
    low = min(polygon[:, 0].min() for polygon in dashed.area)
    high = max(polygon[:, 0].max() for polygon in dashed.area)
    assert (low, high) == pytest.approx((0, 400))


def test_a_double_line_has_its_space_inside_its_area():
    street = Curve(Pose(0, 0, 0), [Line(200)])
    double = line("yellow_double", street, (0, 200), 0, 40)
    assert len(double.paint) == 2
    edges = sorted(edge for polygon in double.paint for edge in set(polygon[:, 1].round(6)))
    assert edges == pytest.approx([-12.5, -2.5, 2.5, 12.5])  # two of 10 mm, 5 mm between them
    assert max(abs(polygon[:, 1]).max() for polygon in double.area) == pytest.approx(12.5)


def test_signs_fit_on_a_lane():
    for moves in ("S", "L", "R", "LS", "SR", "LR", "LSR"):
        points = np.concatenate(arrow(moves))
        assert np.abs(points[:, 0]).max() <= 55
        assert np.abs(points[:, 1]).max() <= 50
    for text in ("STOP", "YIELD", "WAIT", "P"):
        strokes, box = word(text)
        assert np.abs(box[:, 1]).max() <= 50
        for polygon in strokes:
            assert (np.abs(polygon) <= box.max(0) + 1).all()


def test_left_arrows_point_to_the_left():
    assert np.concatenate(arrow("L"))[:, 1].max() > 20  # left is positive
    assert np.concatenate(arrow("R"))[:, 1].min() < -20
    assert merge_arrow(True)[1][:, 1].mean() > 0 > merge_arrow(False)[1][:, 1].mean()


def test_what_is_claimed_is_all_but_two_classes():
    for table, missing in (("imagesegmenter", "arrow_roundabout"), ("streetmaker", "lane_center")):
        names = {c.name for c in TABLES[table].classes}
        assert names - {c.name for c in claimed(table).classes} == {missing}


@pytest.mark.parametrize("table", ["road", "scene"])
def test_other_tables_know_a_road_and_lines_along_it(table):
    names = TABLES[table].names
    marks = kind_codes(table, TABLES[table])
    assert {names[code] for code in role_codes(table, TABLES[table])} == {"background", "road"}
    assert {names[code] for code in marks if code is not None} == {"line"}
    assert {c.name for c in claimed(table).classes} == {"background", "road", "line"}
