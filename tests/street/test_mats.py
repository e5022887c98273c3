"""Steps between mats: a bright or dark side and a thin shadow, in the picture alone."""

from __future__ import annotations

import numpy as np
import pytest

from jetcar.settings.variety import GROUPS
from jetcar.street.dataset import Job, pictures
from jetcar.street.grid import Grid
from jetcar.street.mats import DARK, LIT, SHADOW, SIZE, Mats, draw_mats

GREY = 120


def mats(heights, shadow, columns=(0, 30, 60), rows=(0, 40)):
    """Mats with nothing in their joints, of 2 mm a pixel."""
    return Mats(rows, columns, np.array(heights, np.float32), 6.0, shadow, 1.0, 2.0)


def shaded(one):
    pixels = np.full((one.rows[-1], one.columns[-1], 3), GREY, np.uint8)
    one.shade(pixels)
    return pixels


def test_the_higher_mat_throws_a_shadow_on_the_lower_one_by_hand():
    # 4 mm higher, 2 pixels a mm: 8 pixels of shadow, the first 2 (4 mm) of them the side.
    row = shaded(mats([[4, 0]], (2.0, 0.0)))[20, :, 0]
    assert (row[:30] == GREY).all()
    assert (row[30:32] == int(int(GREY * SHADOW) * DARK)).all()
    assert (row[32:38] == int(GREY * SHADOW)).all()
    assert (row[38:] == GREY).all()


def test_a_side_that_faces_the_light_is_bright_and_throws_no_shadow():
    row = shaded(mats([[4, 0]], (-2.0, 0.0)))[20, :, 0]
    assert (row[30:32] == int(GREY * (1 + LIT))).all()
    assert (np.delete(row, [30, 31]) == GREY).all()


def test_a_step_up_is_shaded_before_the_joint():
    row = shaded(mats([[0, 4]], (-2.0, 0.0)))[20, :, 0]
    assert (row[30:] == GREY).all()
    assert (row[22:28] == int(GREY * SHADOW)).all()
    assert (row[28:30] < GREY * SHADOW).all()


def test_steps_down_the_picture_are_as_those_across_it():
    heights = np.array([[4, 0, 2], [1, 3, 0]], np.float32)
    one = mats(heights, (2.0, -1.0), (0, 30, 60, 90), (0, 40, 80))
    other = mats(heights.T, (-1.0, 2.0), one.rows, one.columns)
    across = shaded(mats(heights, (2.0, 0.0), one.columns, one.rows))
    down = shaded(mats(heights.T, (0.0, 2.0), one.rows, one.columns))
    assert (shaded(one) != GREY).any()
    assert (shaded(other) != GREY).any()
    # Where no other joint is near, one is the other turned.
    assert (across[10:30, 20:80] == down.transpose(1, 0, 2)[10:30, 20:80]).all()


@pytest.mark.parametrize("towards", [1, -1])
def test_where_mats_end_the_floor_has_their_shadow_or_shows_their_side(towards):
    bare = np.zeros((40, 60), np.uint8)
    bare[:, 30:] = 255
    pixels = np.full((40, 60, 3), GREY, np.uint8)
    pixels[:, :30] = 40
    mats([[0, 0]], (2.0 * towards, 0.0)).end(pixels, bare, np.full(3, 40.0))
    row = pixels[20, :, 0]
    assert (row[:30] == 40).all()
    if towards == 1:  # 6 mm, 2 pixels a mm
        assert row[30:42] == pytest.approx(GREY * SHADOW, abs=1)
        assert (row[42:] == GREY).all()
    else:  # a side of 6 mm is 3 pixels wide
        assert (row[30:33] == int(40 * (1 + LIT))).all()
        assert (row[33:] == GREY).all()


def test_mats_are_laid_whole_wherever_the_street_is():
    bare = np.full((80, 90), 255, np.uint8)
    bare[30:35, 28:31] = 0  # the street touches two mats of the first row
    laid = mats(np.zeros((2, 3)), (1.0, 0.0), (0, 30, 60, 90), (0, 40, 80)).whole(bare)
    assert not laid[:40, :60].any()
    assert (laid[40:] == 255).all()
    assert (laid[:40, 60:] == 255).all()


def test_mats_cover_the_whole_map_and_keep_their_sizes(settings_of):
    grid = Grid((0.0, 0.0), (5000.0, 4000.0), 2.0)
    for seed in range(10):
        one = draw_mats(grid, settings_of().variety.ground, np.random.default_rng(seed))
        for ends, size in ((one.rows, grid.shape[0]), (one.columns, grid.shape[1])):
            assert (ends[0], ends[-1]) == (0, size)
            sizes = np.diff(ends)
            assert sizes.min() > 0
            assert sizes.max() <= SIZE[1] / grid.mm + 2
        assert one.heights.shape == (len(one.rows) - 1, len(one.columns) - 1)
        assert 0 <= one.heights.min() <= one.heights.max() <= 5


def test_mats_change_pictures_and_no_mask_and_are_switched_off_by_their_share(settings_of):
    off = {group: {"share": 0} for group in GROUPS}

    def taken(share):
        ground = {"share": 1, "mats": share, "steps": [5, 5]}
        settings = settings_of(size=64, variety={"share": 1, **off, "ground": ground})
        return [(image, mask) for _, image, mask in pictures(Job("Train", 0, 3), settings)]

    some, again, none = taken(1), taken(1), taken(0)
    assert all((a[0] == b[0]).all() for a, b in zip(some, again, strict=True))
    assert all((a[1] == b[1]).all() for a, b in zip(some, none, strict=True))
    changed = [(a[0] != b[0]).any(-1).mean() for a, b in zip(some, none, strict=True)]
    assert 0 < max(changed) < 0.5
