"""One of several processes is stopped or killed: all of them end, and nothing is lost."""

import csv
import multiprocessing
import os
import random
import signal
import time

import pytest

from jetcar.model.checkpoint import read_checkpoint
from tests.faults.conftest import PATIENCE_SECONDS, TINY
from tests.together import started, type_train

pytestmark = pytest.mark.skipif(
    "forkserver" not in multiprocessing.get_all_start_methods() or os.name == "nt",
    reason="loading the libraries in every process would take minutes",
)


@pytest.fixture
def typed(street, tmp_path):
    """A function that starts train.py in so many processes, as torchrun does."""
    every = []

    def start(devices, *arguments):
        words = [f"data.source={street}", *TINY, "report=false", "predict.test=false", *arguments]
        processes = started(devices, type_train, tmp_path, tmp_path / "output.txt", words)
        every.extend(processes)
        return processes

    yield start
    for process in every:
        process.kill()


def said(folder):
    return (folder / "output.txt").read_text(encoding="utf-8")


def epochs(folder):
    table = folder / "runs/first/metrics.csv"
    if not table.exists():
        return []
    with table.open(newline="", encoding="utf-8") as file:
        return [int(row["epoch"]) for row in csv.DictReader(file)]


def wait_for_epochs(folder, count, processes):
    while len(epochs(folder)) < count:
        assert all(process.is_alive() for process in processes), said(folder)
        time.sleep(0.05)


def codes(processes):
    for process in processes:
        process.join(PATIENCE_SECONDS)
    return [process.exitcode for process in processes]


@pytest.mark.parametrize(("killed", "then"), [(0, 1), (1, 2), (1, 3), (0, 3)])
def test_a_killed_process_ends_all_and_the_same_command_continues(typed, tmp_path, killed, then):
    often = ("trainer.max_epochs=1000", "trainer.checkpoint_minutes=1e-9", "data.batch_size=3")
    processes = typed(2, *often)
    wait_for_epochs(tmp_path, 2, processes)
    time.sleep(random.Random(f"{killed} {then}").random())
    processes[killed].kill()
    found = codes(processes)
    assert found.pop(killed) == -signal.SIGKILL
    assert found == [1]
    if killed:
        assert said(tmp_path).count("error: ") == 1
        assert "Another process of this run was killed" in said(tmp_path)
    done = read_checkpoint(tmp_path / "runs/first/checkpoints/last.ckpt")[0].epoch
    assert done >= 1  # the row of an epoch is written a moment before its checkpoint
    assert codes(typed(then, f"trainer.max_epochs={done + 2}")) == [0] * then
    assert epochs(tmp_path) == list(range(1, done + 3))


@pytest.mark.parametrize("to", [[0], [1], [0, 1]])
@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_of_any_process_stops_all_in_the_same_step(typed, tmp_path, signum, to):
    processes = typed(2, "trainer.max_epochs=1000", "data.batch_size=2")
    wait_for_epochs(tmp_path, 1, processes)
    for number in to:
        os.kill(processes[number].pid, signum)
    assert codes(processes) == [128 + signum] * 2
    assert said(tmp_path).count("stopped and saved; the same command continues") == 1
    done = len(epochs(tmp_path))
    card = read_checkpoint(tmp_path / "runs/first/checkpoints/last.ckpt")[0]
    assert card.epoch == done
    assert codes(typed(1, f"trainer.max_epochs={done + 1}")) == [0]
    assert epochs(tmp_path) == list(range(1, done + 2))


def test_weights_that_are_no_numbers_end_all_with_one_sentence(typed, tmp_path):
    wild = ("optimizer.name=sgd", "optimizer.lr=1e30", "trainer.max_epochs=50")
    assert codes(typed(2, *wild)) == [1, 1]
    assert said(tmp_path).count("error: ") == 1
    assert "is no longer a number in epoch" in said(tmp_path)


def test_a_mistake_in_the_data_ends_all_with_one_sentence(typed, tmp_path, street):
    (street / "Mask/Train/Mask_a.png").unlink()
    first, second = typed(2)
    first.join()
    assert first.exitcode == 1
    second.terminate()  # as torchrun does
    assert codes([second]) == [-signal.SIGTERM]
    assert said(tmp_path).count("error: ") == 1
    assert not (tmp_path / "runs").exists()
