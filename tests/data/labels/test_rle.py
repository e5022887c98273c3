"""Tests of labels.rle: runs of COCO and Label Studio, by hand and there and back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from jetcar.data.labels.form import Runs
from jetcar.data.labels.rle import (
    bits_of,
    checked,
    lengths_of,
    pack_coco,
    pack_label_studio,
    unpack_coco,
    unpack_label_studio,
)

BITS = arrays(bool, st.tuples(st.integers(1, 40), st.integers(1, 40)))


def test_runs_go_down_the_columns_in_coco():
    runs = Runs(np.array([1, 2, 3]), 2, 3, by_columns=True)
    assert bits_of(runs).astype(int).tolist() == [[0, 1, 0], [1, 0, 0]]
    assert bits_of(Runs(np.array([1, 2, 3]), 2, 3)).astype(int).tolist() == [[0, 1, 1], [0, 0, 0]]


def test_a_packed_text_by_hand():
    # 6 = 00110 -> "6"; 1 -> "1"; 40 = 8 + 1 * 32: 8 with more to follow is 48 + 8 + 32 = "X", then
    # "1"; the fourth length is told as a difference: 5 - 1 = 4 -> "4"; 7 - 40 = -33 is -1 * 32 - 1:
    # 31 with more to follow is 48 + 31 + 32 = "o", then -2 in five bits is 30, 48 + 30 = "N".
    assert unpack_coco("61X14oN").tolist() == [6, 1, 40, 5, 7]
    assert pack_coco(np.array([6, 1, 40, 5, 7])) == "61X14oN"


def test_the_runs_of_label_studio_by_hand():
    # A picture of 2 x 1: RGBA of the first pixel is 0, of the second 255. Bits: 8 values, words of
    # 7 + 1 bits, widths 3, 4, 8 and 16; a run (1) of width 0 of 4 (3 = 011) zeros, then of 255.
    bits = f"{8:032b}" + "00111" + "0010" + "0011" + "0111" + "1111"
    bits += "1" + "00" + "011" + "00000000" + "1" + "00" + "011" + "11111111"
    bits += "0" * (-len(bits) % 8)
    packed = [int(bits[at : at + 8], 2) for at in range(0, len(bits), 8)]
    assert unpack_label_studio(packed, 1, 2).tolist() == [1, 1]
    assert pack_label_studio(np.array([[False, True]])) == packed


def test_values_that_label_studio_does_not_pack_are_read():
    bits = f"{4:032b}" + "00111" + "0010" + "0011" + "0111" + "1111"
    bits += "0" + "00" + "011" + f"{1:08b}{2:08b}{3:08b}{200:08b}"
    bits += "0" * (-len(bits) % 8)
    packed = [int(bits[at : at + 8], 2) for at in range(0, len(bits), 8)]
    assert unpack_label_studio(packed, 1, 1).tolist() == [0, 1]  # 200 is more than half covered


@given(BITS)
def test_there_and_back(bits):
    height, width = bits.shape
    for by_columns in (False, True):
        lengths = lengths_of(bits, by_columns)
        assert (bits_of(checked(lengths, height, width, by_columns)) == bits).all()
        assert unpack_coco(pack_coco(lengths)).tolist() == lengths.tolist()
    assert unpack_label_studio(pack_label_studio(bits), height, width).tolist() == (
        lengths_of(bits).tolist()
    )


def test_a_run_that_is_longer_than_label_studio_counts_is_told_in_parts():
    bits = np.zeros((300, 300), bool)
    bits[100:] = True
    assert unpack_label_studio(pack_label_studio(bits), 300, 300).tolist() == [30_000, 60_000]


@pytest.mark.parametrize(
    ("text", "why"), [("6X", "cut off"), ("6 1", "does not belong"), ("X" * 20, "does not belong")]
)
def test_a_damaged_text_is_told(text, why):
    with pytest.raises(ValueError, match=why):
        unpack_coco(text)


@pytest.mark.parametrize(
    ("packed", "why"),
    [
        ([], "cut off"),
        ([0, 0, 0, 8, 1], "cut off"),
        (pack_label_studio(np.ones((2, 2), bool)), "4 pixels, not 1 x 1"),
        (pack_label_studio(np.ones((1, 1), bool))[:-1], "cut off"),
    ],
)
def test_damaged_runs_of_label_studio_are_told(packed, why):
    with pytest.raises(ValueError, match=why):
        unpack_label_studio(packed, 1, 1)


def test_runs_that_are_not_those_of_the_mask_are_told():
    with pytest.raises(ValueError, match="3 pixels in all, not 2 x 2"):
        checked(np.array([1, 2]), 2, 2)
    with pytest.raises(ValueError, match="negative"):
        checked(np.array([5, -1]), 2, 2)
