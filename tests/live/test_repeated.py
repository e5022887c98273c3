"""Films play at their own rate, and begin again at their end."""

import itertools
import logging
import threading

import pytest

from jetcar.errors import UserError
from jetcar.live.repeated import Repeated
from jetcar.prediction.film.named import named_film
from tests.films import cut_off, film, moving


class Clock:
    """A clock that goes on when somebody waits, and only then."""

    def __init__(self):
        self.now = 0.0

    def monotonic(self):
        return self.now

    def wait(self, seconds):
        self.now += seconds
        return False

    def is_set(self):
        return False


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr("jetcar.live.repeated.time", clock)
    return clock


def first(source, clock, count):
    return [(one.number, round(clock.now, 3)) for one in itertools.islice(source.frames(1), count)]


def test_each_frame_comes_at_its_own_time_and_after_the_last_one_the_first(tmp_path, clock):
    named = named_film(str(film(tmp_path / "drive.mp4", moving(3), rate=4)), None)
    shown = first(Repeated(named, 10, clock), clock, 5)
    assert shown == [(1, 0.0), (2, 0.25), (3, 0.5), (1, 0.75), (2, 1.0)]


def test_frames_in_a_folder_have_the_rate_of_the_settings(tmp_path, draw, clock):
    for i in range(2):
        draw.image(tmp_path / "frames" / f"{i}.png")
    named = named_film(str(tmp_path / "frames"), "overlay", "source")
    assert first(Repeated(named, 2, clock), clock, 3) == [(1, 0.0), (2, 0.5), (1, 1.0)]


def test_after_a_pause_it_goes_on_at_its_rate_and_does_not_hurry(tmp_path, clock):
    named = named_film(str(film(tmp_path / "drive.mp4", moving(4), rate=4)), None)
    frames = Repeated(named, 10, clock).frames(1)
    next(frames)
    clock.now += 5
    times = []
    for _ in range(3):
        next(frames)
        times.append(round(clock.now, 3))
    assert times == [5.0, 5.25, 5.5]


def test_of_a_film_that_is_cut_off_it_is_told_once(tmp_path, clock, caplog):
    path = film(tmp_path / "drive.webm", moving(40, (64, 64)))
    named = named_film(str(cut_off(path, 0.6)), None)
    with caplog.at_level(logging.WARNING):
        assert [number for number, _ in first(Repeated(named, 10, clock), clock, 90)].count(1) >= 3
    assert caplog.text.count("drive.webm") == 1


def test_a_film_without_a_frame_ends_in_a_sentence(tmp_path, draw):
    draw.image(tmp_path / "frames" / "a.png")
    (tmp_path / "frames" / "a.png").write_bytes(b"none")
    named = named_film(str(tmp_path / "frames"), "overlay")
    with pytest.raises(UserError, match="has no frame that can be decoded"):
        next(Repeated(named, 10, threading.Event()).frames(1))


def test_it_ends_when_it_is_asked_to_also_between_two_frames(tmp_path, draw):
    for i in range(2):
        draw.image(tmp_path / "frames" / f"{i}.png")
    end = threading.Event()
    named = named_film(str(tmp_path / "frames"), "overlay")
    frames = Repeated(named, 0.001, end).frames(1)  # the next one in a quarter of an hour
    next(frames)
    threading.Timer(0.1, end.set).start()
    assert next(frames, None) is None
