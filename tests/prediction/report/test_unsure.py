"""How unsure the network is: the numbers, their size, and the layer in a real browser."""

import base64
import math
import zlib

import numpy as np
import torch

from jetcar.prediction.report.unsure import LEVELS, SIDE, pack_unsure
from tests.prediction.report.hands import pixel, point_at


def levels(packed):
    raw = zlib.decompress(base64.b64decode(packed["values"]))
    return np.frombuffer(raw, np.uint8).reshape(packed["height"], packed["width"])


def test_the_level_is_the_entropy_of_which_one_bit_is_the_most():
    never = -100.0
    odds = math.log(0.89 / 0.11)  # its entropy is 0.4999 bit: 0.4999 x 15 = 7.5, rounded to 7
    one_pixel = {
        "sure": [50.0, never, never],
        "one of two": [odds, 0.0, never],
        "two alike": [2.0, 2.0, never],
        "three alike": [3.0, 3.0, 3.0],  # log2(3) = 1.58, at most 1
    }
    logits = torch.tensor(list(one_pixel.values())).T[:, None]
    assert levels(pack_unsure(logits)).tolist() == [[0, 7, LEVELS - 1, LEVELS - 1]]


def test_half_precision_gives_the_same_levels():
    logits = torch.randn(5, 16, 16, generator=torch.Generator().manual_seed(0)).half()
    assert pack_unsure(logits) == pack_unsure(logits.float())


def test_a_large_picture_takes_little_of_the_page():
    logits = torch.randn(22, 480, 640, generator=torch.Generator().manual_seed(0)) * 3
    packed = pack_unsure(logits)
    assert (packed["height"], packed["width"]) == (96, SIDE)
    assert len(packed["values"]) < 10_000  # of noise, which nothing compresses


def test_nothing_is_known_without_logits_or_from_codes_alone():
    assert pack_unsure(torch.empty(0)) is None
    assert pack_unsure(torch.eye(4)[..., None]) is None


def test_the_layer_stands_beside_the_masks_when_asked_for(make, visit):
    page = visit(make(logit=0.1).path)
    assert page.locator("#panes figcaption").count() == 4
    page.keyboard.press("u")
    captions = page.locator("#panes figcaption").all_text_contents()
    assert captions == ["Image", "True", "Predicted", "Difference", "Unsure"]
    assert pixel(page, "unsure", 0, 0) == [255, 238, 0, 255]
    point_at(page, "unsure", 0)
    assert "unsure 100.0 %" in page.locator("#probe").text_content()
    page.keyboard.press("u")
    assert page.locator("#panes figcaption").count() == 4
    page.keyboard.press("5")
    assert page.locator("#panes figcaption").all_text_contents() == ["Unsure"]


def test_what_is_sure_leaves_the_image_as_it_is(make, visit):
    page = visit(make().path)
    page.get_by_role("button", name="Unsure").first.click()
    assert pixel(page, "unsure", 0, 0)[3] == 0


def test_a_page_without_logits_does_not_offer_it(make, visit, monkeypatch):
    monkeypatch.setattr("jetcar.prediction.report.gallery.pack_unsure", lambda logits: None)
    page = visit(make().path)
    assert not page.locator("#unsure").is_visible()
    assert page.get_by_role("button", name="Unsure").count() == 0
    page.keyboard.press("?")
    assert "unsure" not in page.locator("#help").inner_text().lower()
