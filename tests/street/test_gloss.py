"""Paint and tape mirror more than the ground, and what stands on it nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from jetcar.settings.variety import GROUPS
from jetcar.street.camera import Mount, above_horizon, centers, rays
from jetcar.street.dataset import Job, views
from jetcar.street.floor import TILE
from jetcar.street.gloss import Gloss
from jetcar.street.light import light_up
from jetcar.street.panels import Layer
from jetcar.street.room import draw_room
from jetcar.street.shots import lens_of
from jetcar.street.variety import Dice

LENS, MOUNT = lens_of(100, 0, 4 / 3), Mount(110, 70)


@pytest.fixture
def lit(settings_of):
    """A picture in the light of one seed: ``lit(image, gloss, seed)``."""
    light = replace(settings_of().variety.light, glare=[100, 100], haze=[0, 0])
    room = draw_room(np.random.default_rng(3))

    def taken(image, gloss, seed):
        rng = np.random.default_rng(seed)
        return light_up(image, gloss, light, room, LENS, MOUNT, np.full(96, 0.4), rng).astype(int)

    return taken


def seed_with(low, high):
    """A seed whose first number, which decides about glare and shadow, lies between two."""
    return next(s for s in range(99) if low < np.random.default_rng(s).random() < high)


def test_what_is_half_as_glossy_mirrors_half_as_much(lit):
    seed = seed_with(0, 0.5)
    black = np.zeros((96, 96, 3), np.uint8)
    full, half = (lit(black, np.full((96, 96), level, np.uint8), seed) for level in (255, 128))
    assert full.max() > 30
    assert np.abs(half - full * 128 / 255).max() <= 1


def test_a_shadow_takes_no_light_from_what_is_mirrored_in_it(lit):
    seed = seed_with(0.5, 0.7)  # with a shadow and glare
    grey, gloss = np.full((96, 96, 3), 100, np.uint8), np.full((96, 96), 255, np.uint8)
    shadow = lit(grey, 0 * gloss, seed)
    assert shadow.min() < 90
    mirrored = lit(0 * grey, gloss, seed)
    assert mirrored.max() > 30
    assert (lit(grey, gloss, seed) == np.minimum(shadow + mirrored, 255)).all()


def test_all_ground_is_paler_towards_the_horizon_and_what_stands_there_is_not(settings_of):
    gloss = np.full((96, 96), 40, np.uint8)  # of a dull mat
    gloss[:, 60:] = 0
    room = draw_room(np.random.default_rng(3))
    changes = []
    for haze in (0.0, 0.3):
        light = replace(settings_of().variety.light, haze=[haze, haze], glare=[0, 0])
        image, seed = np.full((96, 96, 3), 50, np.uint8), np.random.default_rng(seed_with(0, 0.5))
        heading = np.full(96, 0.4)
        changes.append(light_up(image, gloss, light, room, LENS, MOUNT, heading, seed).astype(int))
    pale = (changes[1] - changes[0])[:, :, 1]
    horizon = len(above_horizon(rays(LENS, centers(96), centers(96)), MOUNT))
    assert 0 < horizon < 60
    assert not pale[:, 60:].any()
    assert not pale[: horizon - 5].any()
    rows = pale[horizon + 4 :, 30]
    assert rows[0] > 10
    assert (np.diff(rows) <= 0).all()
    assert rows[-1] < 5


def test_nothing_is_mirrored_in_what_stands_there_but_in_a_shadow():
    pixels = np.zeros((4, 4, 4), np.uint8)
    pixels[:2, :, 3] = 255
    where = slice(2, 6), slice(2, 6)
    gloss = np.full((8, 8), 200, np.uint8)
    Layer(where, pixels, None).dull(gloss)
    assert (gloss == 200).all()
    Layer(where, pixels, 0).dull(gloss)
    assert (gloss[2:4, 2:6] == 0).all()
    assert gloss.sum() == 200 * (64 - 8)


def test_paint_is_glossier_than_paper_and_paper_glossier_than_mats(settings_of):
    variety = settings_of().variety
    variety.light.gloss = [0.8, 0.8]
    for number in range(5):
        paper, mat = (Gloss.of(Dice(variety, (number,)), (20, 20), is_paper) for is_paper in (1, 0))
        assert mat.ground == round(255 * 0.2)
        assert mat.ground < paper.ground < 255
        square = np.array([(4, 4), (10, 4), (10, 10), (4, 10)], np.int32) * 16
        mat.paint([square])
        assert mat.raster[7, 7] == 255
        assert mat.raster[15, 15] == mat.ground


def test_where_paint_is_worn_off_the_ground_is_as_dull_as_elsewhere(settings_of):
    gloss = Gloss(np.full((8, 8), 255, np.uint8), 60, 90)
    gone = np.zeros((8, 8), np.uint8)
    gone[:, :3] = 255
    gloss.bare((slice(0, 8), slice(0, 8)), gone)
    assert (gloss.raster[:, :3] == 60).all()
    assert (gloss.raster[:, 3:] == 255).all()
    gloss.lay_floor(gone)
    assert (gloss.raster[:, :3] == 90).all()


def test_dust_dulls_the_ground_as_it_hides_it():
    gloss = Gloss(np.full((TILE + 5, TILE), 200, np.uint8), 200, 200)
    through = np.full((TILE, TILE, 3), 255, np.uint8)
    through[:, 100:200] = 51
    gloss.dust(through)
    assert (gloss.raster[:, 100:200] == 40).all()
    assert (gloss.raster[:, 200:] == 200).all()


def test_a_map_knows_the_gloss_of_its_lines(settings_of):
    off = {group: {"share": 0} for group in GROUPS}
    light = {"share": 1, "gloss": [0.9, 0.9]}
    ground = {"share": 1, "mats": 0}
    variety = {"share": 1, **off, "light": light, "ground": ground}
    scene, _, _ = next(views(Job("Train", 0, 1), settings_of(size=64, variety=variety)))
    gloss = scene.ground.pixels[:, :, 3]
    kinds = np.array(scene.regions.kinds)[scene.regions.ids]
    street = scene.regions.ids > 0
    assert np.median(gloss[street & (kinds == 0)]) == pytest.approx(255 * 0.1, abs=1)
    assert np.mean(gloss[kinds > 0] > 200) > 0.3  # the rest is between dashes and letters
    variety["light"] = {"share": 1, "gloss": [0, 0]}
    scene, _, _ = next(views(Job("Train", 0, 1), settings_of(size=64, variety=variety)))
    assert (scene.ground.pixels[:, :, 3] == 255).all()
