"""Checkpoints made by hand: the card of a run, with a network or without."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from jetcar.classes import CAR, ClassTable
from jetcar.model.card import Card
from jetcar.model.checkpoint import write_checkpoint
from jetcar.model.network import Architecture, Network

SMALLEST = "tu-test_efficientnet"
"""The smallest encoder there is."""


def card_of(table: ClassTable = CAR, encoder: str = "mobilenet_v2", **more: Any) -> Card:
    """A card of a UNet for 32 x 32 pixels; ``more`` are further attributes, or others."""
    values = {
        "ignored": [],
        "architecture": Architecture("unet", encoder, table.n_outputs),
        "image_size": (32, 32),
        "fingerprint": "",
        "monitor": "val/iou",
    }
    return Card(table, **{**values, **more})


def save_checkpoint(path: Path, card: Card, network: Network | None = None) -> Path:
    """Writes a checkpoint as training does; without a network it holds no weights."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content: dict[str, Any] = {"jetcar": card.to_plain()}
    if network is not None:
        content["state_dict"] = weights_of(network)
    write_checkpoint(content, path)
    return path


def weights_of(network: Network) -> dict[str, torch.Tensor]:
    """The weights under the names that they have in a checkpoint."""
    return {f"network.{name}": value for name, value in network.state_dict().items()}


def says_everywhere(network: Network, code: int) -> Network:
    """Sets the last layer of a UNet so that each pixel has this code."""
    head = network.net.segmentation_head[0]
    torch.nn.init.zeros_(head.weight)
    torch.nn.init.zeros_(head.bias)
    head.bias.data[code] = 1
    return network
