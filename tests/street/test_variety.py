"""Groups of variety: what moves moves in picture and mask alike, and light moves nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest

from jetcar.settings.variety import GROUPS, Variety
from jetcar.street.bend import bending, bent
from jetcar.street.camera import Mount, above_horizon, centers, picture_points, rays, to_ground
from jetcar.street.curves import Pose
from jetcar.street.dataset import Job, pictures, views
from jetcar.street.kinds import KINDS, LINES
from jetcar.street.lines import painted_otherwise
from jetcar.street.map import draw_map
from jetcar.street.marks import LINE
from jetcar.street.motion import Motion
from jetcar.street.paper import Ground
from jetcar.street.poses import View
from jetcar.street.render import other_tables
from jetcar.street.shots import Shot, draw_shot, lens_of
from jetcar.street.variety import Dice
from jetcar.street.viewer import Viewer

PHOTOMETRIC = ("sensor", "light", "wear", "room")
"""Groups that change colours alone."""


def only(*groups: str) -> dict[str, Any]:
    """These groups at work in every map and picture, the others in none."""
    return {"share": 1.0, **{group: {"share": float(group in groups)} for group in GROUPS}}


@pytest.fixture(scope="module")
def taken(settings_of):
    """Three training pictures and masks with some groups at work; each is taken once."""
    known = {}

    def take(*groups, **changes):
        key = groups, repr(changes)
        if key not in known:
            settings = settings_of(size=96, variety=merged(only(*groups), changes))
            known[key] = [(i, m) for _, i, m in pictures(Job("Train", 1, 3), settings)]
        return known[key]

    return take


def merged(shares, changes):
    groups = {group: {**shares[group], **changes.get(group, {})} for group in GROUPS}
    return {**shares, **groups}


def is_same(some, others, which):
    return all((a[which] == b[which]).all() for a, b in zip(some, others, strict=True))


@pytest.mark.parametrize("group", PHOTOMETRIC)
def test_light_sensor_wear_and_room_change_pictures_and_no_mask(taken, group):
    assert is_same(taken(), taken(group), 1)
    assert not is_same(taken(), taken(group), 0)


@pytest.mark.parametrize("group", sorted(set(GROUPS) - set(PHOTOMETRIC)))
def test_other_groups_change_pictures_and_masks(taken, group):
    changed = taken(group, paper={"offset": [8, 8]})  # by pixels of these small pictures
    assert not is_same(taken(), changed, 0)
    assert not is_same(taken(), changed, 1)


def test_motion_blur_is_in_the_picture_and_not_in_the_mask(taken):
    blurred = taken("movement", movement={"shutter": [33, 33], "readout": [0, 0]})
    assert is_same(taken(), blurred, 1)
    assert not is_same(taken(), blurred, 0)


@pytest.mark.parametrize("group", PHOTOMETRIC)
def test_a_group_that_is_switched_off_leaves_the_geometry_of_the_others(taken, group):
    rest = tuple(name for name in GROUPS if name != group)
    assert is_same(taken(*GROUPS), taken(*rest), 1)


def test_with_all_groups_off_training_pictures_are_those_of_the_plain_street(settings_of):
    off = settings_of(size=48, variety=only())
    for split in ("Val", "Test"):  # which no group ever changes
        assert is_same(
            list(pictures(Job("Train", 3, 2), off)), list(pictures(Job(split, 3, 2), off)), 1
        )
        assert is_same(
            list(pictures(Job(split, 3, 2), off)),
            list(pictures(Job(split, 3, 2), settings_of(size=48, variety=only(*GROUPS)))),
            1,
        )


def test_some_maps_stay_as_they_are_meant_with_all_their_pictures(settings_of):
    plain = settings_of(size=48, variety={"share": 0})
    half = settings_of(size=48, variety={**only(*GROUPS), "share": 0.5})
    same = []
    for number in range(10):
        jobs = [list(pictures(Job("Train", number, 2), s)) for s in (plain, half)]
        same.append([(a[1] == b[1]).all() for a, b in zip(*jobs, strict=True)])
    assert {all(one) for one in same} == {True, False}
    assert all(any(one) == all(one) for one in same)


def test_the_same_seed_gives_the_same_picture_whoever_draws_it(settings_of):
    settings = settings_of(size=48, variety=only(*GROUPS))
    few, many = (list(pictures(Job("Train", 2, n), settings)) for n in (2, 4))
    assert is_same(few, many[:2], 1)
    assert is_same(few, many[:2], 2)
    other = settings_of(size=48, seed=1, variety=only(*GROUPS))
    assert not is_same(few, list(pictures(Job("Train", 2, 2), other)), 1)


@pytest.mark.parametrize("group", ["camera", "movement"])
def test_cameras_and_a_rolling_shutter_move_picture_and_mask_alike(settings_of, group):
    settings = settings_of(
        size=128,
        variety=merged(only(group), {"movement": {"shutter": [0, 0], "speed": [1200, 1200]}}),
        spread={"gain": 0, "offset": 0, "noise": 0, "spots": 0},
        camera={"gain": [1, 1, 1], "offset": [127, 127, 127]},
        sight={"ahead": 700, "aside": 700, "signs": 0},
    )
    for scene, view, rng in views(Job("Train", 0, 4), settings):
        street = np.where(scene.regions.ids > 0, 255, 0).astype(np.uint8)
        scene.ground = Ground.of(cv2.merge([street] * 4))
        seen = scene.image(view, rng)[:, :, 1] > 100
        anywhere = np.arange(len(scene.regions.kinds)) > 0
        scene.legend.codes = lambda *_, codes=anywhere: codes
        mask = scene.mask(view) > 0
        assert mask.any()
        # What is farther away than the sight is seen, and what lies in the mask is.
        assert (mask & ~seen).sum() < 0.03 * mask.sum()
        still = scene.mask(replace(view, shot=replace(view.shot, motion=None, lens=None))) > 0
        assert (still != mask).sum() > 20


def test_the_rolling_shutter_by_hand():
    ground = np.array([[[500.0, 100.0]], [[200.0, 0.0]]], np.float32)
    Motion(1000, 1.0, 0, 0.02).roll(ground, np.array([-1.0, 1.0]))
    # The first row is read 10 ms early: the car is 10 mm behind, and turned right by 0.01.
    assert ground[0, 0] == pytest.approx([500 - 10 + 0.01 * 100, 100 - 0.01 * 500])
    assert ground[1, 0] == pytest.approx([200 + 10, 0.01 * 200])


def test_a_turning_car_blurs_across_and_a_fast_one_along():
    image = np.zeros((96, 96, 3), np.uint8)
    image[60:68, 44:52] = 255
    lens, mount = lens_of(80, 0, 4 / 3), Mount(110, 60)
    turning = Motion(0, 3.0, 0.03, 0).blur(image, lens, mount)
    driving = Motion(1500, 0, 0.03, 0).blur(image, lens, mount)
    for blurred, long in ((turning, 1), (driving, 0)):
        lit = [np.ptp(np.flatnonzero(blurred[:, :, 0].max(axis) > 5)) for axis in (1, 0)]
        assert lit[long] > 8
        assert lit[1 - long] <= 9
    still = Motion(0, 0, 0.03, 0).blur(image, lens, mount)
    assert (still == image).all()


@pytest.mark.parametrize("fov", [60, 100, 160])
@pytest.mark.parametrize("fisheye", [0, 0.5, 1])
def test_a_lens_has_its_field_of_view_and_can_be_turned_round(fov, fisheye):
    lens = lens_of(fov, fisheye, 1.5)
    assert lens.k1 >= 0
    assert lens.k2 >= 0
    (row,) = rays(lens, np.array([-1, 0.6, 1.0]), np.zeros(1))
    assert np.rad2deg(np.arctan(row[2, 0])) == pytest.approx(fov / 2, abs=0.01)
    assert row[0, 0] == pytest.approx(-row[2, 0])
    mount = Mount(110, 60)
    u, v = rays(lens, np.array([0.4]), np.array([0.3]))[0, 0]
    ahead, left, divisor = to_ground(mount) @ (u, v, 1)
    x, y = picture_points(lens, mount, np.array([ahead / divisor]), np.array([left / divisor]))
    assert (x[0], y[0]) == pytest.approx((0.4, 0.3), abs=1e-3)


def test_a_fisheye_has_even_angles_and_a_pinhole_straight_lines():
    (row,) = rays(lens_of(120, 1, 1.5), np.array([0.6]), np.zeros(1))
    assert np.rad2deg(np.arctan(row[0, 0])) == pytest.approx(0.6 * 60, abs=1)
    pinhole = lens_of(100, 0, 1.5)
    assert (pinhole.k1, pinhole.k2) == pytest.approx((0, 0), abs=1e-6)


def test_other_cameras_keep_their_ranges_and_the_horizon_in_the_upper_half(settings_of):
    settings = settings_of(variety=only("camera"))
    for number in range(60):
        shot, mount = draw_shot(Dice(settings.variety, (0, number)), settings.spread)
        assert 60 <= mount.height <= 250
        assert 45 <= mount.angle <= 80
        assert abs(mount.roll) <= settings.spread.roll + 2
        middle = rays(shot.lens, centers(64), centers(64))
        assert len(above_horizon(middle, mount)) < 40


def test_no_mask_reaches_above_the_horizon_of_any_camera(settings_of):
    settings = settings_of(size=64, variety=only("camera"))
    for scene, view, _ in views(Job("Train", 0, 20), settings):
        mask = scene.mask(view)
        looks = other_tables(view.shot.lens, view.mount.angle, 64).middle
        down = looks.reshape(-1, 2) @ to_ground(view.mount)[2, :2] + to_ground(view.mount)[2, 2]
        assert not mask.ravel()[down <= 0].any()
        assert mask.any()
    assert other_tables.cache_info().currsize == 1  # memory does not grow with the pictures


def test_a_bend_moves_every_raster_by_the_same_few_millimetres(scene_of, settings_of):
    grid = scene_of(0, size=64).grid
    ground = settings_of().variety.ground
    bend = bending(grid, replace(ground, askew=[8, 8]), np.random.default_rng(0))
    row, column = np.mgrid[: grid.shape[0], : grid.shape[1]]
    away = np.hypot(bend[:, :, 0] - column, bend[:, :, 1] - row) * grid.mm
    assert 3 < away.max() < 8 * 2**0.5 * 1.3  # cubic curves overshoot a little
    raster = np.zeros(grid.shape, np.uint8)
    cv2.circle(raster, (grid.shape[1] // 2, grid.shape[0] // 2), 60, (255,), cv2.FILLED)
    sharp, smooth = (bent(raster, bend, flag) for flag in (cv2.INTER_NEAREST, cv2.INTER_LINEAR))
    assert ((sharp > 127) != (smooth > 127)).sum() < 0.02 * (sharp > 0).sum()
    assert (sharp != raster).any()


@pytest.mark.parametrize("width", [6.0, 20.0])
def test_lines_are_as_wide_in_the_mask_as_in_the_picture(settings_of, width, straight_map):
    lines = replace(settings_of().variety.lines, width=[width, width])
    before = straight_map()
    after = painted_otherwise(before, lines, {*KINDS}, np.random.default_rng(0))
    for mark, former in zip(after.marks, before.marks, strict=True):
        for polygons, old in ((mark.paint, former.paint), (mark.area, former.area)):
            wide = max(np.ptp(p[:, 1]) for p in polygons) - max(np.ptp(p[:, 1]) for p in old)
            assert wide == pytest.approx(width - LINE, abs=1e-6)


def test_a_line_of_another_colour_is_of_the_class_of_that_colour(settings_of):
    seen = set()
    street_map = draw_map(np.random.default_rng(0))
    for seed in range(30):
        rng = np.random.default_rng(seed)
        after = painted_otherwise(street_map, settings_of().variety.lines, {*KINDS}, rng)
        kinds = {mark.kind for mark in after.marks if mark.kind in LINES}
        assert kinds <= set(LINES)
        seen.add((any(k.startswith("yellow") for k in kinds), "shoulder" in kinds))
        assert [m for m in after.marks if m.kind not in LINES] == [
            m for m in street_map.marks if m.kind not in LINES
        ]
    assert seen == {(True, True), (True, False), (False, True)}


def test_a_view_without_variety_is_that_of_the_streets_own_camera(straight_scene):
    scene = straight_scene(size=64)
    view = View(Viewer(0, 0), Pose(800, -60, 0), Mount(110, 47), 0)
    plain = scene.image(view, np.random.default_rng(0))
    empty = replace(view, shot=Shot(dice=Dice(Variety(), (0,))))
    assert (scene.image(empty, np.random.default_rng(0)) == plain).all()
