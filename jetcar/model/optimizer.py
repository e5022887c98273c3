"""The optimizer, with encoder and decoder in groups of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

OPTIMIZERS = {"adamw": torch.optim.AdamW, "radam": torch.optim.RAdam, "sgd": torch.optim.SGD}


@dataclass(frozen=True)
class OptimizerSettings:
    """How the weights move.

    Attributes:
        optimizer: A key of ``OPTIMIZERS``.
        lr: Learning rate of the decoder.
        encoder_lr: Learning rate of the encoder.
        weight_decay: Of the decoder's weights; biases and normalisation layers have none.
        encoder_weight_decay: Of the encoder's weights, likewise.
    """

    optimizer: str
    lr: float
    encoder_lr: float
    weight_decay: float
    encoder_weight_decay: float


def build_optimizer(
    net: nn.Module,
    settings: OptimizerSettings,
    fused: bool,
    beside: Sequence[nn.Parameter] = (),
) -> torch.optim.Optimizer:
    """The optimizer, with four groups: encoder and decoder, each with and without weight decay.

    Args:
        net: A network of segmentation-models-pytorch, which has a part named ``encoder``.
        settings: How the weights move.
        fused: Whether to update all weights in one call, where the optimizer can.
        beside: Weights that are not of ``net`` and learn as its decoder does.
    """
    groups = []
    for part, lr, decay in (
        ("encoder", settings.encoder_lr, settings.encoder_weight_decay),
        ("decoder", settings.lr, settings.weight_decay),
    ):
        own = [p for name, p in net.named_parameters() if (part == "encoder") == _in_encoder(name)]
        own += beside if part == "decoder" else ()
        # Biases, and the scales of normalisation layers, have one dimension.
        for weights, its_decay in (
            ([p for p in own if p.ndim > 1], decay),
            ([p for p in own if p.ndim <= 1], 0.0),
        ):
            groups.append({"params": weights, "lr": lr, "weight_decay": its_decay, "part": part})
    more: dict[str, Any] = (
        {"momentum": 0.9, "nesterov": True} if settings.optimizer == "sgd" else {}
    )
    if settings.optimizer == "radam":
        more["decoupled_weight_decay"] = True
    else:
        more["fused"] = fused
    optimizer: torch.optim.Optimizer = OPTIMIZERS[settings.optimizer](
        groups, lr=settings.lr, **more
    )
    return optimizer


def _in_encoder(name: str) -> bool:
    return name.startswith("encoder.")
