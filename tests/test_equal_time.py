"""Each network learns for the same time, on the same pictures, and nothing is trained twice."""

import argparse
import os
import shutil
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest

from tests.composed import settings_of
from tests.sessions import trained
from tests.training.conftest import TINY

pytestmark = pytest.mark.long

NETWORKS = ("unet/tu-test_efficientnet", "fpn/tu-test_efficientnet")

on_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="it looks into /proc")


@pytest.fixture
def equal_time(benchmark_module, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # it is set by the program, and comes back here
    return benchmark_module("equal_time")


@pytest.fixture
def command(monkeypatch, street, tmp_path):
    """A function that makes a command line of networks and further words."""

    def make(*words):
        always = [*TINY[:2], TINY[4], f"data.root={tmp_path / 'data'}"]
        given = ["equal_time.py", *words, "--data", street, "--runs", tmp_path / "runs"]
        monkeypatch.setattr(sys, "argv", [str(one) for one in (*given, "--always", *always)])

    return make


@pytest.fixture
def started(equal_time, benchmark_module, monkeypatch):
    """Settings of all trainings so far, which run in this process; an epoch costs 7 seconds."""
    started = []

    def run(command):
        settings = settings_of("train", *command[2:])
        started.append(settings)
        trained(settings)
        return subprocess.CompletedProcess(command, 0)

    def told(trial):
        run([sys.executable, "train.py", *trial.arguments])
        return [40.0, 47.0]

    monkeypatch.setattr(benchmark_module("quality"), "subprocess", SimpleNamespace(run=run))
    monkeypatch.setattr(equal_time, "processor_seconds_when_told", told)
    return started


def cells(said, name):
    (line,) = {line for line in said.splitlines() if line.startswith(f"| {name} |")}
    return [cell.strip() for cell in line.strip("|").split("|")]


@pytest.mark.parametrize(
    ("minutes", "cost", "epochs"), [(1, 7, 8), (1, 6, 10), (0.5, 31, 1), (0, 7, 1)]
)
def test_as_many_epochs_as_fit_and_at_least_one(equal_time, minutes, cost, epochs):
    assert equal_time.epochs_within(minutes, cost) == epochs


def test_each_network_learns_as_long_as_fits_once_and_anew(
    equal_time, started, command, tmp_path, capsys
):
    record = tmp_path / "there" / "measured.jsonl"
    words = (NETWORKS[0], "--minutes", 0.4, "--seeds", 0, 1, "--record", record)  # 24 s: 3 epochs
    command(*words)
    assert equal_time.main() == 0
    assert [(one.seed, one.trainer.max_epochs) for one in started] == [(0, 2), (0, 3), (1, 3)]
    assert {one.optimizer.schedule for one in started} == {"cosine"}
    assert {(one.trainer.device, one.data.workers) for one in started} == {("cpu", 0)}
    assert started[0].runs != started[1].runs  # the first two epochs are no beginning of a run
    assert len({one.name for one in started}) == 3
    name, epochs, seconds, iou, seeds = cells(capsys.readouterr().out, NETWORKS[0])
    assert (epochs, seconds, seeds) == ("3", "7.0", "0, 1")
    assert " ± " in iou
    shutil.rmtree(tmp_path / "runs")
    assert equal_time.main() == 0
    assert len(started) == 3  # all is in the record
    assert cells(capsys.readouterr().out, NETWORKS[0]) == [name, epochs, seconds, iou, seeds]
    assert os.environ["OMP_NUM_THREADS"] == "1"


def test_other_minutes_need_no_other_measurement_of_an_epoch(equal_time, started, command):
    command(NETWORKS[0], "--minutes", 0.1)
    assert equal_time.main() == 0
    command(NETWORKS[0], "--minutes", 0.4)
    assert equal_time.main() == 0
    assert [one.trainer.max_epochs for one in started] == [2, 1, 3]


def test_a_network_that_fails_does_not_stop_the_next(
    equal_time, started, command, monkeypatch, capsys
):
    told = equal_time.processor_seconds_when_told
    monkeypatch.setattr(
        equal_time,
        "processor_seconds_when_told",
        lambda trial: [] if trial.recipe == NETWORKS[0] else told(trial),
    )
    command(*NETWORKS, "--minutes", 0)
    assert equal_time.main() == 1
    said = capsys.readouterr().out
    assert f"1/2 {NETWORKS[0]} failed" in said
    assert cells(said, NETWORKS[0])[1:] == ["not measured"] * 4
    assert cells(said, NETWORKS[1])[1] == "1"


@on_linux
def test_train_tells_its_epochs_to_the_clock(equal_time, street, tmp_path):
    always = [*TINY, f"data.root={tmp_path / 'data'}"]
    arguments = argparse.Namespace(data=street, always=always, runs=tmp_path / "runs")
    (first,) = equal_time.trials_of(NETWORKS[:1], arguments, [0], 2)
    start, end = equal_time.processor_seconds_when_told(first)
    assert start < end
    assert first.found is not None


@on_linux
def test_the_time_of_a_process_is_what_it_has_worked_and_not_what_it_has_slept(equal_time):
    before = equal_time.processor_seconds(os.getpid())
    assert before == pytest.approx(time.process_time(), abs=0.1)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["mobilenet_v2"], "mobilenet_v2 is no ARCHITECTURE/ENCODER such as unet/mobilenet_v2"),
        (["--always", "optimizer.lr=0"], "optimizer.lr=0"),
        (["unett/mobilenet_v2"], "unett"),
    ],
)
def test_what_cannot_be_trained_is_refused_before_the_first_run(
    equal_time, started, monkeypatch, words, message, tmp_path, capsys
):
    runs = tmp_path / "runs"
    monkeypatch.setattr(sys, "argv", ["equal_time.py", *words, "--runs", str(runs)])
    with pytest.raises(SystemExit) as stopped:
        equal_time.main()
    assert stopped.value.code == 2
    assert message in capsys.readouterr().err
    assert started == []
    assert not runs.exists()


def test_all_networks_have_right_settings(equal_time, tmp_path):
    arguments = argparse.Namespace(data="street", always=[], runs=tmp_path)
    trials = equal_time.trials_of(equal_time.NETWORKS, arguments, [0], 2)
    assert [trial.recipe for trial in trials] == list(equal_time.NETWORKS)
