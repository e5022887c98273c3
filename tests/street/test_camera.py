"""The camera's equations, worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from jetcar.street.camera import Lens, Mount, above_horizon, centers, ground_point, rays
from jetcar.street.curves import Pose
from jetcar.street.marks import sign
from jetcar.street.poses import View
from jetcar.street.shapes import word
from jetcar.street.viewer import Viewer

LENS = Lens(fov=120, k1=0.05, k2=0.25)
MOUNT = Mount(height=110, angle=47)


def picture_point(ahead: float, left: float) -> tuple[float, float]:
    """Where a ground point is in the picture, from -1 to 1: the other way round, step by step."""
    sin, cos = math.sin(math.radians(47)), math.cos(math.radians(47))
    # From the camera the point lies ahead, left and 110 mm below. The axis looks down:
    depth = ahead * sin + 110 * cos
    right, up = -left / depth, (ahead * cos - 110 * sin) / depth
    # Without the lens: half a picture is tan(60) wide and tan(45) high, as 120 / (4 / 3) = 90.
    flat_x, flat_y = right / math.tan(math.radians(60)), -up / math.tan(math.radians(45))
    # The lens shows at (x, y) what lies at (x, y) * bend; solved by going in circles.
    x, y = flat_x, flat_y
    for _ in range(200):
        r2 = x * x + (y * math.tan(math.radians(45)) / math.tan(math.radians(60))) ** 2
        bend = 1 + 0.05 * r2 + 0.25 * r2 * r2
        x, y = flat_x / bend, flat_y / bend
    return x, y


def test_a_known_ground_point_lands_where_the_equations_say():
    x, y = picture_point(300, 120)
    assert ground_point(LENS, MOUNT, x, y) == pytest.approx((300, 120), abs=0.01)
    # 300 mm ahead lie above the axis, which meets the ground at 110 * tan(47) = 118 mm; 120 mm to
    # the left are left of the middle.
    assert -1 < x < 0
    assert -1 < y < 0


def test_the_axis_meets_the_ground_where_its_angle_says():
    # No lens bends its own middle.
    assert ground_point(LENS, MOUNT, 0, 0) == pytest.approx((110 * math.tan(math.radians(47)), 0))


@pytest.mark.parametrize(("ahead", "left"), [(300, 120), (200, -80), (600, 60), (150, 0)])
def test_a_mark_on_the_ground_is_seen_where_the_equations_say(straight_scene, ahead, left):
    here = Pose(1000 + ahead, -60 + left, 0)
    _, box = word("P", 12)  # a rectangle of about 18 x 11 mm
    mark = sign("crosswalk_lines", here, (box,))
    scene = straight_scene(mark, classes="streetmaker", sight={"signs": 5000})
    view = View(Viewer(0, 0), Pose(1000, -60, 0), MOUNT, 0)
    rows, columns = np.nonzero(scene.mask(view) == 20)  # crosswalk_lines
    x, y = picture_point(ahead, left)
    # From -1..1 to pixels of 224; the farthest box is two pixels high, so one pixel may be off.
    assert columns.mean() == pytest.approx((x + 1) * 112 - 0.5, abs=1)
    assert rows.mean() == pytest.approx((y + 1) * 112 - 0.5, abs=1)


def test_left_and_right_mirror_each_other():
    x = centers(64)
    u, v = np.moveaxis(rays(LENS, x, x), -1, 0)
    assert np.allclose(u, -u[:, ::-1])
    assert np.allclose(v, v[:, ::-1])
    for y in (-0.5, 0.0, 0.9):
        ahead, left = ground_point(LENS, MOUNT, 0.4, y)
        assert ground_point(LENS, MOUNT, -0.4, y) == pytest.approx((ahead, -left))


def test_above_the_horizon_is_no_ground():
    # The horizon is 43 degrees above the axis, at up = tan(43) = 0.9325 of the picture plane.
    assert ground_point(LENS, MOUNT, 0, -0.99) is None
    assert ground_point(LENS, MOUNT, 0, -0.5) is not None
    middle = rays(LENS, centers(224), centers(224))
    share = above_horizon(middle, MOUNT)
    assert share.min() == 0
    assert share.max() == 1
    for row, column in ((0, 112), (20, 112), (30, 2), (60, 2), (200, 100)):
        x, y = (column + 0.5) / 112 - 1, (row + 0.5) / 112 - 1
        above = row < len(share) and share[row, column] > 0.5
        assert above == (ground_point(LENS, MOUNT, x, y) is None)


def test_a_higher_camera_sees_all_of_it_farther_away():
    low = ground_point(LENS, MOUNT, 0.3, 0.2)
    high = ground_point(LENS, Mount(220, 47), 0.3, 0.2)
    assert high == pytest.approx((2 * low[0], 2 * low[1]))


def test_a_camera_rolled_clockwise_sees_the_horizon_fall_to_the_left():
    middle = rays(LENS, centers(64), centers(64))
    share = above_horizon(middle, Mount(110, 47, roll=5))
    left, right = share[:, 8].sum(), share[:, 55].sum()
    level = above_horizon(middle, MOUNT)[:, 8].sum()
    # The camera's right side is lower, so the world turns the other way in its picture.
    assert left > level > right
