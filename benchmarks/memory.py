"""How much memory training takes on many pictures, against the same on few."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from pictures import dataset
from rows import Bench, Row, Rows

PROGRAM = Path(__file__).parents[1] / "train.py"
MANY, FEW = 20_000, 200
GIGABYTES = 5
"""Of disk that the decoded pictures and a margin take."""


def measure(bench: Bench) -> Rows:
    """An epoch over all pictures, each run in a process of its own, and once: memory is no speed.

    The smallest network that there is keeps that short. It also makes the row stricter: what the
    pictures add is a larger share of a smaller program.
    """
    many, few = bench.size(MANY, 40), bench.size(FEW, 20)
    free = shutil.disk_usage(bench.work).free / 1e9
    if not bench.quick and free < GIGABYTES:
        raise RuntimeError(f"{free:.0f} GB are free in {bench.work}; {GIGABYTES} are needed")
    both = [
        megabytes(bench, dataset(bench, f"pictures-{count}", Train=count, Val=16), str(count))
        for count in (many, few)
    ]
    yield Row(
        f"memory of training on {many} pictures of 224",
        f"the same on {few}",
        "MB",
        both[:1],
        both[1:],
        1.2,
        at_most=True,
        note="the largest resident memory of train.py and its processes, from the first look at "
        "the files to the scores",
    )


def megabytes(bench: Bench, folder: Path, name: str) -> float:
    """The largest resident memory of a run of one epoch."""
    command = [
        sys.executable,
        str(PROGRAM),
        f"data.source={folder}",
        f"data.root={bench.work / 'root'}",
        f"runs={bench.work / 'runs'}",
        f"name={name}",
        "trainer.max_epochs=1",
        "trainer.device=cpu",
        "model.encoder=tu-test_efficientnet",
    ]
    program = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(program.pid, 0)
    program.returncode = os.waitstatus_to_exitcode(status)
    if program.returncode:
        raise RuntimeError(f"train.py ended with {program.returncode}")
    return usage.ru_maxrss / 1024
