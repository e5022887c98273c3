"""Sheets of a printed street: offset in picture and mask alike, and curled up in light alone."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from jetcar.street.dataset import Job, views
from jetcar.street.floor import TILE
from jetcar.street.grid import Grid
from jetcar.street.paper import SHEETS
from jetcar.street.sheets import BELOW, Curl, Sheet, Sheets, draw_sheets

GRID = Grid((0.0, 0.0), (1800.0, 1300.0), 2.0)

FLOOR = np.full((TILE, TILE, 3), 100, np.uint8)


def moved_by(down: int, right: int, *curls: Curl) -> Sheets:
    """Two sheets side by side, of 40 x 50 pixels each; the left one is moved."""
    onto = np.array([[1.0, 0, right], [0, 1, down]])
    left = Sheet((slice(0, 40), slice(0, 50)), onto, curls)
    return Sheets((left, Sheet((slice(0, 40), slice(50, 100)), np.eye(2, 3), ())), 8, 0, 255)


@pytest.mark.parametrize(("down", "right"), [(2, -3), (-1, -2), (0, 0)])
def test_an_offset_sheet_is_so_far_off_in_picture_and_mask(down, right):
    sheets = moved_by(down, right)
    ids = np.zeros((40, 100), np.uint16)
    ids[10:14, 20:26] = 7
    ids[10:14, 70:76] = 9
    pixels = cv2.merge([np.where(ids > 0, 255, 50).astype(np.uint8)] * 3)
    sheets.lay_print(pixels, FLOOR)
    sheets.lay(ids, cv2.INTER_NEAREST)
    for number, box in ((7, (10 + down, 20 + right)), (9, (10, 70))):
        rows, columns = np.nonzero(ids == number)
        assert (rows.min(), columns.min()) == box
        assert (rows.max(), columns.max()) == (box[0] + 3, box[1] + 5)
    assert ((pixels[:, :, 0] > 150) == (ids > 0)).all()


def test_a_gap_between_sheets_shows_the_floor_and_has_the_class_of_the_plan():
    sheets = moved_by(0, -4)
    ids = np.full((40, 100), 5, np.uint16)
    pixels = np.full((40, 100, 3), 220, np.uint8)
    sheets.lay_print(pixels, FLOOR)
    sheets.lay(ids, cv2.INTER_NEAREST)
    assert (pixels[5:35, 47:50] == round(100 * BELOW)).all()
    assert (pixels[5:35, 55:95] == 220).all()
    assert (ids == 5).all()


def test_the_sheet_that_is_glued_later_lies_on_top():
    sheets = moved_by(0, 4)
    ids = np.where(np.arange(100) < 50, 1, 2) * np.ones((40, 1))
    ids = ids.astype(np.uint16)
    sheets.lay(ids, cv2.INTER_NEAREST)
    assert (ids[5:35, 5:50] == 1).all()
    assert (ids[5:35, 50:] == 2).all()


@pytest.mark.parametrize("size", SHEETS)
def test_no_corner_of_a_sheet_is_farther_off_than_asked(settings_of, size):
    paper = replace(settings_of().variety.paper, offset=[5, 5])
    farthest = 0.0
    for seed in range(5):
        sheets = draw_sheets(size, GRID, paper, np.random.default_rng(seed))
        for sheet in sheets.sheets:
            rows, columns = sheet.plan
            corners = np.array(
                [(x, y, 1) for x in (columns.start, columns.stop) for y in (rows.start, rows.stop)]
            )
            away = np.hypot(*(corners @ sheet.onto.T - corners[:, :2]).T) * GRID.mm
            farthest = max(farthest, away.max())
            assert away.max() <= 5
            assert away.max() / GRID.mm <= sheets.reach
    assert farthest > 3


def test_turned_sheets_move_picture_and_mask_alike(settings_of):
    paper = replace(settings_of().variety.paper, offset=[6, 6], curl=[0, 0])
    for seed in range(3):
        drawn = draw_sheets(SHEETS[0], GRID, paper, np.random.default_rng(seed))
        sheets = replace(drawn, margin=0)
        row, column = np.mgrid[: GRID.shape[0], : GRID.shape[1]]
        plan = (row // 20 + column // 20) % 2
        ids, pixels = plan.astype(np.uint16), cv2.merge([(255 * plan).astype(np.uint8)] * 3)
        sheets.lay(ids, cv2.INTER_NEAREST)
        sheets.lay_print(pixels, np.zeros_like(FLOOR))
        assert ((pixels[:, :, 0] > 127) != (ids > 0)).mean() < 0.01
        assert (ids != plan).mean() > 0.02


def test_sheets_cover_the_whole_map_once(settings_of):
    for seed in range(4):
        paper = settings_of().variety.paper
        sheets = draw_sheets(SHEETS[1], GRID, paper, np.random.default_rng(seed))
        covered = np.zeros(GRID.shape, int)
        for sheet in sheets.sheets:
            covered[sheet.plan] += 1
        assert (covered == 1).all()


def test_an_edge_that_curls_up_is_brighter_and_throws_a_shadow_that_fades():
    right = Curl(0, 0.5, 20.0, 0.4, 15.0, 3)
    sheets = moved_by(0, 0, right)
    pixels = np.full((40, 100, 3), 120, np.uint8)
    sheets.lay_print(pixels, FLOOR)
    row = pixels[20, :, 0].astype(int)
    assert row[49] == 180  # 120 * 1.5, at the edge
    assert row[50] == 72  # 120 * 0.6, beside it
    assert (np.diff(row[25:50]) >= 0).all()
    assert (np.diff(row[50:70]) >= 0).all()
    assert row[20] == row[75] == 120


@pytest.mark.parametrize("side", range(4))
def test_each_edge_of_a_sheet_can_curl_up(side):
    plan = Sheet((slice(30, 70), slice(30, 90)), np.eye(2, 3), (Curl(side, -0.5, 6, 0, 6, 3),))
    pixels = np.full((100, 120, 3), 200, np.uint8)
    Sheets((plan,), 2, 0, 255).lay_print(pixels, np.full_like(FLOOR, 255))
    inner = pixels[30:70, 30:90, 0]
    edges = [inner[:, -1], inner[-1], inner[:, 0], inner[0]]
    middles = [float(edge[10:-10].mean()) for edge in edges]
    assert int(np.argmin(middles)) == side
    assert middles[side] == pytest.approx(100, abs=1)
    assert inner[20, 30] == 200


def test_paper_is_for_printed_streets_alone(settings_of):
    for made in (0, 1):
        variety = {"share": 1, "paper": {"share": 1}, "ground": {"share": made}}
        scene, _, _ = next(views(Job("Train", 0, 1), settings_of(size=64, variety=variety)))
        assert (scene.ground.sheets is None) == bool(made)
