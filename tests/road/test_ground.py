"""From a mask to cells of the ground, by the camera's equations the other way round."""

import numpy as np
import pytest

from jetcar.road.ground import (
    AHEAD,
    LEFT,
    UNSEEN,
    Geometry,
    from_above,
    near_field,
    row_of,
)
from jetcar.street.camera import Lens, Mount, centers, ground_point, picture_points

GEOMETRY = Geometry(Lens(fov=120, k1=0.05, k2=0.25), Mount(height=110, angle=47))
PLAIN = {"street": {"camera": {"height": 110, "angle": 47, "fov": 120, "k1": 0.05, "k2": 0.25}}}


@pytest.mark.parametrize("place", [(120.0, 0.0), (300.0, 120.0), (600.0, -90.0), (1000.0, 300.0)])
def test_a_place_on_the_ground_is_found_in_the_picture_and_back_again(place):
    x, y = picture_points(GEOMETRY.lens, GEOMETRY.mount, *np.array(place))
    assert ground_point(GEOMETRY.lens, GEOMETRY.mount, float(x), float(y)) == pytest.approx(
        place, abs=0.01
    )


def test_each_cell_shows_the_pixel_whose_place_on_the_ground_is_nearest():
    # Every pixel gets a code that says its place: its distance, in steps of 20 mm.
    size = 448
    codes = np.zeros((1, size, size), np.uint8)
    middle = centers(size)
    for row in range(size):
        point = ground_point(GEOMETRY.lens, GEOMETRY.mount, 0.0, float(middle[row]))
        codes[0, row] = 250 if point is None or point[0] > 2000 else max(0, point[0] // 20)
    cells = from_above(GEOMETRY, codes)[0]
    ahead = cells[:, len(LEFT) // 2]  # what lies straight ahead
    assert np.abs(ahead[5:60] * 20.0 + 10 - AHEAD[5:60]).max() <= 20


def test_what_no_pixel_sees_is_unseen():
    narrow = Geometry(Lens(fov=40, k1=0, k2=0), Mount(height=110, angle=47))
    cells = from_above(narrow, np.zeros((1, 64, 64), np.uint8))[0]
    assert cells[0, 0] == UNSEEN  # 50 mm ahead and 400 mm to the left
    assert cells[row_of(150), len(LEFT) // 2] == 0


def test_the_near_field_ends_after_half_a_metre():
    near = near_field(GEOMETRY, 224, 224)
    assert near[223, 112]
    assert not near[0, 112]  # the sky
    for mm, is_near in ((480.0, True), (520.0, False)):
        x, y = picture_points(GEOMETRY.lens, GEOMETRY.mount, np.array(mm), np.array(0.0))
        assert near[int((y + 1) * 112), int((x + 1) * 112)] == is_near


def test_the_camera_of_a_checkpoint_is_taken_only_if_it_can_be_one():
    assert Geometry.from_plain(PLAIN) == GEOMETRY
    for broken in (
        {},
        {"street": None},
        {"street": {"camera": {**PLAIN["street"]["camera"], "height": -5}}},
        {"street": {"camera": {**PLAIN["street"]["camera"], "fov": "wide"}}},
        {"street": {"camera": {**PLAIN["street"]["camera"], "angle": float("nan")}}},
    ):
        assert Geometry.from_plain(broken) is None
