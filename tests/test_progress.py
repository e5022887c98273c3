"""Tests of jetcar.progress: long work is heard of now and then, short work is not."""

import io
import logging
import sys

import pytest

from jetcar import progress as module
from jetcar.progress import progress


class Clock:
    """Stands for the module time; a test turns its hands."""

    def __init__(self):
        self.now = 100.0

    def monotonic(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(module, "time", clock)
    return clock


def lines(caplog):
    return [record.message for record in caplog.records]


def test_work_of_less_than_a_second_shows_nothing(clock, caplog):
    with caplog.at_level(logging.INFO), progress("unpacking", 10) as advance:
        for _ in range(9):
            clock.now += 0.1
            advance(1)
    assert lines(caplog) == []


def test_a_line_comes_after_a_second_and_then_every_ten(clock, caplog):
    with caplog.at_level(logging.INFO), progress("unpacking", 100) as advance:
        for _ in range(25):  # one second each
            clock.now += 1
            advance(2)
    assert lines(caplog) == [
        "unpacking: 2 % (2 of 100 files)",  # after 1 s
        "unpacking: 22 % (22 of 100 files)",  # 11 s
        "unpacking: 42 % (42 of 100 files)",  # 21 s
    ]


def test_bytes_are_shown_in_megabytes(clock, caplog):
    with caplog.at_level(logging.INFO), progress("copying", 8_000_000, "bytes") as advance:
        clock.now += 2
        advance(2_000_000)
    assert lines(caplog) == ["copying: 25 % (2 of 8 MB)"]


def test_work_of_unknown_length_shows_what_is_done(clock, caplog):
    with caplog.at_level(logging.INFO), progress("downloading", 0, "bytes") as advance:
        clock.now += 2
        advance(3_000_000)
    assert lines(caplog) == ["downloading: 3 MB"]


def test_the_end_needs_no_line(clock, caplog):
    with caplog.at_level(logging.INFO), progress("unpacking", 5) as advance:
        clock.now += 99
        advance(5)
    assert lines(caplog) == []


@pytest.mark.parametrize(("total", "unit"), [(4, "files"), (0, "bytes")])
def test_a_terminal_gets_a_bar(monkeypatch, total, unit):
    terminal = io.StringIO()
    terminal.isatty = lambda: True
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with progress("unpacking Straße.zip", total, unit) as advance:
        advance(1)
        advance(3)
    assert "unpacking Straße.zip" in terminal.getvalue()


@pytest.mark.parametrize("name", ["dumb", "unknown", "DUMB"])
def test_a_terminal_that_cannot_go_back_gets_lines(monkeypatch, clock, caplog, name):
    terminal = io.StringIO()
    terminal.isatty = lambda: True
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setenv("TERM", name)
    with caplog.at_level(logging.INFO), progress("unpacking", 10) as advance:
        clock.now += 2
        advance(5)
    assert (lines(caplog), terminal.getvalue()) == (["unpacking: 50 % (5 of 10 files)"], "")


def closed():
    stream = io.StringIO()
    stream.close()
    return stream


@pytest.mark.parametrize("stream", [None, closed()], ids=["none", "closed"])
def test_work_goes_on_without_an_output(monkeypatch, clock, stream, caplog):
    monkeypatch.setattr(sys, "stdout", stream)
    with caplog.at_level(logging.INFO), progress("unpacking", 10) as advance:
        clock.now += 2
        advance(5)
    assert lines(caplog) == ["unpacking: 50 % (5 of 10 files)"]


def test_an_error_in_the_work_comes_through():
    with pytest.raises(KeyError), progress("unpacking", 5):
        raise KeyError("x")
