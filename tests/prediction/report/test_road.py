"""The page's table of the road: millimetres, shares and signs as a person reads them."""

import numpy as np
import pytest
import torch

from jetcar.classes import IMAGE_SEGMENTER
from jetcar.data.codes import Codes
from jetcar.data.pairs import Pairs
from jetcar.prediction.forward import Predicted
from jetcar.prediction.report.facts import Facts
from jetcar.prediction.report.report import Report
from jetcar.prediction.report.road import road_rows
from jetcar.prediction.score import PixelCounter, plain_scores
from tests.prediction.report.hands import names_in_list
from tests.roads import AHEAD, GEOMETRY, LANE, WRONG, street

LANES = {
    "pictures": 4,
    "score": 0.9125,
    "near_iou": 0.75,
    "centre_300_mm": 7.44,
    "centre_600_mm": float("nan"),
    "width_mm": 3.0,
    "heading_degrees": 1.25,
    "found": 0.5,
    "torn": 0.25,
    "leaks": 0.0,
    "signs": {
        "stop_line": {"true": 3, "seen": 2, "seen_from_mm": 400.0, "invented_per_100": 25.0},
        "wait_line": {"true": 0, "seen": 0, "seen_from_mm": None, "invented_per_100": 50.0},
    },
}


def test_each_value_is_shown_in_its_unit():
    rows = {row.title: row.values_of("val") for row in road_rows({"val": {"road": LANES}})}
    assert rows == {
        "Road score": "0.9125",
        "Near field": "0.7500",
        "Middle at 300 mm": "7.4 mm",
        "Middle at 600 mm": "–",
        "Width": "3.0 mm",
        "Direction": "1.2°",
        "Found": "50.0 %",
        "Torn": "25.0 %",
        "Leaking": "0.0 %",
        "stop_line": "2 of 3, to 400 mm; 25.0 invented",
        "wait_line": "0 of 0; 50.0 invented",
    }


def test_without_a_road_score_there_is_no_table():
    assert road_rows({"val": {"iou": 0.5}}) == []


def test_a_split_without_one_shows_a_dash():
    rows = road_rows({"val": {"road": LANES}, "test": {"iou": 0.5}})
    assert {row.values_of("test") for row in rows} == {"–"}


SHIFTS = {"near.jpg": 5.0, "off.jpg": -40.0, "lost.jpg": 0.0, "sky.jpg": 0.0}
"""How many mm the predicted lane of each picture is off.

One is lost; of one the sky is wrong, which costs the most IoU and nothing on the road.
"""


@pytest.fixture
def lanes_page(tmp_path, draw):
    """A page about pictures of a straight lane."""

    def make(shown=None):
        masks = [str(draw.mask(tmp_path / "Mask" / f"{n}.png", street())) for n in SHIFTS]
        pairs = Pairs([str(tmp_path / "Img" / name) for name in SHIFTS], masks, [])
        counter = PixelCounter(IMAGE_SEGMENTER, Codes.of(IMAGE_SEGMENTER, []), GEOMETRY)
        with Report(tmp_path / "run" / "report.html", IMAGE_SEGMENTER, shown) as report:
            gallery = report.gallery("val", pairs)
            for i, (name, shift) in enumerate(SHIFTS.items()):
                codes = street(shift)
                if name == "lost.jpg":
                    codes[codes == LANE] = 0
                if name == "sky.jpg":
                    codes[AHEAD > 900] = WRONG
                image = np.repeat(codes[..., None] * 20 + 60, 3, axis=2)
                one = Predicted(i, image, codes, codes, torch.empty(0))
                gallery.add(one, counter.add(codes, masks[i]))
            assert gallery.fault is None
            result = {"name": "lanes", "monitor": "val/road", "score": 0.5, "best_epoch": 1}
            result |= {"epochs": 1, "versions": {}, "scores": {"val": plain_scores(counter)}}
            report.write(Facts(IMAGE_SEGMENTER, result, [], {}, {}, {"val": "Val"}))
        return report.path

    return make


def test_the_page_sorts_by_road_score_and_draws_both_middles(lanes_page, visit):
    page = visit(lanes_page())
    page.locator("#order").select_option("road")
    assert names_in_list(page) == ["lost.jpg", "off.jpg", "near.jpg", "sky.jpg"]
    assert " road 0.0000" in page.locator("#picture-score").text_content()
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    page.get_by_role("heading", name="near.jpg", exact=True).wait_for()
    pane = page.locator(".pane").nth(2)
    true, predicted = (
        [[float(x) for x in point.split(",")] for point in line.split()]
        for line in (
            pane.locator(f"polyline.{which}").get_attribute("points")
            for which in ("of-true", "of-predicted")
        )
    )
    assert true[0][0] == pytest.approx(0.5, abs=0.02)  # straight ahead, in the middle
    assert true[0][1] > true[-1][1]  # from the bottom to the top
    assert predicted[10][0] < true[10][0]  # 5 mm to the left
    assert page.locator(".pane").nth(0).locator("polyline").count() == 0  # the image alone
    page.keyboard.press("r")
    assert page.locator("polyline").count() == 0
    assert page.locator("#road-lines").get_attribute("aria-pressed") == "false"
    assert "Middle at 300 mm" in page.locator("#road").text_content()


def test_a_page_of_few_pictures_keeps_the_worst_on_the_road(lanes_page, visit):
    page = visit(lanes_page(shown=2))
    assert names_in_list(page) == ["lost.jpg", "near.jpg"]
