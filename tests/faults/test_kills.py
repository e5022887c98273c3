"""A run that is killed again and again ends as one that was never disturbed."""

from __future__ import annotations

import csv
import random
import signal
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

pytestmark = pytest.mark.long

KILLS = 16
"""In each of two runs; one more comes while the run is finished."""

EPOCHS = 2 * KILLS
SETUPS = {
    "with a mirror": ("mirror.dir=Drive",),
    # With the average of the weights and the second head, as any run; transforms besides.
    "saving inside epochs": (
        "trainer.checkpoint_minutes=1e-4",
        "trainer.accumulate=2",
        "augment.transforms=[{MotionBlur: {p: 0.5}}, {SomeOf: {n: 1, p: 0.7, transforms: "
        "[{Affine: {rotate: 20, p: 1}}, {RandomShadow: {p: 1}}]}}]",
    ),
}


def state_of(folder: Path):
    """All that a run must bring back: weights, optimizer, and what the program itself keeps."""
    content = torch.load(folder / "checkpoints/last.ckpt", weights_only=True)
    rest = content["lr_schedulers"], content["callbacks"]
    return content["state_dict"], content["optimizer_states"][0]["state"], content["jetcar"], rest


def rows_of(folder: Path):
    with (folder / "metrics.csv").open(newline="", encoding="utf-8") as file:
        return [{k: v for k, v in row.items() if "second" not in k} for row in csv.DictReader(file)]


def points_of(folder: Path):
    events = EventAccumulator(str(folder / "tensorboard"), {"scalars": 0})
    events.Reload()
    return [(point.step, point.value) for point in events.Scalars("val/iou")]


def masks_of(folder: Path):
    with zipfile.ZipFile(folder / "predictions.zip") as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def kill_at(moment: str, running, folder: Path, dice: random.Random) -> bool:
    """Kills a program at a moment of that kind; False when it had come to its end before."""
    run, drive = folder / "runs/first", folder / "Drive"
    arrives = {
        "a checkpoint is written": lambda: any(run.glob("checkpoints/*.part-*")),
        "a copy is made": lambda: any(drive.rglob("*.part-*")),
        "the run is finished": lambda: any(run.glob("predictions.part-*")),
    }
    if moment in arrives:
        running.until(arrives[moment])
    elif moment == "any time":
        running.until(lambda: "continuing" in running.output or "epoch" in running.output)
        end = time.monotonic() + dice.random()
        # Not for ever: a quick computer shall not come to the end of the run.
        running.until(lambda: time.monotonic() > end or running.output.count("epoch ") > 2)
    else:
        running.until(lambda: "run " in running.output)
    running.kill()
    return running.code == -signal.SIGKILL


def try_setup(program, arguments: list[str], dice: random.Random) -> int:
    """Kills the program many times, then lets it come to its end; how often it was killed."""
    moments = ["any time", "a checkpoint is written", "starting"]
    if (program.folder / "Drive").exists():
        moments.append("a copy is made")
    kills = sum(
        kill_at(moment, program.start(*arguments), program.folder, dice)
        for moment in (*dice.choices(moments, k=KILLS), "the run is finished")
    )
    code, output = program.run(*arguments)
    assert code == 0, output
    return kills


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows cannot be told who ended what")
def test_a_run_that_is_killed_again_and_again_ends_as_one_never_disturbed(
    pictures, tmp_path, program_in, tiny, fault
):
    def both(name):
        more = (f"trainer.max_epochs={EPOCHS}", *SETUPS[name])
        arguments = [f"data.source={pictures}", *tiny, *more]
        whole, killed = (program_in(tmp_path / name / kind) for kind in ("whole", "killed"))
        for program in (whole, killed):
            (program.folder / "Drive" if "mirror.dir=Drive" in more else program.folder).mkdir(
                parents=True
            )
        assert whole.run(*arguments)[0] == 0
        kills = try_setup(killed, arguments, random.Random(name))
        return whole.folder / "runs/first", killed.folder / "runs/first", kills

    with ThreadPoolExecutor(len(SETUPS)) as pool:
        results = list(pool.map(both, SETUPS))
    for whole, killed, kills in results:
        ends_alike(whole, killed)
        fault(kills)
    assert sum(kills for *_, kills in results) >= 30


def ends_alike(whole: Path, killed: Path):
    (weights, optimizer, card, rest), (weights2, optimizer2, card2, rest2) = map(
        state_of, (whole, killed)
    )
    for name in weights:
        assert torch.equal(weights[name], weights2[name]), name
    for number in optimizer:
        for name, value in optimizer[number].items():
            assert torch.equal(value, optimizer2[number][name]), name
    assert rest == rest2
    assert card["best_score"] == card2["best_score"]
    assert card["best_epoch"] == card2["best_epoch"]
    assert rows_of(whole) == rows_of(killed)
    assert points_of(whole) == points_of(killed)
    assert [step for step, _ in points_of(killed)] == list(range(1, EPOCHS + 1))
    assert masks_of(whole) == masks_of(killed)
    assert (killed / "checkpoints/best.ckpt").exists()
    assert not [path for path in killed.rglob("*") if ".part" in path.name]
    drive = killed.parent.parent / "Drive"
    for name in ("last.ckpt", "best.ckpt") if drive.exists() else ():
        ours, theirs = (at / "checkpoints" / name for at in (killed, drive / "first"))
        assert ours.read_bytes() == theirs.read_bytes()


DAMAGES = {
    "truncated": lambda data: data[: len(data) // 2],
    "a bit flipped": lambda data: data[:9000] + bytes([data[9000] ^ 4]) + data[9001:],
    "zero bytes": lambda data: bytes(len(data)),
    "empty": lambda data: b"",
}


@pytest.fixture(scope="module")
def three_and_five(pictures, program_in, tiny, tmp_path_factory):
    """Arguments of a run, and its folders after 3 and after 5 epochs."""
    program = program_in(tmp_path_factory.mktemp("stopped"))
    arguments = [f"data.source={pictures}", *tiny]
    assert program.run(*arguments, "name=three", "trainer.max_epochs=3")[0] == 0
    assert program.run(*arguments, "name=five", "trainer.max_epochs=5")[0] == 0
    return arguments, program.folder / "runs/three", program.folder / "runs/five"


def copy_tree(source: Path, target: Path):
    for path in source.rglob("*"):
        if path.is_file():
            to = target / path.relative_to(source)
            to.parent.mkdir(parents=True, exist_ok=True)
            to.write_bytes(path.read_bytes())


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_checkpoint_is_noticed_and_the_one_before_leads_to_the_same_end(
    program, three_and_five, damage, fault
):
    arguments, three, five = three_and_five
    ours = program.folder / "runs/three"
    copy_tree(three, ours)
    for path in (ours / "checkpoints").glob("best.ckpt"):
        path.unlink()  # it may be as far as the last one
    last = ours / "checkpoints/last.ckpt"
    last.write_bytes(DAMAGES[damage](last.read_bytes()))
    code, output = program.run(*arguments, "name=three", "trainer.max_epochs=5")
    assert code == 0, output
    assert "last.ckpt is damaged" in output
    assert "previous.ckpt instead" in output
    weights, former = state_of(five)[0], state_of(ours)[0]
    assert all(torch.equal(weights[name], former[name]) for name in weights)
    fault()


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows has no signals to send")
@pytest.mark.parametrize(("signum", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_run_that_is_asked_to_stop_saves_copies_and_says_so_in_its_exit_code(
    program, pictures, tiny, signum, code, fault
):
    drive = program.folder / "Drive"
    drive.mkdir()
    arguments = [f"data.source={pictures}", *tiny, "mirror.dir=Drive"]
    running = program.start(*arguments, "trainer.max_epochs=100000")
    running.until_said("epoch 1/")
    running.send(signum)
    ended, output = running.end()
    assert ended == code, output
    assert "stopped and saved; the same command continues" in output
    last = "first/checkpoints/last.ckpt"
    assert (drive / last).read_bytes() == (program.folder / "runs" / last).read_bytes()
    fault()
