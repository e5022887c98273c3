"""Lines of tape: strips with ends, in the picture and, but for small gaps, in the mask."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np
import pytest

from jetcar.street.curves import Curve, Line, Pose
from jetcar.street.dataset import Job, pictures
from jetcar.street.grid import Grid
from jetcar.street.kinds import LINES
from jetcar.street.map import draw_map
from jetcar.street.marks import LINE, Mark, line
from jetcar.street.regions import draw_regions
from jetcar.street.tape import REACH, SLIP, taped

CENTRE = Curve(Pose(0, 0, 0), [Line(4000)])
"""Of the straight road."""


@pytest.fixture
def tape_of(settings_of):
    """A map of tape: ``tape_of(street_map, seed, pieces=[200, 400])``."""

    def tape(street_map, seed=0, pieces=(200, 400)):
        lines = replace(settings_of().variety.lines, pieces=list(pieces))
        return taped(street_map, lines, np.random.default_rng(seed))

    return tape


def rasters(street_map, kinds, mm=1.0):
    """Where the paint of some kinds is, and what has their class: two pictures of the same size."""
    grid = Grid(street_map.corner, street_map.size, mm)
    marks = tuple(mark for mark in street_map.marks if mark.kind in kinds)
    paint = np.zeros(grid.shape, np.uint8)
    for outline in grid.outlines([polygon for mark in marks for polygon in mark.paint]):
        cv2.fillPoly(paint, [outline], (1,), cv2.LINE_8, 4)
    regions = draw_regions(street_map.with_marks(marks), grid, [])
    return paint > 0, regions.ids > 0


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_small_gaps_between_strips_are_in_the_picture_and_not_in_the_mask(
    straight_map, tape_of, seed
):
    paint, area = rasters(tape_of(straight_map(), seed, (80, 160)), ["shoulder"])
    upper = slice(0, paint.shape[0] // 2)  # one of the two lines at the edges
    way = slice(410, 4390)  # of the road, whose ends may be 10 mm off
    assert paint[upper, way].sum(0).min() < LINE / 2
    assert area[upper, way].sum(0).min() >= LINE - 2


@pytest.mark.parametrize("kind", ["white_solid", "yellow_double"])
def test_mask_and_picture_show_the_same_strips(straight_map, tape_of, kind):
    street_map = straight_map(line(kind, CENTRE, (0, 4000), 0.0, 40))
    paint, area = rasters(tape_of(street_map), [kind])
    assert (paint & ~area).sum() < 0.02 * paint.sum()
    filled = cv2.morphologyEx(paint.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((13, 13))) > 0
    assert (area & ~filled).sum() < 0.02 * area.sum()


def test_strips_are_as_long_as_asked_and_hardly_beside_their_line(straight_map, tape_of):
    lengths = []
    for mark in tape_of(straight_map(), pieces=(200, 400)).marks:
        for polygon in mark.paint:
            assert np.abs(np.abs(polygon[:, 1]) - 115).max() < LINE / 2 + SLIP + 0.5
            lengths.append(np.ptp(polygon[:, 0]))
    # Jags, a slanted end and a short rest add a little.
    assert max(lengths) < 400 + 2 * REACH[1] + 15 + 10
    assert np.median(lengths) == pytest.approx(300, abs=60)
    assert len(lengths) == pytest.approx(2 * 4000 / 300, abs=8)


def test_strips_overlap_more_often_than_they_leave_a_gap(straight_map, tape_of):
    gaps = []
    for mark in tape_of(straight_map(), pieces=(60, 100)).marks:
        ends = sorted((polygon[:, 0].min(), polygon[:, 0].max()) for polygon in mark.paint)
        gaps += [after[0] - before[1] for before, after in pairwise(ends)]
    assert len(gaps) > 60
    assert 0.05 < np.mean(np.array(gaps) > 0) < 0.5


def test_short_straight_strips_follow_a_bend_within_a_few_millimetres(tape_of):
    street_map = draw_map(np.random.default_rng(0))
    solid = [kind for kind in LINES if "dashed" not in kind]
    _, plan = rasters(street_map, solid, mm=2)
    _, tape = rasters(tape_of(street_map, pieces=(100, 900)), solid, mm=2)
    # Neither is farther from the other than it bows, slips and reaches: 8 mm.
    near = cv2.dilate(plan.astype(np.uint8), np.ones((9, 9))) > 0
    assert (tape & ~near).sum() < 0.002 * tape.sum()
    near = cv2.dilate(tape.astype(np.uint8), np.ones((9, 9))) > 0
    assert (plan & ~near).sum() < 0.002 * plan.sum()
    assert tape.sum() == pytest.approx(plan.sum(), rel=0.05)


def test_dashes_are_strips_and_the_area_of_a_dashed_line_stays(straight_map, tape_of):
    dashed = line("white_dashed", CENTRE, (0, 4000), 0.0, 40)
    after = next(m for m in tape_of(straight_map(dashed)).marks if m.kind == "white_dashed")
    assert len(after.paint) == len(dashed.paint)
    assert after.area is dashed.area
    for strip, dash in zip(after.paint, dashed.paint, strict=True):
        assert np.abs(strip.mean(0) - dash.mean(0)).max() < 6
        assert np.ptp(strip[:, 0]) == pytest.approx(40, abs=14)


def test_what_is_no_line_along_the_street_is_not_of_tape(tape_of):
    street_map = draw_map(np.random.default_rng(1))
    after = tape_of(street_map)
    assert [mark.kind for mark in after.marks] == [mark.kind for mark in street_map.marks]
    kept = [a is b for a, b in zip(after.marks, street_map.marks, strict=True)]
    assert kept == [mark.kind not in LINES for mark in street_map.marks]


def test_a_line_that_is_no_band_stays(straight_map, tape_of):
    tip = np.array([(100.0, 0), (300, 0), (300, 12), (200, 12), (150, 8)])
    mark = Mark("shoulder", (tip,), (tip,))
    assert tape_of(straight_map(mark)).marks[-1] is mark


def test_the_same_seed_lays_the_same_tape_and_another_seed_another(straight_map, tape_of):
    def points(street_map):
        return np.concatenate([p for mark in street_map.marks for p in mark.paint])

    one, same, other = (points(tape_of(straight_map(), seed)) for seed in (1, 1, 2))
    assert (one == same).all()
    assert one.shape != other.shape or (one != other).any()


def test_tape_changes_pictures_and_masks_and_is_switched_off_by_its_share(settings_of):
    def taken(tape):
        lines = {"share": 1, "tape": tape, "width": [14, 14]}
        others = ("camera", "movement", "sensor", "light", "ground", "wear", "room", "paper")
        off = {group: {"share": 0} for group in others}
        settings = settings_of(size=64, variety={"share": 1, **off, "lines": lines})
        return [(image, mask) for _, image, mask in pictures(Job("Train", 0, 2), settings)]

    with_tape, again, without = taken(1), taken(1), taken(0)
    for (image, mask), (same, same_mask), (other, other_mask) in zip(
        with_tape, again, without, strict=True
    ):
        assert (image == same).all()
        assert (mask == same_mask).all()
        assert (image != other).any()
        assert (mask != other_mask).any()
        # Strips are a few mm off, so most of a mask is the same.
        assert (mask != other_mask).mean() < 0.08
