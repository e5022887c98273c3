"""A trained network with all that is needed to predict with it."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn

from jetcar.classes import ClassTable
from jetcar.data.codes import Codes
from jetcar.model.card import Card
from jetcar.model.device import Precision, choose_precision
from jetcar.road.ground import Geometry


@dataclass(frozen=True)
class Trained:
    """A trained network, ready to predict.

    Attributes:
        network: Takes and gives what ``jetcar.model.network.Network`` does.
        table: Its classes.
        codes: What values true masks may hold.
        image_size: Height and width in pixels that it sees.
        device: Where it runs.
        precision: Its arithmetic.
        geometry: How the camera sees the ground; None where nobody knows.
    """

    network: nn.Module
    table: ClassTable
    codes: Codes
    image_size: tuple[int, int]
    device: torch.device
    precision: Precision
    geometry: Geometry | None = None


def trained_of(
    card: Card, network: nn.Module, codes: Codes, device: torch.device, precision: str
) -> Trained:
    """A network with what its card says.

    Args:
        card: Of its checkpoint.
        network: Ready to predict, folded.
        codes: What values true masks may hold.
        device: Where it is to run.
        precision: As the setting of that name.
    """
    return Trained(
        network,
        card.table,
        codes,
        card.image_size,
        device,
        choose_precision(precision, device),
        Geometry.from_plain(card.settings),
    )
