"""What it costs to train with several processes: two with one core each, against one with two."""

from __future__ import annotations

import csv
import os
import statistics
import subprocess
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path

from pictures import dataset
from rows import Bench, Row, Rows, in_turn

PROGRAM = Path(__file__).parents[1] / "train.py"

EPOCHS = 3
"""Of each run; the first one warms up and does not count."""


def measure(bench: Bench) -> Rows:
    """Training epochs through ``train.py`` on a CPU of two cores, over gloo, in float32."""
    size, train = bench.size(224, 32), bench.size(48, 16)
    folder = dataset(bench, "devices", Train=train, Val=8)
    small = ("model.encoder=tu-test_efficientnet",) if bench.quick else ()
    common = (
        f"data.source={folder}",
        f"data.root={bench.work / 'root'}",
        f"runs={bench.work / 'runs'}",
        f"data.image_size={size}",
        f"trainer.max_epochs={EPOCHS}",
        "trainer.device=cpu",
        "trainer.precision=32",
        "predict.test=false",
        "report=false",
        *small,
    )
    two, one = speed_of(bench, 2, common), speed_of(bench, 1, common)
    yield Row(
        f"training with two processes of one core ({size}, batch 8, float32)",
        "one process of two cores",
        "images/s",
        *in_turn(two, one, bench.size(2, 1)),
        note="the same pictures in the same steps; over gloo, on one machine",
    )


def speed_of(bench: Bench, devices: int, arguments: tuple[str, ...]) -> Callable[[], float]:
    """Pictures a second of training, the median over the epochs of a run."""
    numbers = count()
    environment = {**os.environ, "OMP_NUM_THREADS": str(2 // devices)}

    def measure() -> float:
        name = f"devices{devices}-{next(numbers)}"
        words = (*arguments, f"name={name}", f"trainer.devices={devices}")
        subprocess.run(
            [sys.executable, str(PROGRAM), *words],
            check=True,
            stdout=subprocess.DEVNULL,
            env=environment,
        )
        table = bench.work / "runs" / name / "metrics.csv"
        with table.open(newline="", encoding="utf-8") as file:
            speeds = [float(row["images_per_second"]) for row in csv.DictReader(file)]
        return statistics.median(speeds[1:])

    return measure
