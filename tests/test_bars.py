"""Tests of jetcar.bars: all bars look alike, keep to one line, and let lines of the log pass."""

import io
import logging
import os
import sys
from types import SimpleNamespace

import pytest
from rich.cells import cell_len
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress

from jetcar import bars
from jetcar.bars import Line, clock, lines_above, speed_of
from jetcar.progress import progress

NOTES = ["loss 0.512", "123 images/s", "left 1:05"]


def drawn(width, name="epoch 3/100", notes=NOTES, **console):
    """The lines of a bar after 12 of 40, on a terminal of this width."""
    console = Console(file=io.StringIO(), width=width, **console)
    shown = Progress(Line(MofNCompleteColumn(), lambda task: notes), console=console)
    shown.add_task(name, total=40, completed=12)
    with console.capture() as captured:
        console.print(shown.get_renderable())
    return [line.rstrip() for line in captured.get().splitlines()]


def test_a_line_tells_what_how_many_and_its_notes():
    # 12 of 40 are 12 of the bar's 40 characters; what is left to do is seen by its colour alone.
    done = "━" * 12 + " " * 28
    assert drawn(100) == [f"epoch 3/100 {done} 12/40 loss 0.512 123 images/s left 1:05"]


@pytest.mark.parametrize(
    ("width", "line"),
    [
        # 52 with the spaces for name, count and notes; 8 for the bar, of which 12 of 40 are 2.
        (60, "epoch 3/100 ━━       12/40 loss 0.512 123 images/s left 1:05"),
        (52, "epoch 3/100 12/40 loss 0.512 123 images/s left 1:05"),
        (45, "epoch 3/100 12/40 123 images/s left 1:05"),
        (27, "epoch 3/100 12/40 left 1:05"),
        (26, "epoch 3/100 ━━       12/40"),
        (12, "epoch… 12/40"),
    ],
)
def test_what_finds_no_room_is_left_out_beginning_with_the_first_note(width, line):
    (shown,) = drawn(width)
    assert shown == line


def test_a_long_name_is_cut_before_a_note_is_lost():
    (line,) = drawn(40, "unpacking JetCar_DataSet.zip", ["left 1:05"])
    assert line == "unpacking JetCar_DataSe… 12/40 left 1:05"


@pytest.mark.parametrize("width", range(8, 120, 7))
@pytest.mark.parametrize("name", ["unpacking Straße_漢字.zip", "x" * 300, "epoch 3/100"])
def test_it_is_always_one_line_of_the_terminal(width, name):
    (line,) = drawn(width, name)
    assert cell_len(line) <= width


def test_a_name_is_shown_as_it_is_and_moves_no_cursor():
    (line,) = drawn(100, "unpacking [bold]a\x1b[2J.zip")
    assert line.startswith(r"unpacking [bold]a\x1b[2J.zip ")


def test_a_terminal_without_unicode_gets_plain_characters():
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii", errors="strict")
    console = Console(file=stream, width=40)
    shown = Progress(Line(MofNCompleteColumn(), lambda task: []), console=console)
    shown.add_task("unpacking Straße.zip" + "x" * 20, total=40)
    console.print(shown.get_renderable())  # an umlaut or an ellipsis would be an error here
    stream.seek(0)
    assert stream.read().startswith(r"unpacking Stra\xdfe.zip")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "-:--"),
        (-3, "0:00"),
        (7.4, "0:07"),
        (59.6, "1:00"),
        (750, "12:30"),
        (11100, "3:05:00"),
        (360000, "100:00:00"),
    ],
)
def test_spans_of_time(seconds, text):
    assert clock(seconds) == text


@pytest.mark.parametrize(
    ("rate", "text"),
    [
        (None, "- pictures/s"),
        (0.34, "0.3 pictures/s"),
        (12.34, "12.3 pictures/s"),
        (123.4, "123 pictures/s"),
    ],
)
def test_speeds(rate, text):
    assert speed_of(rate, "pictures") == text


class Terminal(io.StringIO):
    """Takes what is printed, as a terminal of 100 columns would."""

    def isatty(self):
        return True


@pytest.fixture
def log(monkeypatch):
    """The program's log, with a handler to a terminal and one to a file."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    log = logging.getLogger("jetcar")
    terminal, file = Terminal(), io.StringIO()
    handlers = [logging.StreamHandler(terminal), logging.StreamHandler(file)]
    for handler in handlers:
        log.addHandler(handler)
    log.setLevel(logging.INFO)
    yield SimpleNamespace(info=log.info, terminal=terminal, file=file, handlers=handlers)
    for handler in handlers:
        log.removeHandler(handler)


def test_a_line_of_the_log_is_printed_above_the_bar_and_not_broken(log, monkeypatch):
    monkeypatch.setattr(sys, "stdout", log.terminal)
    long = "saved to " + "/a/long/path" * 20
    with progress("unpacking", 4) as advance:
        advance(1)
        log.info(long)
    erased = "\r\x1b[2K"  # the bar's line is emptied before the line is printed in its place
    assert f"{erased}{long}\n" in log.terminal.getvalue()
    assert log.file.getvalue() == long + "\n"
    assert [handler.stream for handler in log.handlers] == [log.terminal, log.file]


def test_bytes_and_pictures_have_the_same_line(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stdout", Terminal())
    with progress("downloading", 8_000_000, "bytes") as advance:
        advance(2_000_000)
    with progress("predicting", 8, "pictures") as advance:
        advance(2)
    text = sys.stdout.getvalue()
    for part in ("2.0/8.0 MB", "2/8", "pictures/s", "left "):
        assert part in text


def test_a_worker_process_prints_past_the_bar_whose_locks_it_does_not_have(monkeypatch):
    terminal = Terminal()
    stream = bars._Above(None, terminal)
    monkeypatch.setattr(os, "getpid", lambda: -1)
    stream.write("a line of a worker\n")
    assert terminal.getvalue() == "a line of a worker\n"


def test_handlers_have_their_streams_back_after_an_error(log):
    with pytest.raises(KeyError), lines_above(Console()):
        raise KeyError("x")
    assert [handler.stream for handler in log.handlers] == [log.terminal, log.file]
