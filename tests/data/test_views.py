"""What a name tells about a view, and the likeness of pictures."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from jetcar.data.views import NEAR_BITS, likeness, nearest, view_of

signed = st.integers(-99, 99)
decimals = st.floats(-9, 9).map(lambda value: f"{value:.2f}")


@given(st.from_regex(r"[A-Za-z0-9][\w .-]{0,20}", fullmatch=True), decimals, signed, decimals)
def test_every_variant_of_imagesegmenter_shows_the_view_of_its_name(name, zoom, tilt, light):
    path = f"folder/{name}_z{zoom}_t{tilt:02}_b{light}_c{light}_n00.JPG"
    assert view_of(path) == name.lower()


@given(
    st.sampled_from(["img_", "Img_", ""]),
    st.lists(st.integers(0, 999), min_size=4, max_size=4),
    signed,
)
def test_every_variant_of_streetmaker_shows_its_place_on_the_map(prefix, place, turn):
    i, l, s, d = place  # noqa: E741
    view = f"{prefix}i{i:03}_l{l:03}_s{s:03}_d{d}"
    assert view_of(f"{view}_s{turn}_a0_b0_c0_r1_n0.jpg") == view.lower()


def test_other_names_tell_no_view():
    assert view_of("317_297_d47b.jpg") is None
    assert view_of("Img_0001.jpg") is None


def scene(seed):
    cells = np.random.default_rng(seed).integers(0, 150, (20, 20, 3))
    return np.kron(cells, np.ones((8, 8, 1))).astype(np.uint8)


def test_brightness_and_size_hardly_change_the_likeness_and_another_scene_does():
    same = np.stack([likeness(scene(0)), likeness(scene(0) + np.uint8(60))])
    other = likeness(scene(1))
    best, bits = nearest(np.stack([same[1], other]), same[:1])
    assert best.tolist() == [0, 0]
    assert bits[0] < NEAR_BITS < bits[1]


def test_the_nearest_is_the_one_with_fewest_other_bits():
    theirs = np.array([[0b111, 0, 0, 0], [0b1, 0, 0, 0]], np.uint64)
    best, bits = nearest(np.zeros((1, 4), np.uint64), theirs)
    assert (best.tolist(), bits.tolist()) == ([1], [1])
