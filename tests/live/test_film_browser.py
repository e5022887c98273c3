"""jetcar live with a film as its source, in a real browser: the whole way from file to canvas."""

import signal
import socket
import sys
import time

import numpy as np
import pytest
from PIL import Image

from jetcar.errors import UserError
from jetcar.live.early import refuse_early
from jetcar.live.server import PORTS
from tests.composed import settings_of
from tests.films import film, moving
from tests.live.test_server import free_port

NUMBER = "Number(document.body.dataset.number)"
PIXEL = """([id, x, y]) => [...document.getElementById(id).getContext('2d')
    .getImageData(x, y, 1, 1).data]"""
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def drive(checkpoint, tmp_path):
    """Four seconds of a film: a bright bar moves over a dark street."""
    return film(tmp_path / "drive.mp4", moving(40, (96, 128)), rate=10)


def until(page, true):
    """Waits for something in the page, by asking: its policy forbids playwright's own way."""
    end = time.monotonic() + 60
    while not page.evaluate(true):
        assert time.monotonic() < end, true
        page.wait_for_timeout(20)


def pixel(page, canvas, x, y):
    return page.evaluate(PIXEL, [canvas, x, y])


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no Ctrl-C to a process alone")
def test_a_film_in_browsers_from_its_first_frame_to_ctrl_c(
    live, drive, checkpoint, visit_live, tmp_path
):
    program = live(f"checkpoint={checkpoint}", "source=drive.mp4", "device=cpu")
    url = program.shown().url
    page = visit_live(url)
    first = page.evaluate(NUMBER)

    # The film goes on by itself, and the picture is the film's.
    until(page, f"{NUMBER} > {first + 3}")
    dark = min(pixel(page, "picture", x, 50)[0] for x in range(0, 128, 8))
    bright = max(pixel(page, "picture", x, 50)[0] for x in range(0, 128, 8))
    assert abs(dark - 40) < 12
    assert abs(bright - 220) < 25
    assert page.locator("#standing").inner_text() == "live"
    assert float(page.locator("#shown").inner_text()) > 0
    assert page.locator("#size").inner_text() == "128 x 96"

    # The network says lane_my_dir everywhere.
    assert pixel(page, "mask", 10, 10) == [0, 255, 0, 255]
    lane = page.locator("#classes li", has_text="lane_my_dir")
    assert lane.get_attribute("class") in (None, "")
    assert "absent" in page.locator("#classes li", has_text="stop_sign").get_attribute("class")

    # Opacity and classes are the browser's own: nobody is asked.
    before = [one for one in page.asked if not one.endswith("/frame")]
    page.locator("#opacity").fill("20")
    assert page.evaluate("getComputedStyle(document.getElementById('mask')).opacity") == "0.2"
    assert page.locator("#opacity-said").inner_text() == "20 %"
    lane.locator("input").uncheck()
    assert pixel(page, "mask", 10, 10)[3] == 0
    until(page, f"{NUMBER} > {page.evaluate(NUMBER) + 2}")
    assert pixel(page, "mask", 10, 10)[3] == 0  # in the next frames, too
    page.locator("#all").click()
    assert pixel(page, "mask", 10, 10) == [0, 255, 0, 255]
    assert [one for one in page.asked if not one.endswith("/frame")] == before

    # What the button saves are the pixels of the film, at their size; a second one is another file.
    for _ in range(2):
        page.locator("#saved").evaluate("one => { one.textContent = ''; }")
        page.locator("#snapshot").click()
        until(page, "document.getElementById('saved').textContent.startsWith('saved')")
    saved = sorted((tmp_path / "snapshots").iterdir())
    assert len(saved) == 2
    assert all(one.name.startswith("drive_0000") for one in saved)
    assert np.asarray(Image.open(saved[0])).shape == (96, 128, 3)

    # A second browser sees the same film, and fits on a phone.
    phone = visit_live(url, viewport=PHONE)
    until(phone, f"{NUMBER} > {page.evaluate(NUMBER)}")
    assert phone.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    assert page.evaluate("document.documentElement.scrollWidth") == 1280

    # After its end the film begins again.
    frame = "parseInt(document.getElementById('frame').textContent)"
    until(page, f"{frame} > 30")
    until(page, f"{frame} < 30")

    assert program.interrupt() == 0
    assert program.said.splitlines()[-1] == "the page is closed"
    until(page, "document.getElementById('standing').textContent.includes('has ended')")
    assert page.locator("#snapshot").is_disabled()
    visit_live.errors.clear()  # the browser says itself that nobody answers


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM")
def test_a_port_that_is_taken_is_passed_over_and_sigterm_ends_it_like_ctrl_c(
    live, drive, checkpoint
):
    with socket.create_server(("127.0.0.1", free_port())) as taken:
        port = taken.getsockname()[1]
        words = (f"checkpoint={checkpoint}", "source=drive.mp4", "device=cpu", f"port={port}")
        program = live(*words)
        assert port < int(program.shown().url.rpartition(":")[2]) < port + PORTS
        program.process.send_signal(signal.SIGTERM)
        assert program.process.wait(60) == 0
    assert program.said.splitlines()[-1] == "the page is closed"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("source=none.mp4",), "source=none.mp4 is not there. Check the path of the film."),
        (("source=none",), "source=none is neither a film nor a folder of frames."),
        (("source=empty",), "source=empty holds no picture"),
        (("source=drive.mp4", "checkpoint=none.ckpt"), "There is no checkpoint none.ckpt."),
        (("source=drive.mp4", "run=x"), "run=x and source=drive.mp4 are two pages"),
        (("port=80",), "port=80"),
    ],
)
def test_what_is_not_there_is_told_in_a_sentence_before_torch_is_loaded(
    drive, checkpoint, tmp_path, monkeypatch, words, sentence
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError) as told:
        refuse_early(settings_of("live", f"checkpoint={checkpoint}", *words))
    assert sentence in str(told.value)
