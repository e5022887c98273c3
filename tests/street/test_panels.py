"""Where panels are in a picture: as far, as high and as wide as the camera's geometry says."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from jetcar.street.camera import Lens, Mount, centers, picture_points, rays
from jetcar.street.panels import HIDES, Layer, Panel, layers

SIZE = 96
LENS = Lens(120, 0.05, 0.25)
MIDDLE = rays(LENS, centers(SIZE), centers(SIZE))
FULL = np.full((40, 30, 4), 255, np.uint8)


def standing(x, y, wide, high, picture=FULL, code=7):
    """A panel whose foot is at a place, and that faces the camera."""
    right = np.array([y, -x, 0]) / np.hypot(x, y)
    corner = np.array([x, y, 0]) - wide / 2 * right
    return Panel(corner, wide * right, np.array([0, 0, high]), picture, code)


def covered(panels, mount):
    """How much of each pixel is covered, 0..255."""
    found = np.zeros((SIZE, SIZE), np.uint8)
    for layer in layers(panels, MIDDLE, mount):
        part = found[layer.where]
        np.maximum(part, layer.pixels[:, :, 3], out=part)
    return found


def pixel_of(mount, x, y, z):
    """Column and row of a point in space: a point of the ground as a lower camera sees it."""
    lower = Mount(mount.height - z, mount.angle)
    across, down = picture_points(LENS, lower, np.array([x]), np.array([y]))
    return (across[0] + 1) / 2 * SIZE - 0.5, (down[0] + 1) / 2 * SIZE - 0.5


@given(
    st.floats(250, 900),
    st.floats(-0.6, 0.6),
    st.floats(60, 200),
    st.floats(60, 200),
    st.floats(60, 250),
    st.floats(30, 65),
)
def test_a_panel_is_where_the_camera_sees_its_corners(way, side, wide, high, height, angle):
    mount = Mount(height, angle)
    x, y = way * np.cos(side), way * np.sin(side)
    panel = standing(x, y, wide, high)
    ends = [panel.corner, panel.corner + panel.across]
    corners = np.array([pixel_of(mount, *end[:2], z) for end in ends for z in (0.0, high)])
    assume(np.isfinite(corners).all() and corners.min() > 3 and corners.max() < SIZE - 4)
    rows, columns = np.nonzero(covered([panel], mount) >= HIDES)
    (left, top), (right, bottom) = corners.min(0), corners.max(0)
    # The edges between the corners bend a little through the lens.
    for found, expected in (
        (columns.min(), left),
        (columns.max(), right),
        (rows.min(), top),
        (rows.max(), bottom),
    ):
        assert found == pytest.approx(expected, abs=2)


def test_what_is_behind_or_out_of_sight_is_left_out():
    mount = Mount(110, 47)
    out_of_sight = [standing(-400, 10, 100, 100), standing(300, 3000, 100, 100)]
    assert list(layers(out_of_sight, MIDDLE, mount)) == []


def test_a_turned_camera_sees_a_panel_turned():
    upright = covered([standing(400, 0, 40, 150)], Mount(110, 47))
    turned = covered([standing(400, 0, 40, 150)], Mount(110, 47, 20))
    heads = []
    for cover in (upright, turned):
        rows, columns = np.nonzero(cover >= HIDES)
        heads.append(columns[rows == rows.min()].mean() - columns[rows == rows.max()].mean())
    assert abs(heads[0]) < 1
    assert abs(heads[1]) > 2


def test_a_panel_narrower_than_a_pixel_covers_as_much_of_one():
    mount = Mount(110, 47)
    wide, narrow = (covered([standing(900, 0, w, 200)], mount).sum() for w in (20, 2))
    assert narrow == pytest.approx(wide / 10, rel=0.3)


def test_a_layer_lets_through_what_it_does_not_cover():
    pixels = np.zeros((1, 3, 4), np.uint8)
    pixels[0, 1] = (100, 50, 0, 128)  # half covered by (200, 100, 0)
    pixels[0, 2] = (9, 8, 7, 255)
    layer = Layer((slice(0, 1), slice(0, 3)), pixels, 4)
    image, mask = np.full((1, 3, 3), 80, np.uint8), np.ones((1, 3), np.uint8)
    layer.paint(image)
    layer.cover(mask)
    assert image[0, 0].tolist() == [80, 80, 80]
    assert image[0, 1].tolist() == [140, 90, 40]  # 80 * 127 / 255 = 40 of what lies behind
    assert image[0, 2].tolist() == [9, 8, 7]
    assert mask.tolist() == [[1, 4, 4]]
