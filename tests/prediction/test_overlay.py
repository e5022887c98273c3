"""Overlays: the picture, the picture under its mask, and a legend."""

import numpy as np

from jetcar.classes import IMAGE_SEGMENTER
from jetcar.prediction.overlay import LEGEND_WIDTH, SMALLEST_SIDE, overlay


def test_a_class_colours_its_pixels_by_half_and_black_classes_leave_them():
    image = np.full((64, 64, 3), 100, np.uint8)
    codes = np.zeros((64, 64), np.uint8)
    codes[:, 32:] = 5  # lane_my_dir, 00FF00
    sheet = overlay(image, codes, IMAGE_SEGMENTER)
    scale = SMALLEST_SIDE // 64
    assert sheet.shape == (SMALLEST_SIDE, 2 * SMALLEST_SIDE + LEGEND_WIDTH, 3)
    middle = SMALLEST_SIDE // 2
    assert sheet[middle, 0].tolist() == [100, 100, 100]  # the picture itself
    assert sheet[middle, SMALLEST_SIDE + scale].tolist() == [100, 100, 100]  # nothing
    lane = sheet[middle, 2 * SMALLEST_SIDE - scale].tolist()
    assert lane == [50, (100 + 255 + 1) // 2, 50]


def test_the_legend_shows_the_colours_of_the_classes_that_occur():
    codes = np.zeros((64, 64), np.uint8)
    codes[0, 0] = 10  # stop_sign, FF0000
    sheet = overlay(np.zeros((64, 64, 3), np.uint8), codes, IMAGE_SEGMENTER)
    legend = sheet[:, -LEGEND_WIDTH:].reshape(-1, 3).tolist()
    assert [255, 0, 0] in legend
    assert [0, 255, 0] not in legend


def test_large_pictures_keep_their_size():
    sheet = overlay(
        np.zeros((600, 800, 3), np.uint8), np.zeros((600, 800), np.uint8), IMAGE_SEGMENTER
    )
    assert sheet.shape == (600, 1600 + LEGEND_WIDTH, 3)
