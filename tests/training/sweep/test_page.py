"""The page of a sweep: what it holds as a file, and how it behaves in a real browser."""

import json
import re

import pytest

from jetcar.training.sweep.outcome import Outcome
from jetcar.training.sweep.page import write_page

NASTY = "</script><script>document.title='run'</script>"
NAME = f'Straße "7" & {NASTY}'
CURVES = {
    "0.01": [0.2, 0.7, 0.6],
    "0.001": [0.1, 0.3, 0.4],
    "1e-05": [0.1],
    NASTY: [0.1, 0.2, 0.25],
}
SCORES = {"0.01": 0.7, "0.001": 0.4, NASTY: 0.25}


@pytest.fixture
def page(tmp_path):
    """The page of four jobs, of which that with 1e-05 failed after an epoch."""
    outcomes = []
    for number, (value, curve) in enumerate(CURVES.items()):
        folder = tmp_path / "runs" / f"x={number}, a#b"
        folder.mkdir(parents=True)
        rows = "".join(f"{epoch},{iou}\n" for epoch, iou in enumerate(curve, start=1))
        (folder / "metrics.csv").write_text(f"epoch,val/iou\n{rows}", encoding="utf-8")
        if value in SCORES:
            result = {
                "monitor": "val/iou",
                "score": SCORES[value],
                "best_epoch": curve.index(SCORES[value]) + 1,
                "epochs": len(curve),
                "training_seconds": 90,
                "scores": {"test": {"iou": 0.5}},
            }
            (folder / "result.json").write_text(json.dumps(result), encoding="utf-8")
        outcomes.append(Outcome.of(f"job {number}", {"x": value}, folder, int(value not in SCORES)))
    (outcomes[0].folder.path / "report.html").write_text("a report", encoding="utf-8")
    outcomes.sort(key=lambda outcome: outcome.rank)
    write_page(tmp_path / "runs" / "sweep.html", NAME, "val/iou", outcomes)
    return tmp_path / "runs" / "sweep.html"


def test_the_page_is_one_file_that_links_only_to_the_runs(page):
    text = page.read_text(encoding="utf-8")
    assert NASTY not in text
    links = re.findall(r'(?:href|src)="([^"]*)"', text)
    assert links.count("data:,") == 1  # no icon is asked for
    assert "x%3D0%2C%20a%23b/report.html" in links
    assert all(link.startswith(("data:", "x%3D")) for link in links)


def cells(page, column):
    return page.locator(f"tbody tr td:nth-child({column})").all_text_contents()


def test_the_table_shows_every_job_best_first_and_the_failed_one_last(page, visit):
    shown = visit(page)
    assert shown.title() == f"Sweep {NAME}"  # as text: the script in it did not run
    assert shown.locator("h1").text_content() == f"Sweep {NAME}"
    assert cells(shown, 1) == ["0.7000", "0.4000", "0.2500", "–"]
    assert cells(shown, 2) == ["0.01", "0.001", NASTY, "1e-05"]
    assert cells(shown, 7) == ["done", "done", "done", "failed with exit code 1"]
    assert "1 failed" in shown.locator("header").text_content()
    links = shown.locator("tbody tr:first-child a")
    assert links.count() == 2
    with shown.expect_navigation():
        links.nth(1).click()
    assert shown.locator("body").text_content() == "a report"


def test_a_head_sorts_by_its_column_and_back_and_empty_cells_stay_last(page, visit):
    shown = visit(page)
    head = shown.get_by_role("columnheader", name="val/iou")
    assert head.get_attribute("aria-sort") == "descending"
    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    assert cells(shown, 1) == ["0.2500", "0.4000", "0.7000", "–"]
    shown.get_by_role("button", name="state").press("Enter")
    assert head.get_attribute("aria-sort") is None
    assert cells(shown, 7)[-1] == "failed with exit code 1"


def highlighted(page):
    """The values of x whose row, curve and dot stand out."""
    marks = page.locator("svg g.active").evaluate_all("all => all.map(one => one.dataset.job)")
    rows = page.locator("tbody tr.active").evaluate_all("all => all.map(one => one.dataset.job)")
    return rows, marks


def test_a_job_stands_out_everywhere_when_pointed_at_or_reached_by_keyboard(page, visit):
    shown = visit(page)
    assert shown.locator("#curves path.line").count() == 4  # the failed job's too
    assert shown.locator("#curves g.failed").count() == 1
    assert shown.locator("#settings circle.dot").count() == 3
    shown.locator("tbody tr").nth(1).hover()
    assert highlighted(shown) == (["1"], ["1", "1"])
    told = shown.locator("#active")
    assert told.text_content() == "x=0.001: val/iou 0.4000, best in epoch 3 of 3"
    shown.locator('#settings g[data-job="0"] .reach').hover()
    assert highlighted(shown) == (["0"], ["0", "0"])
    shown.mouse.move(0, 0)
    assert highlighted(shown) == ([], [])
    shown.locator("tbody tr").first.focus()
    for _ in range(3):
        shown.keyboard.press("ArrowDown")
    assert highlighted(shown) == (["3"], ["3"])
    assert told.text_content() == "x=1e-05: failed with exit code 1"


@pytest.mark.parametrize("height", [500, 844])
def test_what_is_pointed_at_is_told_where_it_can_be_seen(page, visit, height):
    expect = pytest.importorskip("playwright.sync_api").expect
    shown = visit(page, viewport={"width": 390, "height": height})
    for place in ('#settings g[data-job="0"] .reach', "#curves g[data-job='0'] .dot", "tbody tr"):
        shown.locator(place).first.hover()
        expect(shown.locator("#active")).to_contain_text("x=0.01: val/iou 0.7000")
        expect(shown.locator("#active")).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1400, "light")])
def test_the_page_fits_its_window_and_follows_its_colours(page, visit, width, scheme):
    shown = visit(page, viewport={"width": width, "height": 800}, color_scheme=scheme)
    assert shown.evaluate("document.documentElement.scrollWidth") == width
    paper = shown.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper == ("rgb(20, 24, 31)" if scheme == "dark" else "rgb(255, 255, 255)")


def test_a_damaged_job_stands_beside_those_that_can_be_read(page, tmp_path, visit):
    folder = tmp_path / "runs" / "half"
    folder.mkdir()
    (folder / "result.json").write_text('{"score": 0.9', encoding="utf-8")
    (folder / "metrics.csv").write_bytes(b"epoch,val/iou\n1,0.5\n2\n3,\x00\xff\n4,0.25\n")
    whole = Outcome.of("whole", {"x": "0.01"}, tmp_path / "runs" / "x=0, a#b", 0)
    half = Outcome.of("half", {"x": "7"}, folder, 0)
    write_page(tmp_path / "runs" / "two.html", "two", "val/iou", [whole, half])
    shown = visit(tmp_path / "runs" / "two.html")
    assert cells(shown, 1) == ["0.7000", "–"]
    assert cells(shown, 7) == ["done", "damaged result.json"]
    words = " ".join(shown.locator("header").text_content().split())
    assert "2 jobs, 1 damaged. Best: x=0.01" in words
    assert f"x=7: {folder / 'result.json'} is damaged (it is not JSON" in words
    assert half.curve("val/iou") == [(1, 0.5), (4, 0.25)]  # of the rows that are whole
    assert shown.locator("#curves path.line").count() == 2
    shown.locator("tbody tr").nth(1).hover()
    assert shown.locator("#active").text_content() == "x=7: damaged result.json"


def test_a_sweep_in_which_every_job_failed_at_once_still_has_a_page(tmp_path, visit):
    outcome = Outcome.of("job", {"x": "1"}, tmp_path / "job", 1)
    write_page(tmp_path / "sweep.html", "none", "val/iou", [outcome])
    shown = visit(tmp_path / "sweep.html")
    words = shown.locator("header p").text_content().split()
    assert " ".join(words) == "1 job, 1 failed. None has a score."
    assert shown.locator("#curves").text_content() == "No job has finished an epoch."
