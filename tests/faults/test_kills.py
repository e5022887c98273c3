"""A run that is killed again and again ends as one that was never disturbed."""

from __future__ import annotations

import csv
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

EPOCHS = 24
KILLS = 16
"""In each of two runs."""

SETUPS = {
    "with a mirror": ("mirror.dir=Drive",),
    "saving inside epochs": ("trainer.checkpoint_minutes=1e-4", "trainer.accumulate=2"),
}


def state_of(folder: Path):
    """All that a run must bring back: weights, optimizer, and what the program itself keeps."""
    content = torch.load(folder / "checkpoints/last.ckpt", weights_only=True)
    return content["state_dict"], content["optimizer_states"][0]["state"], content["jetcar"]


def rows_of(folder: Path):
    with (folder / "metrics.csv").open(newline="") as file:
        return [{k: v for k, v in row.items() if "second" not in k} for row in csv.DictReader(file)]


def points_of(folder: Path):
    events = EventAccumulator(str(folder / "tensorboard"), {"scalars": 0})
    events.Reload()
    return [(point.step, point.value) for point in events.Scalars("val/iou")]


def kill_often(program, arguments: list[str], dice: random.Random, until) -> list[str]:
    """Starts and kills the program at moments of many kinds; returns what they were."""
    run = program.folder / "runs/first"
    moments = []
    for _ in range(KILLS):
        process = program.start(*arguments)
        lines: list[str] = []
        reader = threading.Thread(target=lambda p=process, to=lines: to.extend(p.stdout))
        reader.start()
        until(lambda to=lines: any(line.startswith("run ") for line in to))
        moment = dice.choice(["any time", "a checkpoint is written", "a copy is made", "starting"])
        if moment == "a checkpoint is written":
            until(lambda: any(run.rglob("new.ckpt.part")))
        elif moment == "a copy is made" and (program.folder / "Drive").exists():
            until(lambda: any((program.folder / "Drive").rglob("*.part")))
        elif moment != "starting":
            threading.Event().wait(dice.random() * 2.5)
        process.kill()
        process.wait()
        reader.join()
        process.stdout.close()
        moments.append(moment)
        assert not any("Traceback" in line for line in lines), lines
        if any("everything is in" in line for line in lines):
            break
    return moments


def test_a_run_that_is_killed_again_and_again_ends_as_one_never_disturbed(
    pictures, tmp_path, program_in, tiny, until, fault
):
    def try_setup(name):
        arguments = [
            f"data.source={pictures}",
            *tiny,
            f"trainer.max_epochs={EPOCHS}",
            *SETUPS[name],
        ]
        folders = []
        for kind in ("whole", "killed"):
            folder = tmp_path / name / kind
            (folder / "Drive").mkdir(parents=True)
            program = program_in(folder)
            moments = []
            if kind == "killed":
                moments = kill_often(program, arguments, random.Random(name), until)
            code, output = program.run(*arguments)
            assert code == 0, output
            folders.append(folder / "runs/first")
        return (*folders, moments)

    with ThreadPoolExecutor(len(SETUPS)) as pool:
        results = list(pool.map(try_setup, SETUPS))
    for whole, killed, moments in results:
        (weights, optimizer, card), (weights2, optimizer2, card2) = map(state_of, (whole, killed))
        for name in weights:
            assert torch.equal(weights[name], weights2[name]), name
        for number in optimizer:
            for name, value in optimizer[number].items():
                assert torch.equal(value, optimizer2[number][name]), name
        assert card["state"]["plateau"] == card2["state"]["plateau"]
        assert card["best_score"] == card2["best_score"]
        assert card["best_epoch"] == card2["best_epoch"]
        assert rows_of(whole) == rows_of(killed)
        assert points_of(whole) == points_of(killed)
        assert [step for step, _ in points_of(killed)] == list(range(1, EPOCHS + 1))
        for path in killed.rglob("*"):
            assert not path.name.endswith(".part"), path
        drive = killed.parent.parent / "Drive" / "first"
        for name in ("last.ckpt", "best.ckpt") if drive.exists() else ():
            ours, theirs = killed / "checkpoints" / name, drive / "checkpoints" / name
            assert ours.read_bytes() == theirs.read_bytes()
        for _ in moments:
            fault()
    assert sum(len(moments) for *_, moments in results) >= 30


DAMAGES = {
    "truncated": lambda data: data[: len(data) // 2],
    "a bit flipped": lambda data: data[:9000] + bytes([data[9000] ^ 4]) + data[9001:],
    "zero bytes": lambda data: bytes(len(data)),
    "empty": lambda data: b"",
}


@pytest.fixture(scope="module")
def stopped(pictures, program_in, tiny, tmp_path_factory):
    """A run of 3 epochs, and the same of 5: weights that its continuations must reach."""
    folder = tmp_path_factory.mktemp("stopped")
    program = program_in(folder)
    arguments = [f"data.source={pictures}", *tiny]
    assert program.run(*arguments, "name=three", "trainer.max_epochs=3")[0] == 0
    assert program.run(*arguments, "name=five", "trainer.max_epochs=5")[0] == 0
    return folder


def copy_tree(source: Path, target: Path):
    for path in source.rglob("*"):
        if path.is_file():
            to = target / path.relative_to(source)
            to.parent.mkdir(parents=True, exist_ok=True)
            to.write_bytes(path.read_bytes())


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_checkpoint_is_noticed_and_the_one_before_leads_to_the_same_end(
    pictures, program, tiny, stopped, damage, fault
):
    copy_tree(stopped / "runs/three", program.folder / "runs/three")
    last = program.folder / "runs/three/checkpoints/last.ckpt"
    last.write_bytes(DAMAGES[damage](last.read_bytes()))
    code, output = program.run(
        f"data.source={pictures}", *tiny, "name=three", "trainer.max_epochs=5"
    )
    assert code == 0, output
    assert "last.ckpt is damaged" in output
    assert "previous.ckpt instead" in output
    weights, *_ = state_of(stopped / "runs/five")
    ours, *_ = state_of(program.folder / "runs/three")
    for name in weights:
        assert torch.equal(weights[name], ours[name]), name
    fault()
