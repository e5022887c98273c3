"""A sweep whose jobs a launcher or a sweeper of Hydra's plugins finds and starts."""

from __future__ import annotations

import json
import logging
import math
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from filelock import FileLock, Timeout

from jetcar.errors import Interrupted, UserError
from jetcar.model.monitor import falls
from jetcar.settings.compose import Composed
from jetcar.settings.multirun import Multirun
from jetcar.signals import caught, note
from jetcar.training.sweep.labels import folder_of, refuse_many_names, words_of
from jetcar.training.sweep.leash import Leash
from jetcar.training.sweep.outcome import Outcome
from jetcar.training.sweep.sweep import write_results
from jetcar.whole import write_json

log = logging.getLogger(__name__)

RECORDS = ".sweep"
"""Folder below that of the sweep, in which each job says how it ended, until the sweep is over."""

STOP = "stop"
"""File in that folder, with a byte for each time that the sweep was asked to stop."""

POLL_SECONDS = 0.3


class Stop:
    """Whether a sweep was asked to stop, as its jobs learn in whatever process or machine they are.

    A launcher kills its processes, and all that they have started, when the sweep itself ends
    early. So a signal does not end the sweep: it is written into a file, the jobs save and end, and
    those that come after do not start. Use as a context manager in the main thread.

    Args:
        path: The file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._caught = ExitStack()

    def __enter__(self) -> Stop:
        self._caught.enter_context(caught(self._on_signal))
        return self

    def __exit__(self, *_: object) -> None:
        self._caught.close()

    @staticmethod
    def asked(path: Path) -> bytes:
        """The signals that asked to stop so far, one a byte."""
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return b""

    def _on_signal(self, signum: int, frame: FrameType | None) -> None:
        means = note(signum)
        if len(self.asked(self.path)) > 1:
            raise Interrupted(means)
        if not self.asked(self.path):
            log.info("stopping the jobs, which save; Ctrl-C again stops them at once")
        with self.path.open("ab") as file:
            file.write(bytes([means]))


@dataclass(frozen=True)
class Job:
    """Does one job in a process of its own; launchers take it to other processes and machines.

    Attributes:
        program: How Python is told to run the program that does one job.
        switches: Arguments that say in which files the settings lie.
        home: The folder of the sweep.
        name: The name of the sweep.
        given: Names of the settings that are the same in all jobs.
        process: The one that the sweep runs in.
    """

    program: tuple[str, ...]
    switches: tuple[str, ...]
    home: Path
    name: str
    given: frozenset[str]
    process: int

    def __call__(self, overrides: list[str], number: int) -> float:
        """The score of the job; NaN when it failed or was stopped, which ends no other."""
        records = self.home / RECORDS
        if Stop.asked(records / STOP):
            return math.nan
        assigned = [one.lstrip("+").partition("=") for one in overrides]
        point = {key: value.strip("'\"") for key, _, value in assigned if key not in self.given}
        label = folder_of(point)
        log.info("job %d: %s", number + 1, label)
        record = records / f"{label}.json"
        write_json(record, {"job": label, "settings": point, "code": None})
        command = [*self.program, *self.switches, *words_of(overrides, self.name, label)]
        leash = Leash()
        with self._deaf(), own_gpu(records, number), _watched(leash, records / STOP):
            code = leash.run([sys.executable, *command])
        write_json(record, {"job": label, "settings": point, "code": code})
        score = Outcome.of(label, point, self.home / label, code).score
        return math.nan if score is None else score

    @contextmanager
    def _deaf(self) -> Iterator[None]:
        """Has a launcher's process let signals pass, which the job and the sweep have too."""
        if os.getpid() == self.process:
            yield
            return
        # A function, as what is ignored would be ignored by the job as well.
        with caught(lambda *_: None):
            yield


@contextmanager
def _watched(leash: Leash, stop: Path) -> Iterator[None]:
    """Passes on to a job how often the sweep was asked to stop."""
    is_over = threading.Event()

    def watch() -> None:
        told = 0
        while not is_over.wait(POLL_SECONDS):
            for signum in Stop.asked(stop)[told:]:
                told += 1
                leash.ask(signum)

    thread = threading.Thread(target=watch, name="stop", daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def plugged_sweep(program: Sequence[str], shared: Composed, multirun: Multirun) -> int:
    """Has a launcher and a sweeper do a sweep, and writes its table and page from what they left.

    Args:
        program: How Python is told to run the program that does one job, such as ``train.py``.
        shared: The settings that all jobs share.
        multirun: What was typed.

    Returns:
        The exit code: 1 when a job failed or its result cannot be read, else 0.

    Raises:
        Interrupted: a signal asked to stop; the jobs have saved and ended.
    """
    name, monitor = str(shared.settings.name), str(shared.settings.monitor)
    home = Path(str(shared.settings.runs)).expanduser().absolute() / name
    swept = multirun.swept
    if "name" in swept:
        refuse_many_names()
    given = frozenset(key for key in multirun.keys if key not in swept)
    job = Job(tuple(program), shared.switches, home, name, given, os.getpid())
    records = home / RECORDS
    shutil.rmtree(records, ignore_errors=True)
    records.mkdir(parents=True)
    with Stop(records / STOP) as stop:
        multirun.run(job, home, "minimize" if falls(monitor) else "maximize")
    if asked := stop.asked(stop.path):
        log.info(
            "the sweep is stopped; what is saved is in %s, and the same command continues", home
        )
        shutil.rmtree(records, ignore_errors=True)
        raise Interrupted(asked[0])
    outcomes = [Outcome.of(*one) for one in _ended(home)]
    shutil.rmtree(records, ignore_errors=True)
    if not outcomes:
        raise UserError(f"The sweep did no job at all. {home} has what its launcher wrote.")
    return write_results(home, name, monitor, outcomes)


def _ended(home: Path) -> Iterator[tuple[str, dict[str, str], Path, int]]:
    """Of each job what ``Outcome.of`` takes; one that never said how it ended has failed."""
    for path in sorted((home / RECORDS).glob("*.json")):
        told = json.loads(path.read_text(encoding="utf-8"))
        code = 1 if told["code"] is None else told["code"]
        yield told["job"], told["settings"], home / told["job"], code


@contextmanager
def own_gpu(records: Path, number: int) -> Iterator[None]:
    """Gives a job one of several GPUs to itself, where other jobs run beside it.

    Args:
        records: Folder for a lock of each GPU.
        number: Of the job: where there are more jobs than GPUs at once, it says which to share.
    """
    gpus = visible_gpus()
    if len(gpus) < 2:
        yield
        return
    former = os.environ.get("CUDA_VISIBLE_DEVICES")
    with ExitStack() as stack:
        mine = gpus[number % len(gpus)]
        for gpu in gpus:
            lock = FileLock(records / f"gpu-{gpu}.lock", timeout=0)
            try:
                stack.enter_context(lock)
            except Timeout:
                continue
            mine = gpu
            break
        os.environ["CUDA_VISIBLE_DEVICES"] = mine
        try:
            yield
        finally:
            if former is None:
                del os.environ["CUDA_VISIBLE_DEVICES"]
            else:
                os.environ["CUDA_VISIBLE_DEVICES"] = former


def visible_gpus() -> list[str]:
    """The GPUs of this machine as CUDA names them; asked without torch, which is slow to load."""
    if (chosen := os.environ.get("CUDA_VISIBLE_DEVICES")) is not None:
        return [one for one in chosen.split(",") if one]
    try:
        told = subprocess.run(
            ["nvidia-smi", "-L"], capture_output=True, encoding="utf-8", timeout=30
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    return [str(i) for i, _ in enumerate(line for line in told.stdout.splitlines() if line)]
