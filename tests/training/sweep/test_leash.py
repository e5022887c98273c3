"""Tests of training.sweep.leash: a sweep's job is asked to stop exactly as often as the sweep."""

import contextlib
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from jetcar.training.sweep.leash import Leash, obey, signal_behind

PROJECT = Path(__file__).parent.parent.parent

JOB = """
import logging, sys, time
from pathlib import Path
logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
from jetcar.errors import Interrupted
from jetcar.training.sweep.leash import obey
from jetcar.training.callbacks.stop import StopRequest
stop = StopRequest()
try:
    with stop:
        obey()
        Path("ready").touch()
        while not (stop.signum and Path("step-is-over").exists()):
            time.sleep(0.01)
    print("saved")
    sys.exit(128 + stop.signum)
except Interrupted as end:
    print("at once")
    sys.exit(128 + end.signum)
"""

SWEEP = """
import sys
from jetcar.training.sweep.leash import Leash
with Leash() as leash:
    code = leash.run([sys.executable, "job.py"])
print("job ended", code, "signal", leash.signum)
"""


@pytest.fixture
def sweep(tmp_path):
    """A small sweep whose small job is in a step that ends when a file appears."""
    (tmp_path / "job.py").write_text(JOB, encoding="utf-8")
    (tmp_path / "sweep.py").write_text(SWEEP, encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-u", "sweep.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    wait_for(tmp_path / "ready")
    yield process
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()


def wait_for(path):
    end = time.monotonic() + 60
    while not path.exists():
        assert time.monotonic() < end
        time.sleep(0.01)


def listen_to(process, text):
    """Reads on until the process has said something."""
    line = process.stdout.readline()
    while text not in line:
        assert line, f"it ended without saying {text}"
        line = process.stdout.readline()


needs_signals = pytest.mark.skipif(sys.platform == "win32", reason="no signals to send")


@needs_signals
@pytest.mark.parametrize("to_all", [True, False], ids=["to all", "to the sweep"])
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_one_signal_is_one_request_whoever_got_it(sweep, tmp_path, to_all, name):
    signum = getattr(signal, name)
    send = os.killpg if to_all else os.kill
    send(sweep.pid, signum)
    listen_to(sweep, "stopping after this step")
    time.sleep(0.5)  # the second way must have had the time to ask again
    (tmp_path / "step-is-over").touch()
    said = sweep.communicate()[0]
    assert said == f"saved\njob ended {128 + signum} signal {int(signum)}\n"


@needs_signals
@pytest.mark.parametrize("to_all", [True, False], ids=["to all", "to the sweep"])
def test_a_second_signal_stops_at_once(sweep, to_all):
    send = os.killpg if to_all else os.kill
    send(sweep.pid, signal.SIGINT)
    listen_to(sweep, "stopping after this step")
    send(sweep.pid, signal.SIGINT)
    assert sweep.communicate()[0] == "at once\njob ended 130 signal 2\n"


@needs_signals
def test_a_third_signal_kills_a_job_that_hangs(sweep):
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True).stdout
    pairs = (map(int, line.split()) for line in listed.splitlines())
    (job,) = (pid for pid, parent in pairs if parent == sweep.pid)
    os.kill(job, signal.SIGSTOP)
    for _ in range(3):
        sweep.send_signal(signal.SIGINT)
        time.sleep(0.1)  # equal signals that wait together are one
    assert sweep.communicate()[0] == f"job ended {-signal.SIGKILL} signal 2\n"


@needs_signals
def test_a_job_stops_when_its_sweep_is_killed(sweep, tmp_path):
    sweep.kill()
    (tmp_path / "step-is-over").touch()
    assert (
        sweep.communicate()[0].splitlines()[-1] == "saved"
    )  # the job holds the pipe open till then


def test_a_job_without_a_sweep_keeps_its_input(monkeypatch):
    monkeypatch.delenv("JETCAR_ON_LEASH", raising=False)
    before = os.fstat(0)
    obey()
    assert os.path.samestat(os.fstat(0), before)


def test_a_job_on_a_leash_has_no_input_and_hands_no_leash_on():
    program = textwrap.dedent("""
        import os, sys
        from jetcar.training.sweep.leash import obey
        obey()
        print(repr(sys.stdin.read()), os.environ.get("JETCAR_ON_LEASH"))
    """)
    with Leash() as leash:
        assert leash.run([sys.executable, "-c", f"{program}\nsys.exit(7)"]) == 7
    done = subprocess.run(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        env={**os.environ, "JETCAR_ON_LEASH": "1"},
        capture_output=True,
        text=True,
    )
    assert done.stdout == "'' None\n"


@pytest.mark.parametrize(
    ("code", "signum"),
    [(0, 0), (1, 0), (-9, 0), (130, 2), (-2, 2), (143, 15), (-15, 15), (141, 13), (0xC000013A, 2)],
)
def test_an_exit_code_tells_which_signal_ended_a_job(code, signum):
    assert signal_behind(code) == signum
