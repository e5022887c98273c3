"""Pictures for TensorBoard: colours stand where the codes are, counts become percent."""

import numpy as np

from jetcar.classes import IMAGE_SEGMENTER, ClassTable, SegmClass
from jetcar.training.panels import (
    CELL,
    FULL,
    GAP,
    HATCH,
    LINE,
    SIDE,
    confusion_picture,
    side_by_side,
)

LANE, STOP = (0, 255, 0), (255, 0, 0)
STRIPES = {tuple(color) for color in HATCH.tolist()}


def test_picture_truth_and_prediction_stand_side_by_side_in_the_colours_of_the_table():
    image = np.full((64, 64, 3), 100, np.uint8)
    truth = np.full((64, 64), 5, np.uint8)  # lane_my_dir
    truth[:, 32:] = 255
    predicted = np.full((64, 64), 10, np.uint8)  # stop_sign
    sheet = side_by_side(image, truth, predicted, IMAGE_SEGMENTER)
    assert sheet.shape[1] == 3 * SIDE + 2 * GAP  # enlarged 4 times
    middle = LINE + SIDE // 2
    second, third = SIDE + GAP, 2 * (SIDE + GAP)
    assert sheet[middle, 10].tolist() == [100, 100, 100]
    assert tuple(sheet[middle, second + 10]) == LANE
    ignored = sheet[middle, second + SIDE // 2 : second + SIDE].tolist()
    assert set(map(tuple, ignored)) == STRIPES  # as any plain grey may be the colour of a class
    assert tuple(sheet[middle, third + 10]) == STOP
    legend = {tuple(pixel) for pixel in sheet[LINE + SIDE :].reshape(-1, 3).tolist()}
    assert {LANE, STOP, *STRIPES} < legend


def test_large_pictures_are_shrunk_and_keep_their_shape():
    zeros = np.zeros((512, 1024), np.uint8)
    sheet = side_by_side(np.dstack([zeros] * 3), zeros, zeros, IMAGE_SEGMENTER)
    assert sheet.shape[1] == 3 * SIDE + 2 * GAP
    assert LINE + SIDE // 2 < sheet.shape[0] < LINE + SIDE // 2 + 3 * LINE


def test_a_cell_is_as_dark_as_its_share_of_the_true_pixels():
    confusion = np.zeros((22, 22), np.int64)
    confusion[5, 5], confusion[5, 10] = 30, 10  # a quarter of lane_my_dir is taken for stop_sign
    confusion[1, 1] = 7
    sheet = confusion_picture(confusion, IMAGE_SEGMENTER, "title")
    bottom, right = sheet.shape[0] - GAP, sheet.shape[1] - GAP
    # Rows are the true classes 1 and 5; columns also have class 10, which was only predicted.
    corner = (bottom - 2 * CELL, right - 3 * CELL)

    def color(row, column):
        return sheet[corner[0] + row * CELL + 3, corner[1] + column * CELL + 3].tolist()

    def shade(share):
        return np.rint(255 + share * (FULL - 255)).tolist()

    assert color(0, 0) == shade(1)
    assert color(1, 1) == shade(30 / 40)
    assert color(1, 2) == shade(10 / 40)
    assert color(0, 1) == shade(0)


def test_a_matrix_of_nothing_is_a_picture_with_a_title():
    sheet = confusion_picture(np.zeros((22, 22), np.int64), IMAGE_SEGMENTER, "title")
    assert (sheet == 0).all(axis=2).any()


def test_a_name_that_no_picture_can_hold_is_written_in_part_and_without_control_characters():
    name = "\x1b[31m" + "x" * 5_000_000
    table = object.__new__(ClassTable)  # which refuses such a name; the picture relies on nothing
    classes = (SegmClass(0, "nothing", (0, 0, 0)), SegmClass(1, name, (9, 9, 9)))
    object.__setattr__(table, "classes", classes)
    codes = np.ones((8, 8), np.uint8)
    assert side_by_side(np.dstack([codes] * 3), codes, codes, table).shape[1] == 3 * SIDE + 2 * GAP
    assert confusion_picture(np.array([[1, 0], [1, 1]]), table, "title").shape[1] < 1000
