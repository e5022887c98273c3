"""A sweep that is asked to stop ends as a single run does: its job saves, no process is left."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

PROJECT = Path(__file__).parent.parent.parent
PATIENCE_SECONDS = 240.0

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals to send"),
]


class Sweep:
    """A sweep of two jobs that would train for ever, in a process group of its own."""

    def __init__(self, folder: Path, pictures: Path, tiny: tuple[str, ...], *more: str) -> None:
        self.folder = folder
        self.path = folder / "output.txt"
        command = [sys.executable, str(PROJECT / "train.py"), "-m", f"data.source={pictures}"]
        command += [*tiny, "seed=1,2", "trainer.max_epochs=100000", *more]
        with self.path.open("wb") as output:
            self.process = subprocess.Popen(
                command, cwd=folder, stdout=output, stderr=output, start_new_session=True
            )

    @property
    def output(self) -> str:
        return self.path.read_text(encoding="utf-8")

    def until_said(self, text: str, times: int = 1) -> None:
        self.until(lambda: self.output.count(text) >= times)

    def until(self, condition) -> None:
        end = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            assert time.monotonic() < end, self.output
            time.sleep(0.005)

    def end(self) -> int:
        code = self.process.wait(PATIENCE_SECONDS)
        self.until(lambda: not self.processes())  # at once, but for a sweep that was killed
        assert "Traceback" not in self.output, self.output
        return code

    def processes(self) -> list[int]:
        """Those of its group that still run."""
        listed = subprocess.run(["ps", "-eo", "pid=,pgid=,stat="], capture_output=True, text=True)
        rows = (line.split() for line in listed.stdout.splitlines())
        group = str(self.process.pid)
        return [int(pid) for pid, pgid, state in rows if pgid == group and state[0] != "Z"]

    @property
    def job(self) -> int:
        (job,) = [pid for pid in self.processes() if pid != self.process.pid]
        return job

    def epochs(self) -> int:
        """Epochs in the checkpoint of the first job."""
        last = self.folder / "runs/first/seed=1/checkpoints/last.ckpt"
        return int(torch.load(last, weights_only=True)["jetcar"]["epoch"])


@pytest.fixture
def sweep(tmp_path, pictures, tiny):
    """A function that starts a sweep; whatever is left of it in the end is killed."""
    started = []

    def start(*more):
        started.append(Sweep(tmp_path, pictures, tiny, *more))
        return started[-1]

    yield start
    for one in started:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(one.process.pid, signal.SIGKILL)
        one.process.wait()


def to_the_group(sweep, signum):
    os.killpg(sweep.process.pid, signum)


def to_the_sweep(sweep, signum):
    sweep.process.send_signal(signum)


def to_the_job(sweep, signum):
    os.kill(sweep.job, signum)


@pytest.mark.parametrize("send", [to_the_group, to_the_sweep, to_the_job])
@pytest.mark.parametrize(("signum", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_the_job_saves_and_the_sweep_waits_for_it(sweep, send, signum, code, fault):
    running = sweep()
    running.until_said("epoch 2/")
    send(running, signum)
    assert running.end() == code
    said = running.output
    assert "stopping after this step" in said
    assert said.count("stopped and saved; the same command continues") == 1
    assert "the sweep is stopped in job 1 of 2; what is saved is in runs/first" in said
    assert "job 2 of 2" not in said
    epochs = len(re.findall(r"^epoch \d+/", said, flags=re.MULTILINE))
    assert running.epochs() >= epochs >= 2
    fault()


def test_a_sweep_that_is_killed_leaves_no_job_behind(sweep, fault):
    running = sweep()
    running.until_said("epoch 2/")
    to_the_sweep(running, signal.SIGKILL)
    assert running.end() == -signal.SIGKILL
    assert "stopped and saved; the same command continues" in running.output
    fault()


def test_a_closed_terminal_is_no_lost_epoch(sweep, fault):
    running = sweep()
    running.until_said("epoch 2/")
    to_the_group(running, signal.SIGHUP)
    assert running.end() == 129
    assert running.output.count("stopped and saved; the same command continues") == 1
    fault()


def test_the_same_sweep_continues_where_it_stopped(sweep, fault):
    running = sweep()
    running.until_said("epoch 2/")
    to_the_group(running, signal.SIGINT)
    assert running.end() == 130
    epochs = running.epochs()
    again = sweep("trainer.max_epochs=4")
    assert again.end() == 0
    assert f"continuing in epoch {epochs + 1}" in again.output or epochs >= 4
    assert (again.folder / "runs/first/sweep.csv").read_text(encoding="utf-8").count("done") == 2
    fault()
