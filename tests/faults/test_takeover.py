"""Of two sessions of one run none replaces what the other has reached."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from jetcar.model.checkpoint import is_whole, read_checkpoint, write_checkpoint

TRAIN = str(Path(__file__).parents[2] / "train.py")
WITHOUT_END = "trainer.max_epochs=100000"
needs_signals = pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="Windows has no SIGSTOP")
needs_namespaces = pytest.mark.skipif(
    not sys.platform.startswith("linux") or os.geteuid() != 0,
    reason="only root on Linux can give two processes one path to two folders",
)


@pytest.fixture
def arguments(pictures, drive, tiny):
    quick = ("report=false", "tensorboard.every=0", "mirror.car=false", "mirror.wait_minutes=0.3")
    return [f"data.source={pictures}", *tiny, *quick, f"mirror.dir={drive}"]


def content(folder):
    """Every file below a folder but signs of life, which come and go."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".jetcar-lock")
    }


def make_further(path, epoch):
    """Turns a checkpoint into one of another session that came as far as that."""
    card, whole = read_checkpoint(path)
    rows = [{**card.history[0], "epoch": one} for one in range(1, epoch + 1)]
    card = replace(card, score=0.99, best_score=0.99, best_epoch=epoch, epoch=epoch, history=rows)
    write_checkpoint({**whole, "jetcar": card.to_plain()}, path)


def test_a_mirror_that_comes_back_with_a_further_run_keeps_it_whole(
    program, arguments, drive, fault
):
    run = program.start(*arguments, WITHOUT_END)
    last = drive / "first/checkpoints/last.ckpt"
    assert run.until(last.exists), run.output
    drive.rename(drive.with_name("away"))
    run.until_said("training goes on")
    other = drive.with_name("other")
    shutil.copytree(drive.with_name("away"), other)
    (other / "first/.jetcar-lock").unlink(missing_ok=True)
    for name in ("best.ckpt", "last.ckpt"):
        make_further(other / "first/checkpoints" / name, epoch=900)
    (other / "first/result.json").write_text("theirs", encoding="utf-8")
    before = content(other)
    other.rename(drive)
    run.until_said("took over")
    run.send(signal.SIGTERM)
    code, output = run.end()
    assert code == 143, output
    assert "is of 900 epochs, and this run has" in output
    assert content(drive) == before
    assert is_whole(program.folder / "runs/first/checkpoints/last.ckpt")
    fault()


def test_checkpoints_that_are_swapped_under_a_running_session_stay(
    program, arguments, drive, fault
):
    run = program.start(*arguments, WITHOUT_END)
    last = drive / "first/checkpoints/last.ckpt"
    assert run.until(last.exists), run.output
    further = program.folder / "further.ckpt"
    while not further.exists():  # the very moment in which it is replaced may come
        try:
            shutil.copy(last, further)
        except FileNotFoundError:
            continue
    make_further(further, epoch=900)
    expected = further.read_bytes()
    further.replace(last)
    run.until_said("took over")
    run.send(signal.SIGTERM)
    assert run.end()[0] == 143
    assert last.read_bytes() == expected
    fault()


@needs_signals
def test_a_machine_that_slept_leaves_the_mirror_to_the_one_that_took_over(
    program, arguments, drive, fault
):
    slept = program.start(*arguments, WITHOUT_END)
    last, lock = drive / "first/checkpoints/last.ckpt", drive / "first/.jetcar-lock"
    assert slept.until(last.exists), slept.output
    slept.send(signal.SIGSTOP)
    for left in last.parent.glob("last.ckpt*"):  # it may sleep between two names
        if not last.exists() and left.name.endswith(".old"):
            left.replace(last)
    sign = json.loads(lock.read_text(encoding="utf-8"))
    lock.write_text(
        json.dumps({**sign, "alive": sign["alive"] - 3600}), encoding="utf-8"
    )  # an hour passes
    epochs = read_checkpoint(last)[0].epoch + 1
    code, output = program.run(*arguments, f"trainer.max_epochs={epochs}", "runs=other")
    assert code == 0, output
    assert not lock.exists()  # it is over
    before = content(drive)
    slept.send(signal.SIGCONT)
    slept.until_said("took over")
    slept.send(signal.SIGTERM)
    code, output = slept.end()
    assert code == 143, output
    after = content(drive)
    assert {name: data for name, data in after.items() if ".part-" not in name} == {
        name: data for name, data in before.items() if ".part-" not in name
    }
    fault()


SLOW = """
import runpy, sys, time
from pathlib import Path
from jetcar.training import run

real = run.build_module

def slowly(*args, **more):
    module = real(*args, **more)
    Path("waits").touch()
    while not Path("go on").exists():
        time.sleep(0.01)
    return module

run.build_module = slowly
sys.argv[0] = {program!r}
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@pytest.mark.parametrize("runs", ["runs", "other disk"])
def test_a_slow_start_does_not_train_over_a_run_that_came_to_its_end_meanwhile(
    program, arguments, drive, runs, fault
):
    script = program.folder / "slow.py"
    script.write_text(SLOW.format(program=TRAIN), encoding="utf-8")
    two = [*arguments, "trainer.max_epochs=2"]
    slow = program.start(*two, f"runs={runs}", program=str(script))
    assert slow.until((program.folder / "waits").exists), slow.output
    code, output = program.run(*two)
    assert code == 0, output
    folders = (program.folder / "runs/first", drive / "first")
    before = [content(folder) for folder in folders]
    (program.folder / "go on").touch()
    code, output = slow.end()
    assert code == 0, output
    assert "another process has trained" in output
    assert "run first is finished" in output
    for folder, files in zip(folders, before, strict=True):
        now = content(folder)
        assert {**now, "log.txt": b""} == {**files, "log.txt": b""}
    fault()


CLONE = """
import ctypes, os, runpy, subprocess, sys

assert ctypes.CDLL(None).unshare(0x20000) == 0  # CLONE_NEWNS: mounts of its own
subprocess.run(["mount", "--make-rprivate", "/"], check=True)
subprocess.run(["mount", "--bind", {clone!r}, {here!r}], check=True)
os.chdir({here!r})
sys.argv[0] = {program!r}
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@needs_namespaces
def test_cloned_containers_do_not_share_a_mirror(program, arguments, drive, tmp_path, fault):
    if subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode:
        pytest.skip("this machine does not let tests mount")
    here = tmp_path / "container"
    here.mkdir()

    def start(clone):
        (tmp_path / clone).mkdir()
        script = tmp_path / f"{clone}.py"
        names = {"clone": str(tmp_path / clone), "here": str(here), "program": TRAIN}
        script.write_text(CLONE.format(**names), encoding="utf-8")
        return program.start(*arguments, WITHOUT_END, program=str(script))

    first = start("a")
    assert first.until((drive / "first/checkpoints/last.ckpt").exists), first.output
    code, output = start("b").end()
    assert code == 1, output
    assert "Another run on" in output.splitlines()[-1]
    first.send(signal.SIGTERM)
    assert first.end()[0] == 143
    fault()
