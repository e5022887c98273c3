"""Every score of three pictures by hand, and the same numbers in the page."""

import html
import re

import numpy as np
import pytest

from jetcar.prediction.report.confusions import heat_map, worst_confusions
from jetcar.prediction.report.gallery import score_picture

# In rows of 8 pixels, over the three pictures:
#   nothing: 4 + 3 + 6 = 13 true, of which 12 are right and 1 is called 4
#   1:       4 + 4     =  8 true, of which  7 are right and 1 is called 2
#   2:       2         =  2 true, which both are called 1
IOU = [12 / 13, 7 / (8 + 9 - 7), 0 / (2 + 1)]
DICE = [24 / (13 + 12), 14 / (8 + 9), 0]


def test_scores_by_hand(make):
    made = make()
    scores = made.result["scores"]["test"]
    assert scores["iou"] == pytest.approx(sum(IOU) / 3)  # nothing, 1 and 2 are in the truth
    assert scores["iou_truth_or_predicted"] == pytest.approx(sum(IOU) / 4)  # and 4 is predicted
    assert scores["iou_all_classes"] == pytest.approx(sum(IOU) / 5)  # and 5 is in the table
    assert scores["dice"] == pytest.approx(sum(DICE) / 3)
    assert scores["accuracy"] == pytest.approx((12 + 7) / 23)
    assert scores["pictures"] == 3
    one, two, four = (scores["classes"][n] for n in (made.script, made.nasty, "only predicted"))
    assert [one[k] for k in ("iou", "dice", "precision", "recall", "share")] == pytest.approx(
        [IOU[1], DICE[1], 7 / 9, 7 / 8, 8 / 23]
    )
    assert one["pixels"] == 8 * 8
    assert (two["iou"], two["precision"], two["recall"]) == (0, 0, 0)
    assert np.isnan([four["iou"], four["precision"], four["recall"]]).all()
    assert scores["confusion"][1] == [0, 7 * 8, 1 * 8, 0, 0, 0]


def test_the_soft_iou_of_the_notebook_by_hand(make):
    # Sure predictions make it hard: a mean over the five classes of each batch, then over batches.
    first = (7 / 7 + 7 / 8 + 0 / 1 + 0 + 0) / 5  # pictures 1 and 2, without the ignored row
    second = (5 / 6 + 0 / 2 + 0 / 2 + 0 / 1 + 0) / 5
    assert make().result["scores"]["test"]["iou_soft"] == pytest.approx((first + second) / 2)


def test_virtual_and_real_pictures_are_told_by_their_names(make):
    origins = make().result["scores"]["test"]["origins"]
    assert {name: one["iou"] for name, one in origins.items()} == pytest.approx(
        {"real": 1.0, "other": (3 / 3 + 3 / 4) / 2, "virtual": (5 / 6 + 0 / 2) / 2}
    )


def test_each_picture_has_the_mean_over_the_classes_of_its_truth(make):
    rows = make().rows
    assert [row["iou"] for row in rows] == [1.0, 0.875, round((5 / 6 + 0) / 2, 4)]
    assert rows[1]["classes"] == [[0, 1.0], [1, 0.75], [2, None]]  # 2 is only predicted


def test_a_picture_whose_pixels_are_all_ignored_has_no_score():
    assert score_picture(np.zeros((3, 3), np.int64)) is None


def test_confusions_in_words_are_the_matrix(make):
    made = make()
    names = {c["code"]: n for n, c in made.result["scores"]["test"]["classes"].items()}
    found = worst_confusions(made.result["scores"]["test"]["confusion"], names)
    assert [one.in_words for one in found] == [
        f"{made.nasty} taken for {made.script}: 100.0 % of its pixels",
        f"{made.script} taken for {made.nasty}: 12.5 % of its pixels",
        "nothing taken for only predicted: 7.7 % of its pixels",
    ]
    assert [one.pixels for one in found] == [16, 8, 8]


def test_the_heat_map_divides_rows_and_leaves_out_what_never_occurs(make):
    made = make()
    names = {c["code"]: n for n, c in made.result["scores"]["test"]["classes"].items()}
    shown = heat_map(made.result["scores"]["test"]["confusion"], names)
    assert shown.rows == ["nothing", made.script, made.nasty]
    assert shown.columns == ["nothing", made.script, made.nasty, "only predicted"]
    assert shown.shares[1] == [0, 7 / 8, 1 / 8, 0]


def test_a_code_without_a_class_is_named_so():
    assert worst_confusions([[0, 5], [0, 0]], {0: "road"})[0].taken_for == "no class (1)"


def test_the_numbers_of_the_page_are_those_of_the_result(make):
    made = make()
    scores = made.result["scores"]
    by_code = {c["code"]: c for c in scores["test"]["classes"].values()}
    text = made.path.read_text("utf-8")
    found = re.findall(r'data-number="test\.([^"]+)"[^>]*>([^<]*)<', text)
    assert len(found) == 1 + 6 + 3 + 5 * 5  # the tile, the rules, the origins, the classes
    for name, shown in found:
        value = scores["test"]
        for key in name.split("."):
            value = by_code if key == "classes" else value[int(key) if key.isdigit() else key]
        if isinstance(value, int):
            assert shown == str(value)
        else:
            assert shown == ("–" if np.isnan(value) else f"{value:.4f}"), name
    for one in worst_confusions(scores["test"]["confusion"], made.counter.table.names):
        assert (
            html.escape(one.in_words).replace("&#x27;", "&#39;").replace("&quot;", "&#34;") in text
        )
