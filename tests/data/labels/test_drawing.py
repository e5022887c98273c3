"""Tests of labels.drawing: a pixel is what its centre lies in."""

import numpy as np
import pytest

from jetcar.data.labels.drawing import draw, ellipse, inside, rectangle, stroke, turned
from jetcar.data.labels.form import Region, Rings, Runs


def ring(*corners):
    return np.array(corners, np.float64)


def filled(*rings, height=3, width=4):
    return inside(rings, height, width).astype(int).tolist()


def test_a_square_covers_the_centres_inside_of_it():
    # Centres are at 0.5, 1.5, ...: from 0.6 to 2.6 lie those of columns 1 and 2.
    assert filled(rectangle(0.6, 0.6, 2.6, 2.6)) == [[0, 0, 0, 0], [0, 1, 1, 0], [0, 1, 1, 0]]


def test_a_triangle_by_hand():
    # The slope goes from (0, 0) to (4, 4): in row r it is at x = r + 0.5, the centre of column r,
    # which belongs to the area on the right of it.
    triangle = ring((0, 0), (4, 0), (4, 4))
    assert filled(triangle) == [[1, 1, 1, 1], [0, 1, 1, 1], [0, 0, 1, 1]]
    assert filled(triangle[::-1]) == filled(triangle)


def test_areas_that_share_an_edge_neither_overlap_nor_leave_a_gap():
    left, right = ring((0, 0), (3, 0), (0, 3)), ring((3, 0), (4, 0), (4, 3), (0, 3))
    both = np.array(filled(left)) + np.array(filled(right))
    assert both.tolist() == [[1] * 4] * 3


def test_a_ring_in_a_ring_is_a_hole():
    assert filled(rectangle(0, 0, 4, 3), rectangle(1, 1, 3, 2)) == [
        [1, 1, 1, 1],
        [1, 0, 0, 1],
        [1, 1, 1, 1],
    ]


def test_a_hole_that_is_cut_in_from_the_rim_is_a_hole_too():
    there = [(0, 0), (4, 0), (4, 3), (0, 3), (0, 0)]
    hole = [(1, 1), (1, 2), (3, 2), (3, 1), (1, 1)]
    assert filled(ring(*there, *hole)) == filled(ring(*there), ring(*hole))


def test_what_is_outside_of_the_picture_is_cut_off():
    assert filled(rectangle(-9, -9, 1, 1)) == [[1, 0, 0, 0], [0] * 4, [0] * 4]
    assert filled(rectangle(3, 2, 99, 99)) == [[0] * 4, [0] * 4, [0, 0, 0, 1]]


def test_the_last_region_is_on_top():
    below = Region("road", (Rings((rectangle(0, 0, 4, 2),)),))
    above = Region("car", (Rings((rectangle(1, 1, 3, 3),)),))
    mask = draw([below, above], {"road": 1, "car": 2}, 3, 4, rest=0)
    assert mask.tolist() == [[1, 1, 1, 1], [1, 2, 2, 1], [0, 2, 2, 0]]
    mask = draw([above, below], {"road": 1, "car": 2}, 3, 4, rest=255)
    assert mask.tolist() == [[1, 1, 1, 1], [1, 1, 1, 1], [255, 2, 2, 255]]


def test_a_small_mask_lies_where_it_says_and_is_cut_off_at_the_rim():
    runs = Runs(np.array([0, 4]), 2, 2, left=3, top=1)
    mask = draw([Region("a", (runs,))], {"a": 7}, 3, 4, rest=0)
    assert mask.tolist() == [[0, 0, 0, 0], [0, 0, 0, 7], [0, 0, 0, 7]]


def test_a_line_covers_its_width_and_has_round_ends():
    bits = np.zeros((9, 12), bool)
    for area in stroke(ring((3, 4.5), (8, 4.5)), 3):
        bits |= inside(area.rings, 9, 12)
    # The ends reach 1.5 further, from 1.5, where a centre is, to 9.5, which is outside already.
    assert bits.sum(axis=0).tolist() == [0, 1, 3, 3, 3, 3, 3, 3, 3, 0, 0, 0]


def test_a_circle_has_its_area():
    bits = inside([ellipse(50, 50, 40, 20)], 100, 100)
    assert bits.sum() == pytest.approx(np.pi * 40 * 20, rel=0.005)
    assert bits[:, 50].sum() == 40
    upright = inside([ellipse(50, 50, 40, 20, degrees=90)], 100, 100)
    assert upright[:, 50].sum() == 80


def test_what_is_turned_is_turned_clockwise_as_it_is_seen():
    assert turned(ring((3, 1)), 1, 1, 90) == pytest.approx(ring((1, 3)))  # y points down
