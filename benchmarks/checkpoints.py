"""What the seal of a checkpoint costs, in writing and in reading one of the default network."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import torch
from rows import Bench, Row, Rows, in_turn, seconds_of

from jetcar.classes import CAR
from jetcar.model.card import Card
from jetcar.model.checkpoint import read_checkpoint, write_checkpoint
from jetcar.model.network import Architecture, Network
from jetcar.model.optimizer import OptimizerSettings, build_optimizer
from jetcar.whole import whole_file


def measure(bench: Bench) -> Rows:
    """Writing, to the disk's own answer that it is safe, and reading: with and without a seal."""
    content = checkpoint(bench.size(224, 32))
    sealed, plain = bench.work / "sealed.ckpt", bench.work / "plain.ckpt"
    repeats = bench.size(40, 1)

    def write_plain() -> None:
        with whole_file(plain) as file:
            torch.save(content, file)

    def read_plain() -> None:
        with zipfile.ZipFile(plain) as archive:
            assert archive.testzip() is None
        Card.from_plain(torch.load(plain, map_location="cpu", weights_only=True)["jetcar"])

    both = in_turn(
        seconds_of(lambda: write_checkpoint(content, sealed)), seconds_of(write_plain), repeats
    )
    size = Path(sealed).stat().st_size / 1e6
    yield Row(
        f"writing a checkpoint of {size:.0f} MB with a seal over every byte",
        "without a seal",
        "s",
        *both,
        1.05,
        at_most=True,
        note="both until the disk says that it is safe there",
    )
    yield Row(
        "reading that checkpoint, its seal checked",
        "without a seal, the checksums of its records checked",
        "s",
        *in_turn(seconds_of(lambda: read_checkpoint(sealed)), seconds_of(read_plain), repeats),
        1.05,
        at_most=True,
    )


def checkpoint(side: int) -> dict[str, Any]:
    """Weights and optimizer of the default network after one step, as training saves them."""
    network = Network(Architecture("unet", "mobilenet_v2", CAR.n_outputs))
    optimizer = build_optimizer(
        network.net, OptimizerSettings("adamw", 1e-3, 1e-3, 0.01, 0.01), fused=False
    )
    for weight in network.parameters():
        weight.grad = torch.randn_like(weight)
    optimizer.step()
    card = Card(CAR, [], network.architecture, (side, side), "abc", "val/iou")
    return {
        "state_dict": {f"network.{name}": w for name, w in network.state_dict().items()},
        "optimizer_states": [optimizer.state_dict()],
        "jetcar": card.to_plain(),
    }
