"""Browsers get the newest frame, encoded once for all of them, and only when one asks."""

import io
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from PIL import Image

from jetcar.classes import IMAGE_SEGMENTER
from jetcar.live import film_page
from jetcar.live.film_page import REMEMBERED, FilmPage
from jetcar.live.server import Server
from jetcar.prediction.film.predict import Seen
from jetcar.prediction.film.source import Frame
from tests.live.conftest import LANE, Page
from tests.live.test_server import free_port

CODES = list(IMAGE_SEGMENTER.codes)


def seen(number, size=(48, 64), small=(32, 32)):
    """A frame whose grey is its number, with a lane in its left half and a line in the other."""
    image = np.full((*size, 3), number, np.uint8)
    rivals = torch.zeros(1, len(CODES), *small)
    rivals[0, CODES.index(LANE), :, : small[1] // 2] = 9
    rivals[0, CODES.index(1), :, small[1] // 2 :] = 9
    places = rivals[0].argmax(0).to(torch.uint8).numpy()
    return Seen(Frame(number, f"drive_{number:06}", number / 10, image), rivals, places, 12.5)


@pytest.fixture
def shown(tmp_path):
    """A page with its routes served: both, to feed the one and ask the other."""
    page = FilmPage("drive.mp4", "best.ckpt", IMAGE_SEGMENTER, tmp_path / "snapshots")
    with Server(page.routes(), free_port()) as server:
        yield page, Page(server.url)


@pytest.fixture
def encodings(monkeypatch):
    """The greys of all pictures that were encoded."""
    greys, real = [], film_page.simplejpeg.encode_jpeg

    def encode(image, *how):
        greys.append(int(image[0, 0, 0]))
        return real(image, *how)

    monkeypatch.setattr(film_page.simplejpeg, "encode_jpeg", encode)
    return greys


def test_a_frame_is_its_picture_and_the_codes_of_its_pixels(shown):
    page, browser = shown
    page.add(seen(90))
    about, jpeg, codes = browser.frame()
    assert (about["frame"], about["seconds"], about["speed"]) == (90, 9.0, 12.5)
    assert about["size"] == [64, 48]
    assert about["mask"] == [32, 32]  # the network's, as half of the picture's is smaller
    assert about["present"] == [1, LANE]
    grey = np.asarray(Image.open(io.BytesIO(jpeg)))
    assert grey.shape == (48, 64, 3)
    assert abs(grey.astype(int) - 90).max() <= 2
    mask = np.frombuffer(codes, np.uint8).reshape(32, 32)
    assert (mask[:, :16] == LANE).all()
    assert (mask[:, 16:] == 1).all()


def test_large_pictures_are_shrunk_and_their_masks_are_half_as_large(shown):
    page, browser = shown
    page.add(seen(1, (1500, 2000)))
    about, _, codes = browser.frame()
    assert about["size"] == [1280, 960]
    assert about["mask"] == [640, 480]
    assert len(codes) == 640 * 480


def test_a_browser_that_is_slow_misses_frames_and_none_of_them_is_encoded(shown, encodings):
    page, browser = shown
    for number in range(1, 101):
        page.add(seen(number))
    assert encodings == []
    about, _, _ = browser.frame()
    assert about["frame"] == 100
    for number in range(101, 201):
        page.add(seen(number))
    assert browser.frame(about["number"])[0]["frame"] == 200
    assert encodings == [100, 200]


def test_many_browsers_share_one_encoding(shown, encodings):
    page, browser = shown
    with ThreadPoolExecutor(8) as pool:
        waiting = [pool.submit(browser.frame) for _ in range(8)]
        page.add(seen(5))
        assert {one.result()[0]["frame"] for one in waiting} == {5}
    assert encodings == [5]


def test_a_browser_that_has_the_newest_frame_waits_for_another(shown, monkeypatch):
    page, browser = shown
    page.add(seen(1))
    number = browser.frame()[0]["number"]
    threading.Timer(0.2, page.add, (seen(2),)).start()
    assert browser.frame(number)[0]["frame"] == 2
    monkeypatch.setattr(film_page, "WAIT_SECONDS", 0.05)
    assert browser.ask(f"/frame?after={number + 1}")[0] == 204


def test_the_button_saves_the_frame_that_is_shown_though_newer_ones_came(shown, tmp_path):
    page, browser = shown
    page.add(seen(30))
    number = browser.frame()[0]["number"]
    page.add(seen(60))
    browser.frame(number)
    assert browser.save(number) == (200, str(tmp_path / "snapshots" / "drive_000030.png"))
    saved = np.asarray(Image.open(tmp_path / "snapshots" / "drive_000030.png"))
    assert (saved == 30).all()


def test_a_frame_that_is_forgotten_by_now_gives_way_to_the_newest(shown, tmp_path):
    page, browser = shown
    for number in range(1, REMEMBERED + 3):
        page.add(seen(number))
        browser.frame(number - 1)
    assert len(page._sent) == REMEMBERED
    assert browser.save(1)[1].endswith(f"drive_{REMEMBERED + 2:06}.png")


def test_what_cannot_be_saved_is_told_in_the_page(shown, tmp_path):
    page, browser = shown
    assert browser.save() == (409, "there is no frame yet")
    page.add(seen(1))
    (tmp_path / "snapshots").write_text("a file where the folder belongs", encoding="utf-8")
    status, said = browser.save()
    assert status == 500
    assert said.startswith(f"not saved in {tmp_path / 'snapshots'}: ")


@pytest.mark.parametrize("query", ["", "?after=", "?after=-1", "?after=x", "?after=" + "9" * 99])
def test_whatever_is_asked_for_a_frame_comes(shown, query):
    page, browser = shown
    page.add(seen(1))
    assert browser.ask(f"/frame{query}")[0] == 200


def test_names_are_text_and_never_part_of_the_page(tmp_path):
    title = "<script>alert(1)</script>\x1b[31m"
    page = FilmPage(title, "</title>", IMAGE_SEGMENTER, tmp_path)
    with Server(page.routes(), free_port()) as server:
        _, _, body = Page(server.url).ask("/")
    text = body.decode()
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)" in text
    assert "\x1b" not in text
