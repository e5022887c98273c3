"""Processes that are forked from one that has loaded the libraries, where a system can fork.

Loading them takes longer than most of what tests have a process do. So what a test starts through
here comes from one process that has loaded them all, which each test process starts when it first
needs it (Python's forkserver). It has one thread and has computed nothing. Where a system cannot
fork, processes start from nothing, as they do for a user; so do those of tests that are about a
start, a signal to a whole program, or another Python.
"""

from __future__ import annotations

import multiprocessing
import runpy
import tempfile
from pathlib import Path
from typing import Any

CAN_FORK = "forkserver" in multiprocessing.get_all_start_methods()
LOADED = [
    "jetcar.training.run",
    "jetcar.data.prepare",
    "jetcar.prediction.run",
    "jetcar.prediction.several",
    "jetcar.export.run",
    "torch.utils.tensorboard",
]
"""What is loaded before: the same for all tests, as only the first of them is asked for it."""

TYPED = Path(__file__).with_name("typed.py")


def context() -> Any:
    """Where ``Process`` is taken from in place of ``multiprocessing``."""
    if CAN_FORK:
        multiprocessing.set_forkserver_preload(LOADED)
    return multiprocessing.get_context("forkserver" if CAN_FORK else "spawn")


def typed(folder: Path, *words: str) -> tuple[int, str]:
    """Exit code and output of ``python`` with these words behind it, in that folder."""
    with tempfile.TemporaryDirectory() as beside:
        output = Path(beside) / "output.txt"
        output.touch()
        names = {"folder": str(folder), "output": str(output), "words": list(words)}
        process = context().Process(target=runpy.run_path, args=(str(TYPED), names))
        process.start()
        process.join()
        return process.exitcode, output.read_text(encoding="utf-8")
