"""A whole epoch of ``train.py`` against a bare PyTorch loop over pictures in memory.

``train.py`` runs as a process of its own, as a person starts it. When it has told an epoch it is
halted, the bare loop does the same epoch, and ``train.py`` goes on: so the two take turns, epoch by
epoch, and neither disturbs the other.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import torch
from bare import Bare
from pictures import dataset
from quality import PROGRAM, TOLD
from rows import Bench, Row, Rows
from settings import train_settings

from jetcar.data.prepare import gather


def measure(bench: Bench) -> Rows:
    """On the CPU: training, validation, scores, checkpoints and curves on both cores."""
    yield from epochs(
        bench,
        train=bench.size(240, 16),
        repeats=bench.size(5, 1),
        arguments=("trainer.device=cpu", *_small(bench)),
        what="a whole epoch through train.py",
        wanted=0.95,
    )


def measure_gpu(bench: Bench) -> Rows:
    """On a GPU, with 2 workers, against the same step on a batch that lies on the GPU."""
    if not torch.cuda.is_available():
        yield Row(
            "on a GPU: a whole epoch with 2 workers",
            "the ceiling on the same GPU",
            "images/s",
            [],
            [],
            0.90,
            note="this machine has no GPU; `python benchmarks/run.py gpu` measures it on one",
        )
        return
    yield from epochs(
        bench,
        train=bench.size(8000, 64),
        repeats=bench.size(5, 1),
        arguments=("trainer.device=gpu", "data.workers=2", "data.batch_size=64", *_small(bench)),
        what="on a GPU: a whole epoch with 2 workers",
        wanted=0.90,
        ceiling=True,
    )


def epochs(
    bench: Bench,
    train: int,
    repeats: int,
    arguments: tuple[str, ...],
    what: str,
    wanted: float,
    ceiling: bool = False,
) -> Rows:
    """One row: so many epochs of both in turn, after one of each that is not counted.

    Args:
        bench: Where to work.
        train: Pictures of an epoch; validation has a fifth of them.
        repeats: Epochs that count.
        arguments: Of ``train.py``.
        what: The row's first words.
        wanted: The ratio to reach.
        ceiling: Whether every step of the bare loop takes the same batch, so that no memory but
            the device's own has a say.
    """
    folder = dataset(bench, "epoch", Train=train, Val=train // 5)
    arguments = (
        f"data.source={folder}",
        f"data.root={bench.work / 'root'}",
        f"runs={bench.work / 'runs'}",
        "name=epoch",
        f"trainer.max_epochs={repeats + 2}",  # the last one is followed by scores and masks
        *arguments,
    )
    settings = train_settings(*arguments)
    data = gather(settings.data, settings.seed)
    bare = Bare(settings, data.table)
    batches = {
        split: bare.resident(data.splits[split], settings, data.codes) for split in ("Train", "Val")
    }
    whole = [b for b in batches["Train"] if len(b[0]) == settings.data.batch_size]
    if ceiling:
        whole = [whole[0]] * len(whole)
    pictures = sum(len(images) for images, _ in whole)

    def bare_epoch() -> float:
        start = time.perf_counter()
        bare.train(whole)
        bare.validate(batches["Val"])
        return pictures / (time.perf_counter() - start)

    ours, theirs = [], []
    command = [sys.executable, str(PROGRAM), *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8") as program:
        assert program.stdout is not None
        start, told = time.perf_counter(), 0
        for line in program.stdout:
            if not TOLD.match(line):
                continue
            taken = time.perf_counter() - start
            told += 1
            os.kill(program.pid, signal.SIGSTOP)
            speed = bare_epoch() if told <= repeats + 1 else 0
            if 1 < told <= repeats + 1:
                ours.append(pictures / taken)
                theirs.append(speed)
            start = time.perf_counter()
            os.kill(program.pid, signal.SIGCONT)
    if program.returncode:
        raise RuntimeError(f"train.py ended with {program.returncode}")
    yield Row(
        what,
        "the same step on one batch that lies there" if ceiling else "the bare PyTorch loop",
        "images/s",
        ours,
        theirs,
        wanted,
        note=f"{pictures} pictures of training and {train // 5} of validation an epoch, "
        f"{bare.precision}, checkpoints included",
    )


def _small(bench: Bench) -> tuple[str, ...]:
    return ("data.image_size=32", "model.encoder=tu-test_efficientnet") if bench.quick else ()
