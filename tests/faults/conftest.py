"""Faults are tried against the real train.py, as a subprocess on a tiny street."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

PROJECT = Path(__file__).parent.parent.parent
TINY = (
    "data.image_size=32",
    "data.batch_size=3",
    "model.encoder=tu-test_efficientnet",
    "trainer.device=cpu",
    "trainer.precision=32",
    "early_stop.patience=1000",
    "plateau.patience=2",
)
tried = 0


class Program:
    """Runs train.py in a folder of its own.

    Args:
        folder: Its working directory.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Starts it; both outputs come through ``stdout``."""
        return subprocess.Popen(
            [sys.executable, str(PROJECT / "train.py"), *arguments],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            # One thread each, so that two runs side by side do not wait for each other.
            env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"},
        )

    def run(self, *arguments: str) -> tuple[int, str]:
        """Runs it to its end; exit code and output."""
        process = self.start(*arguments)
        output, _ = process.communicate()
        assert "Traceback" not in output, output
        return process.returncode, output


@pytest.fixture(scope="session")
def program_in() -> type[Program]:
    """Makes a ``Program`` for a folder."""
    return Program


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """The program in an empty folder."""
    return Program(tmp_path)


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
def fault() -> Callable[[], None]:
    """Counts a fault that was tried and did no harm."""

    def count() -> None:
        global tried
        tried += 1

    return count


def wait_for(condition: Callable[[], bool], seconds: float = 120) -> None:
    """Waits until something is so."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.002)


@pytest.fixture(scope="session")
def until() -> Callable[..., None]:
    """``wait_for``, for tests."""
    return wait_for


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Iterator[None]:
    """Says how many faults were tried."""
    failed = len(terminalreporter.stats.get("failed", [])) + len(
        terminalreporter.stats.get("error", [])
    )
    verdict = "nothing was lost" if not failed else f"{failed} tests failed"
    terminalreporter.write_line(f"{tried} faults were tried; {verdict}")
