"""The page of a data set: what is suspicious comes first, and look-alikes stand side by side."""

import json
import shutil
import subprocess
import sys

import numpy as np
import pytest

from jetcar.data.audit.__main__ import main
from jetcar.prediction.report.of_data import _kept
from tests.composed import settings_of
from tests.prediction.report.hands import names_in_list, pixel, saved


@pytest.fixture
def page_of(street, tmp_path, monkeypatch, draw):
    """Makes the page of the street, whose pictures differ in what they show; its exit code."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    for path in sorted(street.rglob("*.jpg")):
        draw.noise(path, rng)

    def make(*arguments):
        code = main(settings_of("audit", f"source={street}", "report=true", *arguments))
        return tmp_path / "audits" / "Meine Straße.html", code

    return make


def choose(page, split):
    page.locator(f'[data-split="{split}"]').click()


def rows_of(page):
    data = page.evaluate("document.getElementById('report-data').textContent")
    return json.loads(data)["splits"]


def test_the_page_shows_every_picture_under_its_mask(page_of, visit):
    path, code = page_of()
    assert code == 0
    page = visit(path)
    assert names_in_list(page) == ["Img_a.jpg", "Img_b.jpg", "Img_c.jpg"]
    assert page.locator("#panes figcaption").all_text_contents() == ["Image", "Mask"]
    assert pixel(page, "true", 4, 4) == [0, 255, 0, 255]  # lane_my_dir
    assert "32 x 32 · its mask holds nothing but 5" in page.locator("#picture-score").text_content()
    page.keyboard.press("2")
    page.keyboard.press("t")
    assert page.locator("#panes figcaption").all_text_contents() == ["Image"]
    page.locator('canvas[data-layer="image"]').wait_for(state="hidden")
    choose(page, "Val")
    assert names_in_list(page) == ["Img_d.jpg", "Img_e.jpg"]
    page.locator("#order").select_option("most")
    page.locator("#class-filter").select_option("5")
    assert names_in_list(page) == ["Img_d.jpg"]


def test_the_list_is_saved_with_the_share_of_each_class(page_of, visit):
    path, _ = page_of()
    head, *lines = saved(visit(path))
    assert "share/lane_my_dir" in head
    assert not [name for name in head if "iou" in name]
    assert [line[head.index("share/lane_my_dir")] for line in lines] == ["1", "", ""]


def test_suspicious_pairs_come_first_and_errors_before_warnings(page_of, street, visit, draw):
    mixed = np.repeat([0, 1, 5, 0], 8)[:, None].repeat(32, 1)
    for path in sorted(street.rglob("Mask/*/*.png")):
        draw.mask(path, mixed)
    draw.mask(street / "Mask/Train/Mask_b.png", 0)  # one value: a warning
    draw.mask(street / "Mask/Train/Mask_c.png", np.full((32, 32), 77))  # an error
    path, code = page_of()
    assert code == 1
    page = visit(path)
    assert names_in_list(page) == ["Img_c.jpg", "Img_b.jpg", "Img_a.jpg"]
    assert "77" in page.locator("#picture-score").text_content()
    assert "holds nothing but 0" in page.locator("#findings").text_content()
    assert page.locator(".tile b.warn").first.text_content() == "1"


def test_look_alikes_of_two_splits_stand_side_by_side(page_of, street, visit, draw):
    path, _ = page_of()
    assert "alike" not in rows_of(visit(path))
    shutil.copy(street / "Img/Train/Img_a.jpg", street / "Img/Val/Img_d.jpg")
    half = np.repeat([5, 1], 16)[:, None].repeat(32, 1)
    draw.mask(street / "Mask/Val/Mask_d.png", half)
    page = visit(page_of()[0])  # nothing that is left of the former one is in the way
    (row,) = rows_of(page)["alike"]
    assert row["name"] == "Img_d.jpg (Val) | Img_a.jpg (Train)"
    assert row["odd"] == ["the same file", "their masks differ in 50 % of the pixels"]
    choose(page, "alike")
    page.get_by_role("heading", name=row["name"], exact=True).wait_for()
    canvas = page.locator('canvas[data-layer="true"]')
    assert canvas.evaluate("c => [c.width, c.height]") == [64, 32]
    assert pixel(page, "true", 4, 20) == [231, 14, 19, 255]  # Val's half is a white line
    assert pixel(page, "true", 40, 20) == [0, 255, 0, 255]  # in Train it is the own lane
    choose(page, "Val")
    page.get_by_text("Img_d.jpg", exact=True).first.click()
    told = page.locator("#picture-score").text_content()
    assert told == "2 of 2 · 32 x 32 · like Img_a.jpg of Train (the same file)"


def test_classes_and_sizes_are_counted_by_split(page_of, street, visit, draw):
    draw.image(street / "Img/Val/Img_d.jpg", (9, 90, 200), (64, 64))
    page = visit(page_of()[0])
    cells = page.locator("#classes tbody tr").nth(5).locator("td").all_text_contents()
    assert [one.split() for one in cells] == [
        ["00FF00"],
        ["33.33", "(1)"],
        ["50.00", "(1)"],
        ["50.00", "(1)"],
    ]
    bar = page.locator("#classes tbody tr").nth(5).locator("td.bar").first
    assert bar.evaluate("c => c.style.getPropertyValue('--share').trim()") == "0.6667"  # 1/3 of 1/2
    sizes = page.locator("#sizes tbody tr")
    assert sizes.nth(0).locator("th, td").all_text_contents() == ["32 x 32", "3", "1", "2"]
    assert sizes.nth(1).locator("th, td").all_text_contents() == ["64 x 64", "0", "1", "0"]


def test_a_picture_that_cannot_be_read_is_in_the_list_with_the_reason(page_of, street, visit):
    make = page_of
    (street / "Img/Train/Img_c.jpg").write_bytes(b"x")
    path, code = make()
    assert code == 1
    page = visit(path)
    assert names_in_list(page)[0] == "Img_c.jpg"
    assert "it cannot be read" in page.locator("#picture-score").text_content()
    assert "cannot be read" in page.locator("#sizes").text_content()


def test_of_many_the_most_doubtful_and_a_sample_are_shown():
    doubts = [0, 0, 5, 0, 0, 9, 0, 1, 0, 0]
    assert _kept(doubts, None) == [*range(10)]
    assert _kept(doubts, 10) == [*range(10)]
    assert _kept(doubts, 4) == [0, 2, 5, 9]  # 5 and 2 are the worst, 0 and 9 the ends of the rest
    assert _kept([0] * 10, 3) == [0, 4, 9]
    assert _kept(doubts, 1) == [0]


def test_the_page_needs_no_torch():
    code = (
        "import sys; import jetcar.prediction.report.of_data; "
        "sys.exit('torch' in sys.modules or 'pytorch_lightning' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
