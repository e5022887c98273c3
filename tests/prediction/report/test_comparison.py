"""A second prediction beside the first, in a real browser: gains and losses, and what is none."""

import numpy as np
import pytest

from jetcar.prediction.report.page import _signed, _trend
from jetcar.prediction.writer import encode_mask, mask_name
from tests.prediction.report.conftest import PICTURES
from tests.prediction.report.hands import many, names_in_list, pixel, point_at


def test_a_second_prediction_stands_beside_the_first(make, visit, other_run):
    made = make(compare=other_run)
    page = visit(made.path)
    assert page.locator("#panes figcaption").all_text_contents()[4:] == [
        "second run",
        "Difference of second run",
    ]
    assert pixel(page, "other", 0, 7)[:3] == [0, 255, 0]
    # Its class 1 is 0 everywhere, else it is right: nothing 13 / (13 + 21 - 13), 2 is 2 / 2.
    theirs = (13 / 21 + 0 + 1) / 3
    ours = made.result["scores"]["test"]["iou"]
    delta = page.locator(".tile .delta").first.text_content()
    assert delta == f"{ours - theirs:+.4f} against second run".replace("-", "−")
    # The first picture won 1 - (4 / 8 + 0) / 2, the last one lost 1 - 0.4167.
    page.locator("#order").select_option("lost")
    assert names_in_list(page)[0] == made.names[2]
    assert page.locator(".row .delta").first.text_content() == "−0.5833"
    page.locator("#order").select_option("won")
    assert names_in_list(page)[0] == made.names[0]
    assert page.locator(".row .delta").first.text_content() == "+0.7500"
    page.locator("#order").select_option("lost")
    page.get_by_role("heading", name=made.names[2], exact=True).wait_for()
    point_at(page, "other", 7)
    assert page.locator("#probe .said").last.text_content() == f"second run 2 {made.nasty}"


def test_a_comparison_with_the_same_masks_is_zero_without_a_sign_or_a_colour(make, visit, tmp_path):
    same = tmp_path / "same"
    same.mkdir()
    for name, (_, predicted) in PICTURES.items():
        (same / mask_name(name)).write_bytes(encode_mask(predicted.astype(np.uint8)))
    page = visit(make(compare=same).path)
    page.locator("#list .row").first.wait_for()
    deltas = page.locator(".delta").all_text_contents()
    assert len(deltas) == 1 + 5 + 3  # the tile, the classes and the rows of the list
    shown = {delta.split(" ")[0] for delta in deltas}
    assert shown == {"±0.0000", "–"}  # – where a class is absent
    assert page.locator(".delta.up, .delta.down").count() == 0
    assert "(±0.0000)" in page.locator("#picture-score").text_content()


@pytest.mark.parametrize(
    ("gain", "shown"),
    [
        (0.00004, "±0.0000"),
        (-0.00004, "±0.0000"),
        (-0.0, "±0.0000"),
        (0.00006, "+0.0001"),
        (-0.5, "−0.5000"),
    ],
)
def test_a_gain_that_is_not_seen_has_neither_sign_nor_colour(make, visit, gain, shown):
    page = visit(make(many(2)).path)
    assert page.evaluate(f"signed({gain!r})") == shown == _signed(gain)
    way = {"±": "", "+": "up", "−": "down"}[shown[0]]
    assert page.evaluate(f"trend({gain!r})") == way == _trend(gain)
