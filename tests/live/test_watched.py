"""The page of a run in a real browser: it follows the files, and only reads them."""

import sys
import time

import pytest

from jetcar.live.server import Server
from jetcar.live.watched import RunPage
from jetcar.training.history import write_table
from tests.live.conftest import Page
from tests.live.runs import finish, row, run_folder, show_panel
from tests.live.test_film_browser import PHONE, until
from tests.live.test_server import free_port


@pytest.fixture
def folder(tmp_path):
    """A run of three epochs with a picture."""
    folder = run_folder(tmp_path / "street1", 0.2, 0.5, 0.4)
    show_panel(folder, "Img_d", 3, 90)
    return folder


@pytest.fixture
def server(folder):
    with Server(RunPage(folder).routes(), free_port()) as server:
        yield server


def files_of(folder):
    return {
        path: (path.stat().st_size, path.stat().st_mtime_ns)
        for path in folder.path.rglob("*")
        if path.is_file()
    }


def test_the_page_follows_the_run_by_itself_and_writes_nothing(folder, server, visit_live):
    before = files_of(folder)
    page = visit_live(server.url)
    assert page.locator(".state").inner_text() == "in epoch 4 of 10"
    assert page.locator(".chart").count() == 3
    assert page.locator("#pictures figcaption").inner_text() == "Img_d, epoch 3"
    width = "one => one.decode().then(() => one.naturalWidth)"
    assert page.locator("#pictures img").evaluate(width) == 80
    assert page.locator(".log").inner_text() == "2026-11-28 10:00:00 INFO it begins\nepoch 1\n"
    assert files_of(folder) == before

    # What a person has opened stays open while the page changes.
    page.locator(".chart summary").first.click()
    rows = [row(epoch, iou) for epoch, iou in enumerate((0.2, 0.5, 0.4, 0.6), 1)]
    write_table(folder.metrics, rows)
    show_panel(folder, "Img_d", 4, 120)
    until(page, "document.querySelector('.state').textContent === 'in epoch 5 of 10'")
    until(page, "document.querySelector('#pictures figcaption').textContent.endsWith('epoch 4')")
    assert page.locator(".chart details").first.get_attribute("open") is not None
    assert "0.6000" in page.locator(".tiles").inner_text()

    finish(folder, 4)
    until(page, "document.querySelector('.state').textContent === 'finished after 4 epochs'")
    assert page.locator("progress").count() == 0


def test_it_fits_on_a_phone(folder, server, visit_live):
    page = visit_live(server.url, viewport=PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_what_has_not_changed_is_not_sent_again(folder, server):
    browser = Page(server.url)
    status, headers, body = browser.ask("/part?seen=")
    assert (status, b"in epoch 4 of 10" in body) == (200, True)
    end = time.monotonic() + 60  # the time left may have changed by a minute meanwhile
    while browser.ask(f"/part?seen={headers['X-Key']}")[0] != 204:
        assert time.monotonic() < end
        headers = browser.ask("/part?seen=")[1]
    assert browser.ask("/picture?number=0")[0] == 200
    assert browser.ask("/picture?number=1")[0] == 404


def test_a_run_before_its_first_epoch_and_one_whose_names_are_code_are_shown(tmp_path):
    folder = run_folder(tmp_path / "street1")
    folder.log.write_text("<img src=x onerror=alert(1)>\n", encoding="utf-8")
    with Server(RunPage(folder).routes(), free_port()) as server:
        text = Page(server.url).ask("/")[2].decode()
    assert "The first epoch is not over yet" in text
    assert "&lt;img src=x onerror=alert(1)&gt;" in text
    assert "<img src=x" not in text


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no Ctrl-C to a process alone")
def test_the_command_takes_the_folder_alone_and_ends_with_a_sentence(live, folder):
    program = live("street1", f"port={free_port()}")
    assert b"in epoch 4 of 10" in program.shown().ask("/")[2]
    assert program.interrupt() == 0
    assert program.said.splitlines()[-1] == "the page is closed"


def test_a_folder_that_is_not_there_yet_is_a_sentence(live):
    program = live("runs/later")
    assert program.process.wait(120) == 1
    (line,) = program.said.splitlines()
    assert line.startswith("error: There is no folder runs")
