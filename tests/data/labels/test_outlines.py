"""Tests of labels.outlines: rings that enclose what a mask covers."""

import cv2
import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from jetcar.data.labels.drawing import inside
from jetcar.data.labels.outlines import in_one_ring, outlines

BITS = arrays(bool, st.tuples(st.integers(1, 16), st.integers(1, 16)))


def drawn(parts, shape):
    bits = np.zeros(shape, bool)
    for rings in parts:
        bits |= inside(rings, *shape)
    return bits


@given(BITS)
def test_without_tolerance_the_rings_are_the_mask(bits):
    parts = outlines(bits, tolerance=0)
    assert (drawn(parts, bits.shape) == bits).all()
    cut = [[in_one_ring(rings)] for rings in parts]
    assert (drawn(cut, bits.shape) == bits).all()


def test_a_rectangle_has_four_corners_that_lie_inside_its_edge():
    bits = np.zeros((5, 6), bool)
    bits[1:3, 2:5] = True
    ((ring,),) = outlines(bits)
    assert sorted(ring.tolist()) == [[2.25, 1.25], [2.25, 2.75], [4.75, 1.25], [4.75, 2.75]]


def test_a_hole_is_a_ring_of_its_own_and_can_be_cut_in():
    bits = np.ones((9, 9), bool)
    bits[3:6, 3:6] = False
    ((outer, hole),) = outlines(bits)
    assert (len(outer), len(hole)) == (4, 4)
    assert len(in_one_ring([outer, hole])) == 4 + 4 + 2  # there and back
    assert (drawn([[in_one_ring([outer, hole])]], bits.shape) == bits).all()


def test_an_island_in_a_hole_is_a_part_of_its_own():
    bits = np.ones((11, 11), bool)
    bits[2:9, 2:9] = False
    bits[4:7, 4:7] = True
    parts = outlines(bits)
    assert [len(rings) for rings in parts] == [2, 1]
    assert (drawn(parts, bits.shape) == bits).all()


def test_a_round_thing_needs_few_corners_and_no_pixel_moves_further_than_one():
    disc = cv2.circle(np.zeros((200, 200), np.uint8), (100, 100), 80, 1, -1).astype(bool)
    ((ring,),) = outlines(disc)
    ((exact,),) = outlines(disc, tolerance=0)
    assert len(ring) < len(exact) / 3
    differ = drawn([[ring]], disc.shape) != disc
    assert differ.mean() < 0.01
    rim = cv2.dilate(disc.astype(np.uint8), np.ones((3, 3))) != cv2.erode(
        disc.astype(np.uint8), np.ones((3, 3))
    )
    assert not (differ & ~rim).any()


def test_an_empty_mask_has_no_rings():
    assert outlines(np.zeros((3, 3), bool)) == []
