"""Tests of jetcar.data.codes: what a mask may hold, and what counts nowhere."""

import pickle
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jetcar.classes import IMAGE_SEGMENTER, ClassTable, SegmClass
from jetcar.data.codes import Codes, read_pair, refuse_other_shape
from jetcar.errors import UserError

TABLE = ClassTable(tuple(SegmClass(code, name, (0, 0, 0)) for code, name in [(0, "a"), (7, "b")]))


def mask_of(*values):
    return np.array([values], np.uint8)


@given(st.lists(st.sampled_from([*IMAGE_SEGMENTER.codes, 255]), min_size=1))
def test_codes_of_the_table_and_255_pass_unchanged(values):
    checked = Codes.of(IMAGE_SEGMENTER, []).checked(mask_of(*values), "x.png")
    assert checked.tolist() == [values]
    assert checked.dtype == np.uint8


def test_a_class_that_counts_nowhere_becomes_255():
    checked = Codes.of(TABLE, ["b"]).checked(mask_of(0, 7, 255), "x.png")
    assert checked.tolist() == [[0, 255, 255]]


def test_unknown_codes_are_told_with_file_and_share():
    with pytest.raises(UserError) as caught:
        Codes.of(TABLE, []).checked(mask_of(0, 0, 9, 3), "Mask_x.png")
    assert str(caught.value) == (
        "Mask_x.png holds the codes 3, 9 (50 % of its pixels), which the class table does not "
        "have. Name the right table with data.classes, or draw the mask again."
    )


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ([9], "the code 9 (100 % of its pixels)"),
        ([9, 0, 0], "the code 9 (33.3 % of its pixels)"),
        ([1, 2, 3, 4, 5, 6], "the codes 1, 2, 3, 4, 5 (100 % of its pixels)"),  # 7 is a class
    ],
)
def test_the_share_and_the_first_codes_are_readable(values, told):
    with pytest.raises(UserError, match=re.escape(told)):
        Codes.of(TABLE, []).checked(mask_of(*values), "x.png")


def test_at_least_one_class_must_be_left():
    with pytest.raises(UserError, match=r"names every class\. Leave at least one to be learnt\."):
        Codes.of(TABLE, ["b", "a"])


def test_an_unknown_name_is_told():
    with pytest.raises(UserError, match=r"has no class 'void'\. Its classes are: a, b\."):
        Codes.of(TABLE, ["void"])


def test_codes_can_be_pickled():
    codes = pickle.loads(pickle.dumps(Codes.of(TABLE, ["b"])))
    assert codes.checked(mask_of(0, 7), "x.png").tolist() == [[0, 255]]


def test_a_mask_is_read_resized_and_checked(draw, tmp_path):
    path = str(draw.mask(tmp_path / "Maske ä.png", mask_of(0, 7)))
    codes = Codes.of(TABLE, ["a"])
    assert codes.read_mask(path, 2, 4).tolist() == [[255, 255, 7, 7]] * 2
    draw.mask(tmp_path / "Maske ä.png", mask_of(0, 8))
    with pytest.raises(UserError, match=r"Maske ä\.png holds the code 8 .* Name the right table"):
        codes.read_mask(path, 2, 4)


def test_a_pair_is_read_at_one_size(draw, tmp_path):
    image = draw.image(tmp_path / "x.png", (1, 2, 3), size=(896, 896))
    mask = draw.mask(tmp_path / "m.png", 5, size=224)  # a recording is 4 x as large as its mask
    pixels, codes = read_pair(str(image), str(mask), 32, 64)
    assert pixels.shape == (32, 64, 3)
    assert (pixels == [1, 2, 3]).all()
    assert codes.shape == (32, 64)
    assert (codes == 5).all()


@pytest.mark.parametrize("mask", [(100, 200), (50, 100), (1000, 2000), (101, 200), (50, 101)])
def test_a_mask_of_the_same_proportions_passes(mask):
    refuse_other_shape(np.empty((100, 200, 3)), np.empty(mask), "x.jpg", "m.png")


@pytest.mark.parametrize("mask", [(200, 100), (103, 200), (50, 104), (100, 100)])
def test_a_mask_of_other_proportions_is_refused(mask):
    with pytest.raises(UserError) as caught:
        refuse_other_shape(np.empty((100, 200, 3)), np.empty(mask), "Img/x.jpg", "m.png")
    assert str(caught.value) == (
        f"m.png is {mask[1]} x {mask[0]} pixels, but its image x.jpg is 200 x 100. "
        "Draw the mask for this image again."
    )
