"""Faults are tried against the real train.py, in a process of its own on tiny data."""

from __future__ import annotations

import multiprocessing
import os
import runpy
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.forked import CAN_FORK, context

PROJECT = Path(__file__).parent.parent.parent
CHILD = Path(__file__).with_name("child.py")
TINY = (
    "data.image_size=32",
    "data.batch_size=3",
    "model.encoder=tu-test_efficientnet",
    "trainer.device=cpu",
    "trainer.precision=32",
    "early_stop.patience=1000",
    "plateau.patience=2",
)
PATIENCE_SECONDS = 300.0

needs_root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can mount a small disk"
)


class Running:
    """A program in a process of its own.

    Loading the libraries takes far longer than anything that is tried here. So where a system can
    fork, the process is forked from one that has loaded them.

    Args:
        folder: Its working directory.
        program: Such as ``train.py``.
        arguments: Its arguments.
        cold: Whether to start from nothing all the same.
    """

    def __init__(self, folder: Path, program: str, arguments: list[str], cold: bool) -> None:
        handle, output = tempfile.mkstemp(dir=folder.parent, suffix=".txt")
        self.path = Path(output)
        words = [str(PROJECT / program), *arguments]
        self.process: multiprocessing.process.BaseProcess | subprocess.Popen[bytes]
        if cold or not CAN_FORK:
            start = [sys.executable, *words]
            self.process = subprocess.Popen(
                start, cwd=folder, stdout=handle, stderr=handle, start_new_session=True
            )
        else:
            names = {
                "folder": str(folder),
                "output": output,
                "program": words[0],
                "arguments": words[1:],
            }
            self.process = context().Process(target=runpy.run_path, args=(str(CHILD), names))
            self.process.start()
        os.close(handle)

    @property
    def output(self) -> str:
        """All that it has said so far."""
        return self.path.read_text(encoding="utf-8")

    @property
    def code(self) -> int | None:
        """Its exit code; None while it runs."""
        if isinstance(self.process, subprocess.Popen):
            return self.process.poll()
        return self.process.exitcode

    def until(self, condition: Callable[[], bool]) -> bool:
        """Waits until something is so; False when the process ended before."""
        end = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            if self.code is not None:
                return False
            assert time.monotonic() < end, f"it never came\n{self.output}"
            time.sleep(0.002)
        return True

    def until_said(self, text: str) -> None:
        """Waits until it has said something."""
        assert self.until(lambda: text in self.output), self.output

    def send(self, signum: int) -> None:
        """Sends it a signal."""
        assert self.process.pid is not None
        os.kill(self.process.pid, signum)

    def kill(self) -> None:
        """Ends it in the middle of whatever it does."""
        self.process.kill()
        self.end()

    def end(self) -> tuple[int, str]:
        """Waits for its end; exit code and output."""
        self.until(lambda: False)
        assert "Traceback" not in self.output, self.output
        assert self.code is not None
        return self.code, self.output


class Program:
    """Runs train.py in a folder of its own.

    Args:
        folder: Its working directory.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def start(self, *arguments: str, program: str = "train.py", cold: bool = False) -> Running:
        """Starts it."""
        return Running(self.folder, program, list(arguments), cold)

    def run(
        self, *arguments: str, program: str = "train.py", cold: bool = False
    ) -> tuple[int, str]:
        """Runs it to its end; exit code and output."""
        return self.start(*arguments, program=program, cold=cold).end()


@pytest.fixture(scope="session", autouse=True)
def warm() -> Iterator[None]:
    """Has the libraries loaded once, with one thread each: two runs at a time share two cores."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
            patch.setenv(name, "1")
        patch.setenv("PYTHONUNBUFFERED", "1")
        yield


@pytest.fixture(scope="session")
def program_in() -> type[Program]:
    """Makes a ``Program`` for a folder."""
    return Program


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """The program in an empty folder."""
    (tmp_path / "work").mkdir()
    return Program(tmp_path / "work")


@pytest.fixture(scope="session")
def tiny() -> tuple[str, ...]:
    """Arguments of a run that is quick on one core."""
    return TINY


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """12 Train, 3 Val and 2 Test pairs of noisy squares, which a network can learn from."""
    folder = tmp_path_factory.mktemp("pictures") / "DataSet"
    rng = np.random.default_rng(0)
    for split, count in (("Train", 12), ("Val", 3), ("Test", 2)):
        for number in range(count):
            mask = np.zeros((32, 32), np.uint8)
            top, left = rng.integers(0, 20, 2)
            mask[top : top + 12, left : left + 12] = 5
            noise = rng.integers(0, 60, (32, 32, 3))
            image = (noise + np.where(mask == 5, 190, 20)[..., None]).astype(np.uint8)
            for kind, name, pixels in (("Img", "Img", image), ("Mask", "Mask", mask)):
                suffix = "jpg" if kind == "Img" else "png"
                path = folder / kind / split / f"{name}_{number}.{suffix}"
                path.parent.mkdir(parents=True, exist_ok=True)
                Image.fromarray(pixels).save(path)
    return folder


@pytest.fixture
def fault(record_property: Callable[[str, object], None]) -> Callable[[int], None]:
    """Counts faults that were tried and did no harm."""

    def count(how_many: int = 1) -> None:
        record_property("faults", how_many)

    return count


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says how many faults were tried."""
    stats = terminalreporter.stats
    tried = sum(
        how_many
        for report in (one for some in stats.values() for one in some)
        if getattr(report, "when", None) == "call"
        for name, how_many in report.user_properties
        if name == "faults"
    )
    failed = len(stats.get("failed", [])) + len(stats.get("error", []))
    verdict = "nothing was lost" if not failed else f"{failed} tests failed, see above"
    if tried or failed:
        terminalreporter.write_line(f"{tried} faults were tried; {verdict}")


@pytest.fixture
def drive(tmp_path: Path) -> Path:
    """A folder that may be a mirror."""
    folder = tmp_path / "My Drive" / "JetCar"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def small_disk(drive: Path) -> Iterator[Path]:
    """Mounts 30 MB there: room for one checkpoint of 19 MB, not for two."""
    mount = ["mount", "-t", "tmpfs", "-o", "size=30m", "jetcar-test", str(drive)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("this machine does not let tests mount a small disk")
    yield drive
    subprocess.run(["umount", "-l", str(drive)], check=True)
