"""Scores by hand, as plain values and as a table to read."""

import json

import numpy as np
import pytest
import torch

from jetcar.classes import IMAGE_SEGMENTER, ClassTable
from jetcar.data.codes import Codes
from jetcar.errors import UserError
from jetcar.model.metrics import scores_of
from jetcar.prediction.score import Counter, plain_scores, score_table

TABLE = ClassTable(IMAGE_SEGMENTER.classes[:3])  # nothing, white_solid_line, white_dashed_line
CONFUSION = torch.tensor([[6, 2, 0], [1, 3, 0], [0, 0, 0]])
NOTHING, SOLID = 6 / (6 + 2 + 1), 3 / (3 + 1 + 2)


def test_plain_scores_by_hand_and_an_absent_class_has_none():
    plain = plain_scores(scores_of(CONFUSION), TABLE)
    assert plain["iou"] == pytest.approx((NOTHING + SOLID) / 2)
    assert plain["accuracy"] == pytest.approx(9 / 12)
    solid = plain["classes"]["white_solid_line"]
    assert (solid["code"], solid["iou"], solid["share"]) == (1, pytest.approx(SOLID), 4 / 12)
    assert np.isnan(plain["classes"]["white_dashed_line"]["iou"])
    json.dumps(plain)  # numbers, strings and dicts only


def test_the_table_shows_the_best_class_first_and_names_the_absent_ones():
    assert score_table(scores_of(CONFUSION), TABLE, "Val").splitlines() == [
        "Val                   IoU     Dice   share of pixels",
        "nothing            0.6667   0.8000    66.67 %",
        "white_solid_line   0.5000   0.6667    33.33 %",
        "mean               0.5833   0.7333",
        "75.00 % of the pixels are right",
        "absent: white_dashed_line",
    ]


def test_a_mask_is_compared_at_the_size_of_the_prediction(tmp_path, draw):
    counter = Counter(TABLE, Codes.of(TABLE, []))
    mask = draw.mask(tmp_path / "mask.png", 1, size=64)
    counter.add(np.ones((32, 32), np.uint8), str(mask))
    assert counter.pictures == 1
    assert counter.confusion[1, 1] == counter.confusion.sum() == 32 * 32


def test_ignored_pixels_count_nowhere(tmp_path, draw):
    counter = Counter(TABLE, Codes.of(TABLE, ["white_solid_line"]))
    codes = np.zeros((32, 32), np.uint8)
    codes[:8], codes[8:16] = 1, 255
    counter.add(np.zeros((32, 32), np.uint8), str(draw.mask(tmp_path / "mask.png", codes)))
    assert counter.confusion[0, 0] == counter.confusion.sum() == 16 * 32


def test_a_mask_with_a_foreign_code_is_named(tmp_path, draw):
    counter = Counter(TABLE, Codes.of(TABLE, []))
    mask = draw.mask(tmp_path / "mask.png", 7)
    with pytest.raises(UserError, match=r"mask\.png holds the code 7"):
        counter.add(np.zeros((32, 32), np.uint8), str(mask))
