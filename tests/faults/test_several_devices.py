"""One of several processes is stopped or killed: all of them end, and nothing is lost."""

import csv
import os
import random
import signal
import time

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from jetcar.model.checkpoint import is_whole, read_checkpoint
from jetcar.training.callbacks import budget
from tests.faults.conftest import PATIENCE_SECONDS, TINY, needs_root
from tests.forked import CAN_FORK
from tests.together import started, type_train

pytestmark = pytest.mark.skipif(
    not CAN_FORK or os.name == "nt",
    reason="loading the libraries in every process would take minutes",
)


@pytest.fixture
def typed(street, tmp_path):
    """A function that starts train.py in so many processes, as torchrun does."""
    every = []

    def start(devices, *arguments, work=type_train):
        words = [f"data.source={street}", *TINY, "report=false", "predict.test=false", *arguments]
        processes = started(devices, work, tmp_path, tmp_path / "output.txt", words)
        every.extend(processes)
        return processes

    yield start
    for process in every:
        process.kill()


def said(folder):
    return (folder / "output.txt").read_text(encoding="utf-8")


def rows(folder):
    table = folder / "runs/first/metrics.csv"
    if not table.exists():
        return []
    with table.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def epochs(folder):
    return [int(row["epoch"]) for row in rows(folder)]


def epochs_saved(folder):
    last = folder / "runs/first/checkpoints/last.ckpt"
    return read_checkpoint(last)[0].epoch if last.exists() else 0


def curve(folder):
    """The values of ``val/iou`` in TensorBoard, one for each epoch."""
    events = EventAccumulator(str(folder / "runs/first/tensorboard"), {"scalars": 0})
    events.Reload()
    points = events.Scalars("val/iou")
    assert [point.step for point in points] == list(range(1, len(points) + 1))
    return [point.value for point in points]


def wait_for(condition, folder, processes):
    while not condition():
        assert all(process.is_alive() for process in processes), said(folder)
        time.sleep(0.05)


def wait_for_epochs(folder, count, processes):
    wait_for(lambda: len(epochs(folder)) >= count, folder, processes)


def codes(processes):
    for process in processes:
        process.join(PATIENCE_SECONDS)
    return [process.exitcode for process in processes]


@pytest.mark.parametrize("number", range(10))
def test_a_killed_process_ends_all_and_the_same_command_continues(typed, tmp_path, fault, number):
    dice = random.Random(number)
    killed, then = number % 2, 1 + number % 3
    often = ("trainer.max_epochs=1000", "trainer.checkpoint_minutes=1e-9")
    processes = typed(2, *often)
    # From the moment that the run's folder is made: in the first steps, in epochs, and in saving.
    wait_for(lambda: (tmp_path / "runs/first/config.yaml").exists(), tmp_path, processes)
    wait_for(lambda: len(epochs(tmp_path)) >= number // 3, tmp_path, processes)
    time.sleep(dice.random())
    processes[killed].kill()
    found = codes(processes)
    assert found.pop(killed) == -signal.SIGKILL
    assert found == [1]
    if killed:
        assert said(tmp_path).count("error: ") == 1
        assert "Another process of this run was killed" in said(tmp_path)
    before = rows(tmp_path)
    done = epochs_saved(tmp_path)
    assert done >= len(before) - 1  # the row of an epoch is written a moment before its checkpoint
    assert codes(typed(then, f"trainer.max_epochs={done + 2}")) == [0] * then, said(tmp_path)
    after = rows(tmp_path)
    assert [int(row["epoch"]) for row in after] == list(range(1, done + 3))
    assert after[:done] == before[:done]
    assert curve(tmp_path) == pytest.approx([float(row["val/iou"]) for row in after], rel=1e-5)
    fault()


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


@pytest.mark.parametrize("name", ["Img_a.jpg", "Img_c.jpg"])  # of the one and the other process
def test_a_picture_that_becomes_unreadable_ends_all_with_one_sentence(
    typed, tmp_path, street, fault, name
):
    forever = ("trainer.max_epochs=1000", "data.cache=false")
    processes = typed(2, *forever)
    wait_for_epochs(tmp_path, 1, processes)
    (street / "Img/Train" / name).write_bytes(b"no picture")
    assert codes(processes) == [1, 1]
    assert said(tmp_path).count("error: ") == 1
    assert f"{name} cannot be read" in said(tmp_path)
    assert epochs_saved(tmp_path) >= 1
    fault()


def type_train_with_little_time(folder, output, words):
    """As ``type_train``; in the second process the 6 minutes of the budget are nearly over."""
    if os.environ["RANK"] == "1":
        budget.SPARE_SECONDS = 0.1 * 3600
    type_train(folder, output, words)


def test_a_budget_that_is_used_up_anywhere_stops_all_and_the_same_command_continues(
    typed, tmp_path
):
    hours = ("trainer.max_epochs=1000", "trainer.budget_hours=0.1")
    assert codes(typed(2, *hours, work=type_train_with_little_time)) == [0, 0]
    assert said(tmp_path).count("stopped and saved after") == 1
    assert "error: " not in said(tmp_path)
    done = epochs_saved(tmp_path)
    assert codes(typed(3, f"trainer.max_epochs={done + 2}")) == [0, 0, 0]
    assert epochs(tmp_path) == list(range(1, done + 3))


@needs_root
def test_a_full_disk_ends_all_with_one_sentence_and_keeps_what_there_was(
    typed, tmp_path, small_disk, fault
):
    assert codes(typed(2, f"runs={small_disk}", "trainer.max_epochs=9")) == [1, 1]
    assert said(tmp_path).count("error: ") == 1
    assert "the disk is full; free some space." in said(tmp_path).splitlines()[-1]
    checkpoints = list(small_disk.rglob("*.ckpt"))
    assert checkpoints
    for path in checkpoints:
        assert is_whole(path)
    assert not list(small_disk.rglob("*.part*"))
    fault()
