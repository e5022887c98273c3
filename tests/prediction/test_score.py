"""Counting pixels against true masks, and the scores as a table to read."""

import numpy as np
import pytest
import torch

from jetcar.classes import IMAGE_SEGMENTER, ClassTable
from jetcar.data.codes import Codes
from jetcar.errors import UserError
from jetcar.model.metrics import scores_of
from jetcar.prediction.score import PixelCounter, plain_scores, score_table
from jetcar.road.ground import Geometry, near_field
from jetcar.street.camera import Lens, Mount

TABLE = ClassTable(IMAGE_SEGMENTER.classes[:3])  # nothing, white_solid_line, white_dashed_line
CONFUSION = torch.tensor([[6, 2, 0], [1, 3, 0], [0, 0, 0]])


def test_the_table_shows_the_best_class_first_and_names_the_absent_ones():
    # nothing: 6 hits, 2 taken for a line, 1 line taken for it: 6 / 9; the line: 3 / 6
    assert score_table(scores_of(CONFUSION), TABLE, "Val").splitlines() == [
        "Val                   IoU     Dice   share of pixels",
        "nothing            0.6667   0.8000    66.67 %",
        "white_solid_line   0.5000   0.6667    33.33 %",
        "mean               0.5833   0.7333",
        "75.00 % of the pixels are right",
        "absent: white_dashed_line",
    ]


def test_a_class_that_is_ignored_is_not_absent():
    lines = score_table(scores_of(CONFUSION), TABLE, "Val", ["white_dashed_line"]).splitlines()
    assert lines[-1] == "ignored: white_dashed_line"
    assert not any("absent" in line for line in lines)


def test_a_mask_is_compared_at_the_size_of_the_prediction(tmp_path, draw):
    counter = PixelCounter(TABLE, Codes.of(TABLE, []))
    mask = draw.mask(tmp_path / "mask.png", 1, size=64)
    counter.add(np.ones((32, 32), np.uint8), str(mask))
    assert counter.pictures == 1
    assert counter.confusion[1, 1] == counter.confusion.sum() == 32 * 32


def test_ignored_pixels_count_nowhere(tmp_path, draw):
    counter = PixelCounter(TABLE, Codes.of(TABLE, ["white_solid_line"]))
    codes = np.zeros((32, 32), np.uint8)
    codes[:8], codes[8:16] = 1, 255
    counter.add(np.zeros((32, 32), np.uint8), str(draw.mask(tmp_path / "mask.png", codes)))
    assert counter.confusion[0, 0] == counter.confusion.sum() == 16 * 32


def test_a_mask_with_a_foreign_code_is_named(tmp_path, draw):
    counter = PixelCounter(TABLE, Codes.of(TABLE, []))
    mask = draw.mask(tmp_path / "mask.png", 7)
    with pytest.raises(UserError, match=r"mask\.png holds the code 7"):
        counter.add(np.zeros((32, 32), np.uint8), str(mask))


GEOMETRY = Geometry(Lens(fov=120, k1=0.05, k2=0.25), Mount(height=110, angle=47))


def test_the_road_score_stands_beside_the_others_and_the_near_field_counts_alone(tmp_path, draw):
    counter = PixelCounter(IMAGE_SEGMENTER, Codes.of(IMAGE_SEGMENTER, []), GEOMETRY)
    near = near_field(GEOMETRY, 64, 64)
    true = np.where(near, 5, 0).astype(np.uint8)  # lane_my_dir up to 500 mm, then nothing
    wrong_far_away = np.where(near, true, 5).astype(np.uint8)
    counter.add(wrong_far_away, str(draw.mask(tmp_path / "mask.png", true)))
    scores = plain_scores(counter)
    assert scores["road"]["near_iou"] == 1
    assert scores["iou"] < 1
    assert scores["road"]["pictures"] == 1
    assert scores["road"]["centre_300_mm"] == 0


def test_without_a_camera_there_is_no_road_score(tmp_path, draw):
    counter = PixelCounter(IMAGE_SEGMENTER, Codes.of(IMAGE_SEGMENTER, []))
    counter.add(np.zeros((32, 32), np.uint8), str(draw.mask(tmp_path / "mask.png", 0)))
    assert "road" not in plain_scores(counter)
