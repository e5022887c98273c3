"""How fast ``predict.py`` turns a folder into a zip of masks, against the forward pass alone."""

from __future__ import annotations

import logging
import shutil
import subprocess
import sys
from pathlib import Path

import torch
from bare import Bare, Batch
from pictures import dataset
from rows import Bench, Row, Rows, in_turn, per_second, seconds_of
from settings import predict_settings, train_settings

from jetcar.data.prepare import gather
from jetcar.model.checkpoint import load_network, read_checkpoint
from jetcar.prediction.run import run_prediction

PROJECT = Path(__file__).parents[1]


def learnt(bench: Bench) -> tuple[Path, Bare, Batch]:
    """Trains a network for a moment, so that its masks look like masks.

    Returns:
        Its checkpoint, the same network in a bare loop, and a batch of 8 pictures in memory.
    """
    folder = dataset(bench, "learnt", Train=bench.size(160, 8), Val=8)
    small = ("data.image_size=32", "model.encoder=tu-test_efficientnet") if bench.quick else ()
    arguments = (
        f"data.source={folder}",
        f"data.root={bench.work / 'root'}",
        f"runs={bench.work / 'runs'}",
        "name=learnt",
        f"trainer.max_epochs={bench.size(3, 1)}",
        "predict.test=false",
        "trainer.device=cpu",
        *small,
    )
    train = [sys.executable, str(PROJECT / "train.py"), *arguments]
    subprocess.run(train, check=True, stdout=subprocess.DEVNULL)
    checkpoint = bench.work / "runs/learnt/checkpoints/best.ckpt"
    trained = train_settings(*arguments)
    data = gather(trained.data, trained.seed)
    bare = Bare(trained, data.table)
    bare.network = load_network(*read_checkpoint(checkpoint)).to(memory_format=torch.channels_last)
    return checkpoint, bare, bare.resident(data.splits["Train"], trained, data.codes)[0]


def measure(bench: Bench) -> Rows:
    """Predicts a folder."""
    count = bench.size(640, 8)
    checkpoint, bare, one = learnt(bench)
    pictures = dataset(bench, "predicted", Test=count)
    out = bench.work / "masks"
    settings = predict_settings(
        f"checkpoint={checkpoint}", f"images={pictures / 'Img/Test'}", f"out={out}", "device=cpu"
    )
    logging.getLogger("jetcar").setLevel(logging.ERROR)
    shutil.rmtree(pictures / "Mask")  # true masks would be read and scored too

    def predict() -> int:
        shutil.rmtree(out, ignore_errors=True)
        run_prediction(settings)
        return count

    assert len(one[0]) == settings.batch_size
    rates = in_turn(
        per_second(predict),
        per_second(lambda: bare.forward([one] * (count // len(one[0])))),
        bench.size(5, 1),
    )
    start = seconds_of(
        lambda: subprocess.run([sys.executable, "-c", "import jetcar.prediction.run"], check=True)
    )()
    yield Row(
        "predict.py, folder to zip",
        "the forward pass on one batch in memory",
        "images/s",
        *rates,
        0.90,
        note=f"{count} pictures, checkpoint read and network built each time; Python and its "
        f"libraries, which take {start:.1f} s to start, are not counted",
    )
