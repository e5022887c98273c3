"""A trained network to export: tiny, with pictures of noise to compare on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from jetcar.model.network import Architecture, Network
from tests.cards import card_of, save_checkpoint
from tests.composed import settings_of

SIZE = (32, 64)


def make_checkpoint(path: Path, architecture: Architecture) -> Path:
    """A checkpoint of random weights, whose batch norms have seen pictures."""
    torch.manual_seed(0)
    network = Network(architecture).train()
    with torch.no_grad():
        network(torch.randint(0, 256, (4, 3, *SIZE), dtype=torch.uint8))
    card = card_of(
        ignored=["stop_text"],
        architecture=architecture,
        image_size=SIZE,
        fingerprint="abc",
        score=0.5,
        best_score=0.5,
        best_epoch=1,
        epoch=1,
        settings={"name": "straße", "data": {"source": "gone"}, "mirror": {"dir": "private"}},
        history=[{"epoch": 1, "val/iou": 0.5, "val/accuracy": 0.75, "seconds": 3.0}],
    )
    return save_checkpoint(path, card, network)


@pytest.fixture(scope="session")
def checkpoint_of():
    """``make_checkpoint``, for tests."""
    return make_checkpoint


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory):
    """The best checkpoint of a run of the smallest network there is."""
    path = tmp_path_factory.mktemp("runs") / "straße" / "checkpoints" / "best.ckpt"
    return make_checkpoint(path, Architecture("unet", "tu-test_efficientnet", 19))


@pytest.fixture(scope="session")
def pictures(tmp_path_factory):
    """A folder of 3 pictures of noise, in which every channel is something else."""
    folder = tmp_path_factory.mktemp("pictures")
    rng = np.random.default_rng(0)
    for number in range(3):
        low = np.array([0, 60, 140])
        pixels = rng.integers(low, low + 100, (*SIZE, 3)).astype(np.uint8)
        Image.fromarray(pixels).save(folder / f"{number}.png")
    return folder


@pytest.fixture
def settings(checkpoint, pictures, tmp_path):
    """A function from overrides to checked settings of an export into ``tmp_path/out``."""

    def make(*overrides):
        given = [f"checkpoint={checkpoint}", f"images={pictures}", f"out={tmp_path / 'out'}"]
        return settings_of("export", *given, *overrides)

    return make
