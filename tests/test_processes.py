"""Tests of jetcar.processes: as many as a system can wait for, and none that is left behind."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import process
from pathlib import Path

import cv2
import pytest

from jetcar.processes import MOST, each, how_many, pool_of

PATIENCE_SECONDS = 60.0

PARENT = """
import os, sys, time
from jetcar.processes import pool_of

def work(folder):
    open(os.path.join(folder, str(os.getpid())), "w").close()
    time.sleep(600)

if __name__ == "__main__":
    with pool_of(2) as pool:
        list(pool.map(work, [sys.argv[1]] * 2))
"""


def squared(number):
    return number * number


def settings_of_worker(_):
    return cv2.getNumThreads(), signal.getsignal(signal.SIGINT) == signal.SIG_IGN


@pytest.mark.parametrize(("cores", "wanted", "processes"), [(64, None, 61), (64, 256, 61)])
def test_there_are_never_more_processes_than_windows_can_wait_for(
    monkeypatch, cores, wanted, processes
):
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    assert how_many(wanted) == processes == MOST
    monkeypatch.setattr(process.sys, "platform", "win32")
    with pool_of(how_many(wanted)):
        pass  # on Windows more of them are a ValueError


def test_only_cores_that_we_may_use_count(monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {3, 5, 7}, raising=False)
    assert (how_many(), how_many(2)) == (3, 2)


def test_a_system_that_does_not_know_its_cores_has_one(monkeypatch):
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert how_many() == 1


@pytest.mark.parametrize("alone", [0, 9])
def test_results_come_in_the_order_of_their_tasks(alone):
    assert list(each(squared, [3, 1, 2], alone=alone, chunk=1)) == [9, 1, 4]


def test_a_worker_has_one_core_and_leaves_ctrl_c_to_the_main_process():
    assert list(each(settings_of_worker, [0], alone=0, chunk=1)) == [(1, True)]


@pytest.mark.skipif(os.name == "nt", reason="asks Linux and macOS whether a process is there")
def test_workers_end_when_their_main_process_was_killed(tmp_path):
    (tmp_path / "pids").mkdir()
    script = tmp_path / "parent.py"
    script.write_text(PARENT, encoding="utf-8")
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    parent = subprocess.Popen([sys.executable, str(script), str(tmp_path / "pids")], env=env)
    pids = []
    try:
        wait_until(lambda: len(os.listdir(tmp_path / "pids")) == 2)
        pids = [int(name) for name in os.listdir(tmp_path / "pids")]
        parent.kill()
        parent.wait()
        wait_until(lambda: not any(map(is_there, pids)))
    finally:
        parent.kill()
        for pid in filter(is_there, pids):
            os.kill(pid, signal.SIGKILL)


def wait_until(condition):
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)


def is_there(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")  # a process that ended may wait for a new parent to see it
    try:
        return (
            not state.is_file()
            or state.read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
        )
    except OSError:
        return False
