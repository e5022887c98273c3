"""A rolling shutter bends the room and what stands there as it bends the ground, mask included."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from jetcar.street.camera import Mount, above_horizon, centers, rays, to_ground
from jetcar.street.motion import Motion
from jetcar.street.panels import HIDES, Panel, layers
from jetcar.street.room import compass, draw_room
from jetcar.street.shots import lens_of

SIZE = 120

LENS, MOUNT = lens_of(90, 0.2, 4 / 3), Mount(120, 68, 1.0)

MIDDLE = rays(LENS, centers(SIZE), centers(SIZE))

MOTION = Motion(3000, 3.0, 0, 0.033)


def panel(corner, across, up):
    picture = np.full((64, 64, 4), 255, np.uint8)
    return Panel(np.array(corner, float), np.array(across, float), np.array(up, float), picture, 3)


def seen(one, motion=None):
    """How much of each pixel a panel covers, 0..255."""
    cover = np.zeros((SIZE, SIZE), int)
    for layer in layers([one], MIDDLE, MOUNT, motion):
        cover[layer.where] = layer.pixels[:, :, 3]
    return cover


def test_what_lies_on_the_ground_bends_as_the_ground_does():
    flat = panel((250, 120, 0), (0, -200, 0), (250, 0, 0))
    ground = cv2.perspectiveTransform(MIDDLE, to_ground(MOUNT))
    MOTION.roll(ground, centers(SIZE))
    below = MIDDLE @ to_ground(MOUNT)[2, :2] + to_ground(MOUNT)[2, 2] > 0
    ahead, left = ground[:, :, 0], ground[:, :, 1]
    there = (ahead > 250) & (ahead < 500) & (left > -80) & (left < 120) & below
    covered = seen(flat, MOTION) >= HIDES
    assert there.sum() > 400
    assert (covered != there).sum() < 0.05 * there.sum()
    still = seen(flat) >= HIDES
    assert (still != there).sum() > 0.05 * there.sum()


@pytest.mark.parametrize("row", [24, 34, 44])
def test_each_row_sees_what_stands_there_from_where_the_camera_then_is(row):
    corner, across, up = np.array([400.0, 90, 0]), np.array([30.0, -160, 0]), np.array([0, 0, 180])
    rolled = seen(panel(corner, across, up), MOTION)[row]
    time = float(MOTION.times(centers(SIZE))[row])
    # To a camera that has gone on and turned left, it lies nearer and farther right.
    turned = MOTION.turn * time
    back = np.array([[1, turned, 0], [-turned, 1, 0], [0, 0, 1]])
    moved = back @ (corner - (MOTION.speed * time, 0, 0))
    then = seen(panel(moved, back @ across, up))[row]
    assert (rolled >= HIDES).sum() > 10
    assert ((rolled >= HIDES) != (then >= HIDES)).sum() <= 2


def test_a_shutter_that_reads_all_rows_at_once_moves_nothing():
    stands = panel((400, 90, 0), (0, -160, 0), (0, 0, 180))
    assert (seen(stands, Motion(1200, 1.5, 0.01, 0)) == seen(stands)).all()
    nearly = seen(stands, Motion(1200, 1.5, 0, 1e-9))
    assert np.abs(nearly - seen(stands)).max() <= 2


def test_what_is_behind_the_camera_stays_out_of_sight():
    behind = panel((-300, 90, 0), (0, -160, 0), (0, 0, 180))
    assert not seen(behind, MOTION).any()


def test_each_row_sees_the_room_in_the_direction_in_which_the_camera_then_looks():
    room = draw_room(np.random.default_rng(0))
    look, above = compass(MIDDLE, MOUNT.angle), above_horizon(MIDDLE, MOUNT)
    heading = 0.7 + MOTION.turn * MOTION.times(centers(SIZE))

    def painted(heading):
        image = np.zeros((SIZE, SIZE, 3), np.uint8)
        room.paint(image, above, look, heading)
        return image

    bent, rows = painted(heading), len(above)
    assert rows > 20
    for row in range(0, rows, 4):
        assert (bent[row] == painted(np.full(SIZE, heading[row]))[row]).all()
    assert (bent != painted(np.full(SIZE, 0.7))).any()
