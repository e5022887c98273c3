"""Tests of jetcar.data.augment: each change does what it says, and left stays left."""

import cv2
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from jetcar.classes import IGNORED
from jetcar.data import augment as module
from jetcar.data.augment import (
    ANGLE,
    BIAS,
    GAIN,
    MOVE_X,
    MOVE_Y,
    NOISE_AT,
    OUTSIDES,
    SIGMA,
    SPOT_LEVEL,
    SPOT_SIZE,
    SPOT_X,
    SPOT_Y,
    ZOOM,
    AugmentRange,
    augment_pair,
    draw,
    noise_table,
)
from jetcar.data.batch_changes import PADDING, augment_batch
from jetcar.settings import augment as settings

ALL = AugmentRange(tilt=15, zoom=(1, 1.2), brightness=0.2, contrast=0.2, noise=0.03, spot=0.25)
"""The ranges of conf/train.yaml."""

PARTS = {
    "tilt": AugmentRange(tilt=15),
    "all around": AugmentRange(tilt=180),
    "zoom": AugmentRange(zoom=(1, 1.5)),
    "smaller": AugmentRange(zoom=(0.4, 0.7), outside="edge"),
    "scale and crop": AugmentRange(tilt=10, zoom=(0.5, 2), shift=1),
    "reflected": AugmentRange(tilt=10, zoom=(0.3, 2), shift=1, outside="reflect"),
    "brightness": AugmentRange(brightness=0.5),
    "contrast": AugmentRange(contrast=0.5),
    "noise": AugmentRange(noise=0.1),
    "spot": AugmentRange(spot=1),
    "all": ALL,
    "nothing": AugmentRange(),
}


def row(**changes):
    """Parameters that change nothing, but for these."""
    p = draw(AugmentRange(), 0, 0, 1)[0]
    for name, value in changes.items():
        p[getattr(module, name)] = value
    return p


def flat(level, height=16, width=24):
    return np.full((height, width, 3), level, np.uint8), np.zeros((height, width), np.uint8)


# Parameters


def test_parameters_are_the_same_each_time():
    assert (draw(ALL, 3, 7, 20) == draw(ALL, 3, 7, 20)).all()


@pytest.mark.parametrize(("seed", "epoch"), [(4, 7), (3, 8), (7, 3)])
def test_another_seed_or_epoch_has_other_parameters(seed, epoch):
    assert (draw(ALL, 3, 7, 20)[:, ANGLE] != draw(ALL, seed, epoch, 20)[:, ANGLE]).all()


def test_a_picture_that_comes_again_in_an_epoch_has_other_parameters():
    first, again, third = (draw(ALL, 3, 7, 20, repeat) for repeat in (0, 1, 2))
    assert (first == draw(ALL, 3, 7, 20)).all()
    assert (first[:, ANGLE] != again[:, ANGLE]).all()
    assert (again[:, ANGLE] != third[:, ANGLE]).all()


@given(st.integers(0, 2**32 - 1), st.integers(0, 10**6), st.integers(1, 50), st.integers(1, 50))
def test_a_pictures_parameters_do_not_depend_on_how_many_there_are(seed, epoch, n, more):
    assert (draw(ALL, seed, epoch, n) == draw(ALL, seed, epoch, n + more)[:n]).all()


def test_pictures_have_parameters_of_their_own():
    assert len(np.unique(draw(ALL, 0, 0, 100)[:, ANGLE])) == 100


def test_parameters_keep_to_their_ranges():
    p = draw(ALL, 0, 0, 5000)
    assert p.shape == (5000, 12)
    assert p.dtype == np.float32
    for column, low, high in [
        (ANGLE, -np.deg2rad(15), np.deg2rad(15)),
        (ZOOM, 1, 1.2),
        (GAIN, 0.8, 1.2),
        (BIAS, -76.5, 76.5),  # 0.2 * 255 of the brightness and 0.2 * 127.5 of the contrast
        (SIGMA, 0, 0.03 * 255),
        (NOISE_AT, 0, 1),
        (SPOT_X, 0, 1),
        (SPOT_Y, 0, 1),
        (SPOT_SIZE, 0.05, 0.25),
        (SPOT_LEVEL, 0, 200),
        (MOVE_X, 0, 0),
        (MOVE_Y, 0, 0),
    ]:
        values, margin = p[:, column], 0.05 * (high - low)
        assert low - 1e-5 <= values.min() <= low + margin, column
        assert high - margin <= values.max() <= high + 1e-5 or column == BIAS, column


@pytest.mark.parametrize("share", [0, 0.25, 1])
def test_a_share_of_the_pictures_gets_a_spot(share):
    level = draw(AugmentRange(spot=share), 0, 0, 10_000)[:, SPOT_LEVEL]
    spots = level[level > 0]
    assert len(spots) / 10_000 == pytest.approx(share, abs=0.015)  # 3.5 standard deviations
    assert ((spots >= 60) & (spots <= 200)).all()


# What the parameters do


@pytest.mark.parametrize("name", PARTS)
def test_one_picture_and_a_batch_are_changed_alike(name):
    rng = np.random.default_rng(0)
    rows = draw(PARTS[name], 0, 0, 24)
    images = rng.integers(0, 256, (24, 48, 64, 3)).astype(np.float32)
    images = np.stack(
        [cv2.normalize(cv2.GaussianBlur(i, (0, 0), 2), None, 0, 255, 32) for i in images]
    )
    images = images.astype(np.uint8)
    masks = rng.integers(0, 22, (24, 6, 8), np.uint8).repeat(8, axis=1).repeat(8, axis=2)
    outside = PARTS[name].outside
    pairs = [augment_pair(*one, outside) for one in zip(images, masks, rows, strict=True)]
    batch, codes = augment_batch(
        torch.from_numpy(images).permute(0, 3, 1, 2),
        torch.from_numpy(masks),
        torch.from_numpy(rows),
        outside,
    )
    assert batch.dtype == codes.dtype == torch.uint8
    one_by_one = np.stack([image for image, _ in pairs]).astype(int)
    apart = np.abs(one_by_one - batch.permute(0, 2, 3, 1).numpy())
    # OpenCV 4 rounds places to 1/32 of a pixel, both across and down.
    steepest = max(np.abs(np.diff(images.astype(int), axis=axis)).max() for axis in (1, 2))
    rounding = steepest / 32 if cv2.__version__ < "5" else 0
    assert (apart > 2 + rounding).mean() <= 0.001
    assert (np.stack([mask for _, mask in pairs]) != codes.numpy()).mean() <= 0.001
    # So that equal does not mean equally untouched:
    assert (one_by_one == images).all() == (name == "nothing")


@pytest.mark.parametrize("name", ["brightness", "contrast", "noise", "spot"])
def test_light_does_not_change_the_mask(name):
    image, _ = flat(100)
    mask = np.random.default_rng(0).integers(0, 22, image.shape[:2], np.uint8)
    for parameters in draw(PARTS[name], 0, 0, 20):
        assert (augment_pair(image, mask, parameters)[1] == mask).all()


def test_what_goes_in_is_not_changed():
    image, mask = flat(100)
    image.setflags(write=False)
    mask.setflags(write=False)
    for parameters in draw(ALL, 0, 0, 20):
        augment_pair(image, mask, parameters)
    assert (image == 100).all()
    assert (mask == 0).all()


def corner_of(image):
    """Where the only bright corner of a picture is: 0 or 1 for top or bottom, left or right."""
    height, width = image.shape[:2]
    quarters = [
        [image[: height // 2, : width // 2], image[: height // 2, width // 2 :]],
        [image[height // 2 :, : width // 2], image[height // 2 :, width // 2 :]],
    ]
    light = np.array([[quarter.sum() for quarter in line] for line in quarters])
    return np.unravel_index(light.argmax(), (2, 2))


@pytest.mark.parametrize("corner", [(0, 0), (0, 1), (1, 0), (1, 1)])
def test_left_stays_left_and_top_stays_top(corner):
    image, mask = flat(0, 64, 64)
    at = tuple(slice(44, 52) if far else slice(12, 20) for far in corner)
    image[at], mask[at] = 255, 1
    for parameters in draw(AugmentRange(tilt=15, zoom=(1, 1.2)), 0, 0, 200):
        turned, codes = augment_pair(image, mask, parameters)
        assert corner_of(turned) == corner
        assert corner_of(codes == 1) == corner


def test_a_picture_turns_the_way_of_the_angle():
    image, mask = flat(0, 65, 65)
    mask[32, 52] = 1  # 20 pixels to the right of the middle
    turned = augment_pair(image, mask, row(ANGLE=np.deg2rad(90)))[1]
    assert np.argwhere(turned == 1).tolist() == [[12, 32]]  # 20 pixels above it


def test_a_zoom_makes_things_larger():
    image, mask = flat(0, 65, 65)
    mask[22:43, 22:43] = 1  # 21 pixels wide, around the middle
    zoomed = augment_pair(image, mask, row(ZOOM=3))[1]
    assert (zoomed == 1).sum() == 63**2  # 3 * 21


def test_a_zoom_below_1_makes_things_smaller_and_what_surrounds_them_counts_nowhere():
    image, mask = flat(255, 64, 96)
    small, codes = augment_pair(image, mask, row(ZOOM=0.5))
    assert (codes == 0).sum() == 32 * 48
    assert (codes[16:48, 24:72] == 0).all()
    assert (codes == IGNORED).sum() == 64 * 96 - 32 * 48
    assert (small[17:47, 25:71] == 255).all()
    assert (small[:15] == 0).all()


@pytest.mark.parametrize("zoom", [(1, 2), (0.5, 1), (0.5, 2)])
def test_a_shift_moves_no_more_than_the_zoom_leaves_room_for(zoom):
    image, mask = flat(100, 40, 60)
    p = draw(AugmentRange(zoom=zoom, shift=1), 0, 0, 300)
    for parameters in p:
        inside = (augment_pair(image, mask, parameters)[1] == 0).sum()
        share = min(1, parameters[ZOOM])  # all of a smaller picture; a larger one fills the frame
        rounding = 2 * (40 + 60)  # a pixel around it
        assert inside == pytest.approx(share**2 * 40 * 60, abs=rounding if share < 1 else 0)
    room = np.abs(p[:, ZOOM] - 1)
    assert (np.abs(p[:, MOVE_X]) <= room).all()
    assert np.abs(p[:, MOVE_X] / room).max() > 0.95
    assert (p[:, MOVE_X] != p[:, MOVE_Y]).all()


def test_half_a_shift_goes_half_as_far():
    one, half = (draw(AugmentRange(zoom=(1, 2), shift=s), 0, 0, 9) for s in (1, 0.5))
    assert half[:, MOVE_X:] == pytest.approx(one[:, MOVE_X:] / 2)


def test_a_picture_moves_to_the_right_and_down():
    image, mask = flat(0, 64, 64)
    mask[30, 30] = 1
    moved = augment_pair(image, mask, row(ANGLE=1e-9, MOVE_X=0.5, MOVE_Y=0.25))[1]
    assert np.argwhere(moved == 1).tolist() == [[38, 46]]  # 0.25 * 32 below, 0.5 * 32 right of it


@pytest.mark.parametrize(
    ("outside", "wanted"),
    # Columns of 0, 0, 10, 10, ... 70, 70; what is looked at shows those of -4, -3 and of 18, 19.
    [("black", [0, 0]), ("edge", [0, 70]), ("reflect", [10, 60])],
)
def test_beyond_the_edge_is_what_is_asked_for(outside, wanted):
    image, mask = flat(0, 16, 16)
    image[:] = (10 * (np.arange(16) // 2))[None, :, None]
    small, codes = augment_pair(image, mask, row(ZOOM=0.5), outside)
    assert [small[8, 2, 0], small[8, 13, 0]] == wanted
    assert (codes[:, :4] == IGNORED).all()
    assert (codes[:, 12:] == IGNORED).all()


def test_both_engines_know_what_settings_call_the_outside():
    assert tuple(OUTSIDES) == tuple(PADDING) == settings.OUTSIDES


@pytest.mark.parametrize("degrees", [5, -15, 45, 120])
def test_what_turns_in_from_outside_counts_nowhere(degrees):
    image, mask = flat(255, 48, 64)
    turned, codes = augment_pair(image, mask, row(ANGLE=np.deg2rad(degrees)))
    outside = codes == IGNORED
    assert set(np.unique(codes)) == {0, IGNORED}
    assert 0 < outside.mean() < 0.6
    # Half a pixel beyond the edge is outside; there half of the light is left, or less.
    assert turned[outside].max() <= 128
    assert turned[~outside].min() >= 64  # a quarter, where two edges meet
    assert outside[0, 0]
    assert not outside[24, 32]


def test_what_counts_nowhere_still_counts_nowhere():
    image, mask = flat(100, 48, 64)
    mask[:] = IGNORED
    for parameters in draw(ALL, 0, 0, 20):
        assert (augment_pair(image, mask, parameters)[1] == IGNORED).all()


@pytest.mark.parametrize(("bias", "level"), [(10, 110), (-30, 70), (200, 255), (-200, 0)])
def test_brightness_is_added(bias, level):
    assert (augment_pair(*flat(100), row(BIAS=bias))[0] == level).all()


@pytest.mark.parametrize(("before", "after"), [(127, 127), (128, 128), (150, 161), (100, 86)])
def test_contrast_turns_around_the_middle(before, after):
    # 127.5 + 1.5 * (150 - 127.5) = 161.25 and 127.5 + 1.5 * (100 - 127.5) = 86.25
    ranges = AugmentRange(contrast=0.5)
    parameters = row(GAIN=1.5, BIAS=module.MIDDLE * (1 - 1.5))
    assert (augment_pair(*flat(before), parameters)[0] == after).all()
    p = draw(ranges, 0, 0, 50)
    assert p[:, BIAS] == pytest.approx(127.5 * (1 - p[:, GAIN]), abs=1e-3)


def test_noise_has_its_standard_deviation():
    noisy = augment_pair(*flat(128, 100, 100), row(SIGMA=10))[0].astype(int)
    assert noisy.mean() == pytest.approx(128, abs=0.3)
    assert noisy.std() == pytest.approx(10, abs=0.3)


def test_pictures_have_noise_of_their_own():
    one, two = (augment_pair(*flat(128), row(SIGMA=10, NOISE_AT=at))[0] for at in (0, 0.5))
    assert (one != two).mean() > 0.9


def test_a_picture_may_be_larger_than_the_table_of_noise(monkeypatch):
    table = noise_table()[:1000]  # the picture has 16 * 24 * 3 = 1152 values
    monkeypatch.setattr(module, "noise_table", lambda: table)
    monkeypatch.setattr(module, "NOISE_VALUES", len(table))
    image, mask = flat(128)
    parameters = row(SIGMA=10, NOISE_AT=0.7)
    pair = augment_pair(image, mask, parameters)[0]
    assert (pair.reshape(-1)[:152] == pair.reshape(-1)[1000:]).all()  # it starts again
    batch, _ = augment_batch(
        torch.from_numpy(image).permute(2, 0, 1)[None],
        torch.from_numpy(mask)[None],
        torch.from_numpy(parameters)[None],
    )
    assert np.abs(batch[0].permute(1, 2, 0).numpy().astype(int) - pair).max() <= 1


def test_the_table_of_noise_is_the_same_each_time_it_is_made():
    assert (noise_table() == noise_table.__wrapped__()).all()


def test_a_spot_lights_up_its_place():
    image = augment_pair(
        *flat(0, 40, 80), row(SPOT_X=0.25, SPOT_Y=0.75, SPOT_SIZE=0.1, SPOT_LEVEL=150)
    )[0]
    assert np.unravel_index(image[..., 0].argmax(), (40, 80)) == (30, 20)  # 0.75 * 40, 0.25 * 80
    assert image[30, 20].tolist() == [150] * 3
    # One standard deviation of 0.1 * 40 = 4 pixels away: 150 * exp(-1 / 2) = 90.98
    assert image[30, 24].tolist() == image[34, 20].tolist() == [91] * 3


def test_a_spot_never_wraps_around():
    image = augment_pair(*flat(200), row(SPOT_SIZE=1, SPOT_LEVEL=200))[0]
    assert (image >= 200).all()
