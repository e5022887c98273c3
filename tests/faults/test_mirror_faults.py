"""Whatever happens to the mirror, training goes on and what is missing is told."""

from __future__ import annotations

import os
import signal
import subprocess

import pytest

from jetcar.model.checkpoint import is_whole, read_checkpoint
from tests.faults.conftest import needs_root

NEVER_AGAIN = "mirror.wait_minutes=0.12"
"""Of a mirror that stays as it is: time for two more tries, 1 and 6 s after the first."""


@pytest.fixture
def arguments(pictures, drive, tiny):
    return [
        f"data.source={pictures}",
        *tiny,
        "trainer.max_epochs=8",
        f"mirror.dir={drive}",
        "mirror.wait_minutes=0.3",
    ]


def whole_files_only(folder):
    for path in folder.rglob("*.ckpt"):
        assert is_whole(path), path


def run_is_safe(program):
    folder = program.folder / "runs/first"
    assert is_whole(folder / "checkpoints/best.ckpt")
    assert is_whole(folder / "checkpoints/last.ckpt")
    assert (folder / "result.json").exists()
    assert len((folder / "metrics.csv").read_text(encoding="utf-8").splitlines()) == 9


@needs_root
def test_a_mirror_that_fills_up(program, arguments, small_disk, fault):
    code, output = program.run(*arguments, NEVER_AGAIN)
    assert code == 1
    assert output.count("No space left on device") == 1  # one warning
    assert "are not in the mirror" in output
    assert "ckpt" in output.splitlines()[-1]
    whole_files_only(small_disk)
    run_is_safe(program)
    fault()


@needs_root
def test_a_mirror_that_turns_read_only(program, arguments, small_disk, fault):
    run = program.start(*arguments, NEVER_AGAIN)
    run.until_said("epoch 2/")
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    code, output = run.end()
    assert code == 1
    assert "training goes on" in output
    assert "are not in the mirror" in output
    whole_files_only(small_disk)
    run_is_safe(program)
    fault()


@needs_root
def test_a_mirror_that_is_read_only_from_the_start(program, arguments, small_disk, fault):
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    code, output = program.run(*arguments)
    assert code == 1
    assert "read-only; choose a folder that can be written to" in output.splitlines()[-1]
    fault()


@needs_root
def test_a_mirror_whose_mount_is_lost(program, arguments, small_disk, fault):
    run = program.start(*arguments, NEVER_AGAIN)
    run.until_said("epoch 2/")
    subprocess.run(["umount", "-l", str(small_disk)], check=True)
    code, output = run.end()
    left_on_the_local_disk = list(small_disk.iterdir())
    subprocess.run(["mount", "-t", "tmpfs", "jetcar-test", str(small_disk)], check=True)
    assert code == 1
    assert "training goes on" in output
    assert left_on_the_local_disk == []
    run_is_safe(program)
    fault()


def test_a_mirror_that_goes_away_and_comes_back(program, arguments, drive, fault):
    run = program.start(*arguments)
    run.until_said("epoch 2/")
    drive.rename(drive.with_name("away"))
    run.until_said("training goes on")
    drive.with_name("away").rename(drive)
    code, output = run.end()
    assert code == 0, output
    assert output.count("training goes on") == 1
    assert "works again" in output
    local, there = program.folder / "runs/first", drive / "first"
    for name in ("checkpoints/best.ckpt", "checkpoints/last.ckpt", "result.json", "metrics.csv"):
        assert (there / name).read_bytes() == (local / name).read_bytes()
    fault()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a named pipe as a file that hangs")
def test_a_mirror_that_hangs(program, arguments, drive, fault):
    run = program.start(*arguments, "mirror.wait_minutes=0.05")  # no try ever ends
    run.until_said("epoch 2/")
    lock = drive / "first/.jetcar-lock"
    os.mkfifo(lock.with_name("pipe"))
    lock.with_name("pipe").replace(lock)  # opening it never returns
    code, output = run.end()
    assert code == 1
    assert "checkpoints/last.ckpt" in output.splitlines()[-1]
    run_is_safe(program)
    fault()


def test_a_truncated_best_in_the_mirror_is_replaced(program, arguments, drive, fault):
    code, output = program.run(*arguments)
    assert code == 0, output
    best = drive / "first/checkpoints/best.ckpt"
    best.write_bytes(best.read_bytes()[:1000])
    code, output = program.run(*arguments)
    assert code == 0, output
    assert best.read_bytes() == (program.folder / "runs/first/checkpoints/best.ckpt").read_bytes()
    fault()


def test_a_better_best_of_another_machine_stays(program, arguments, drive, fault):
    code, output = program.run(*arguments)
    assert code == 0, output
    there = drive / "first/checkpoints/best.ckpt"
    score = read_checkpoint(there)[0].score
    # Another machine knows only the first epoch of the run, and learns no more.
    first = [one for one in arguments if not one.startswith("mirror")]
    code, output = program.run(*first, "runs=other", "trainer.max_epochs=1")
    assert code == 0, output
    for path in (drive / "first").glob("checkpoints/last.ckpt"):
        path.unlink()
    still = ("runs=other", "trainer.max_epochs=2", "optimizer.lr=1e-30", "plateau.min_lr=0")
    code, output = program.run(*arguments, *still)
    assert code == 0, output
    assert read_checkpoint(there)[0].score >= score
    fault()


def test_two_runs_into_one_mirror_are_refused(program, arguments, tmp_path, fault):
    run = program.start(*arguments, "trainer.max_epochs=100000")
    run.until_said("epoch 1/")
    code, output = program.run(*arguments, f"runs={tmp_path / 'other disk'}")
    assert code == 1
    assert "Another run" in output.splitlines()[-1]
    code, output = program.run(*arguments)
    assert code == 1
    assert "Another" in output.splitlines()[-1]
    run.send(signal.SIGTERM)
    assert run.end()[0] == 143
    fault()


@needs_root
def test_a_local_disk_that_is_full_ends_the_run_in_a_sentence_and_keeps_what_there_was(
    program, arguments, small_disk, tmp_path, fault
):
    # The small disk takes the run: one checkpoint of 19 MB, and no second one.
    local = [one for one in arguments if not one.startswith("mirror")]
    code, output = program.run(*local, f"runs={small_disk}", "monitor=val/loss")
    assert code == 1
    assert "the disk is full; free some space." in output.splitlines()[-1]
    whole_files_only(small_disk)
    assert not list(small_disk.rglob("*.part*"))
    fault()


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="Windows has no groups of processes")
def test_ctrl_c_reaches_the_workers_too_and_harms_nothing(program, pictures, tiny, fault):
    arguments = [f"data.source={pictures}", *tiny, "data.workers=1"]
    run = program.start(*arguments, "trainer.max_epochs=100000", cold=True)
    run.until_said("epoch 1/")
    os.killpg(run.process.pid, signal.SIGINT)
    code, output = run.end()
    assert code == 130, output
    assert "stopped and saved; the same command continues" in output
    assert is_whole(program.folder / "runs/first/checkpoints/last.ckpt")
    fault()


def test_a_run_whose_mirror_another_one_took_over_copies_no_more(program, arguments, drive, fault):
    lock = drive / "first/.jetcar-lock"
    run = program.start(*arguments, "trainer.max_epochs=100000")
    last = drive / "first/checkpoints/last.ckpt"
    run.until(last.exists)
    lock.write_text('{"owner": "other", "machine": "other", "alive": 1e10}', encoding="utf-8")
    run.until_said("took over")
    before = last.read_bytes()
    run.send(signal.SIGTERM)
    code, output = run.end()
    assert code == 143, output
    assert "the run is safe in runs/first" in output
    assert last.read_bytes() == before
    assert "other" in lock.read_text(encoding="utf-8")
    fault()
