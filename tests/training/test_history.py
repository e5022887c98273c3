"""Rows of epochs: what is best, the table, the curves."""

import ast
import csv
import math
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

import jetcar
from jetcar.model.monitor import is_better
from jetcar.training.events import EventFile
from jetcar.training.history import Curves, History


def rows(*scores, name="val/iou"):
    return [{"epoch": i, name: score} for i, score in enumerate(scores, start=1)]


def test_the_best_epoch_is_the_first_with_the_highest_score():
    history = History("val/iou", rows(0.1, 0.3, 0.3, 0.2))
    assert history.best == (0.3, 2)
    assert history.epochs_without_better == 2


def test_a_loss_is_best_when_it_is_lowest():
    assert History("val/loss", rows(3.0, 1.0, 2.0, name="val/loss")).best == (1.0, 2)


def test_a_score_that_is_no_number_is_never_best():
    assert History("val/iou", rows(math.nan, 0.2, math.nan)).best == (0.2, 2)
    assert not is_better(math.nan, math.nan, "val/iou")


def test_before_the_first_epoch_nothing_is_best():
    score, epoch = History("val/iou", []).best
    assert math.isnan(score)
    assert epoch == 0


def test_the_table_has_every_epoch_and_every_value(tmp_path):
    history = History(
        "val/iou", [{"epoch": 1, "val/iou": 0.1}, {"epoch": 2, "val/iou/line": 1 / 3}]
    )
    history.write_table(tmp_path / "metrics.csv")
    with (tmp_path / "metrics.csv").open(newline="", encoding="utf-8") as file:
        read = list(csv.DictReader(file))
    assert read == [
        {"epoch": "1", "val/iou": "0.1", "val/iou/line": ""},
        {"epoch": "2", "val/iou": "", "val/iou/line": "0.3333333333333333"},
    ]


def points(folder):
    """The curve of val/iou as TensorBoard shows it."""
    events = EventAccumulator(str(folder))
    events.Reload()
    return [(point.step, point.value) for point in events.Scalars("val/iou")]


def write(folder, before, *new):
    curves = Curves(folder, before)
    for row in new:
        curves.add(row)
    curves.close()


def test_curves_go_on_where_a_stopped_session_left_off(tmp_path):
    first = rows(0.5, 0.25)
    write(tmp_path, [], *first)
    write(tmp_path, first, {"epoch": 3, "val/iou": 0.75})
    assert points(tmp_path) == [(1, 0.5), (2, 0.25), (3, 0.75)]


def test_an_epoch_that_is_done_again_after_a_kill_stands_once(tmp_path):
    write(tmp_path, [], *rows(0.5, 0.25))  # killed before the checkpoint of epoch 2
    write(tmp_path, rows(0.5), {"epoch": 2, "val/iou": 0.75})
    assert points(tmp_path) == [(1, 0.5), (2, 0.75)]


def test_curves_that_the_disk_has_lost_are_written_again(tmp_path):
    write(tmp_path / "new", rows(0.5, 0.25), {"epoch": 3, "val/iou": 0.75})
    assert points(tmp_path / "new") == [(1, 0.5), (2, 0.25), (3, 0.75)]


@pytest.mark.parametrize(("monitor", "better"), [("val/iou", True), ("val/loss", False)])
def test_the_direction_follows_from_the_name(monitor, better):
    assert is_better(0.6, 0.5, monitor) is better


def test_a_clock_that_was_put_back_hides_no_epoch(tmp_path, monkeypatch):
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 30 * 24 * 3600)
    write(tmp_path, [], *rows(0.5, 0.25))
    monkeypatch.setattr(time, "time", lambda: now)
    write(tmp_path, rows(0.5, 0.25), {"epoch": 3, "val/iou": 0.75})
    assert points(tmp_path) == [(1, 0.5), (2, 0.25), (3, 0.75)]
    # TensorBoard reads a file no further once there is one behind it.
    first, second = sorted(tmp_path.iterdir())
    assert second.stat().st_size < first.stat().st_size  # one epoch, and two


def test_a_full_disk_costs_curves_and_not_the_run(tmp_path, monkeypatch, caplog):
    curves = Curves(tmp_path, [])
    curves.add(rows(0.5)[0])
    real = EventFile.flush

    def full(self):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(EventFile, "flush", full)
    for epoch in (2, 3):
        curves.add({"epoch": epoch, "val/iou": 0.25})
    assert caplog.text.count("No space left on device") == 1
    monkeypatch.setattr(EventFile, "flush", real)
    curves.add({"epoch": 4, "val/iou": 0.75})
    curves.close()
    assert points(tmp_path) == [(1, 0.5), (2, 0.25), (3, 0.25), (4, 0.75)]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is full")
def test_a_disk_that_is_full_prints_no_stack(tmp_path):
    words = (
        "import logging, pathlib; from jetcar.training import events, history; "
        "events._next_name = lambda folder: 'events.full'; "
        "folder = pathlib.Path('curves'); folder.mkdir(); "
        "(folder / 'events.full').symlink_to('/dev/full'); "
        "curves = history.Curves(folder, []); curves.add({'epoch': 1, 'val/iou': 0.5}); "
        "curves.close()"
    )
    words = [sys.executable, "-c", words]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("No space left on device") == 1
    assert "Traceback" not in done.stderr


def test_curves_are_written_without_assertions_too(tmp_path):
    words = (
        "from pathlib import Path; from jetcar.training.history import Curves; "
        "curves = Curves(Path('curves'), []); curves.add({'epoch': 1, 'val/iou': 0.5}); "
        "curves.close(); assert False, 'assertions are left out'"
    )
    subprocess.run([sys.executable, "-O", "-c", words], cwd=tmp_path, check=True)
    assert points(tmp_path / "curves") == [(1, 0.5)]


HARMLESS = {"isinstance", "exists", "is_dir", "issubclass", "all", "any", "len", "type"}


def test_no_assertion_of_the_program_does_anything():
    asserted = [
        (path, node)
        for path in Path(jetcar.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Assert)
    ]
    called = {
        (path.name, node.lineno, ast.unparse(call.func))
        for path, node in asserted
        for call in ast.walk(node.test)
        if isinstance(call, ast.Call) and ast.unparse(call.func).split(".")[-1] not in HARMLESS
    }
    assert asserted
    assert called == set()
