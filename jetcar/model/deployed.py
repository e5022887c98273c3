"""A network as it is used outside this program: what it takes, gives and says of itself.

Other programs prepare pictures in ways of their own; a contract names the way, and both sides of a
comparison are built from it.
"""

from __future__ import annotations

import contextlib
import copy
import json
import math
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from jetcar.errors import UserError
from jetcar.model.card import FORMAT, Card
from jetcar.model.network import MEAN, STD, Network
from jetcar.model.plain import plainer
from jetcar.model.suits import NOT_TAKEN, SIZES
from jetcar.settings.rules import CHANNELS, NORMALISE, OUTPUTS


@dataclass(frozen=True)
class Contract:
    """What a deployed network takes and gives, always ``(B, 3, H, W)``, float32, of one size.

    Attributes:
        channels: ``rgb`` or ``bgr``, the order of the picture's channels.
        normalise: ``inside``: it takes 0..255. ``outside``: the caller divides by 255, subtracts
            ImageNet's mean and divides by its standard deviation, in the order of ``channels``.
        output: ``logits`` ``(B, C, H, W)``, float32, or ``codes`` ``(B, H, W)``, int32.
    """

    channels: str
    normalise: str
    output: str

    def feed(self, image_bchw: Tensor) -> Tensor:
        """Pictures as the deployed network takes them.

        Args:
            image_bchw: RGB, shape ``(B, 3, H, W)``, uint8.
        """
        image = image_bchw.cpu().float()
        if self.normalise == "outside":
            mean, std = (torch.tensor(of).view(1, 3, 1, 1) for of in (MEAN, STD))
            image = (image / 255 - mean) / std
        return image.flip(1) if self.channels == "bgr" else image

    def as_logits(self, out: Tensor, n_outputs: int) -> Tensor:
        """What the deployed network gave, ``(B, C, H, W)``; codes as 1 for the class, else 0."""
        if self.output == "logits":
            return out
        return functional.one_hot(out.long(), n_outputs).movedim(3, 1).float()

    def in_words(self) -> str:
        """The contract as a sentence."""
        takes = (
            "0 to 255"
            if self.normalise == "inside"
            else "divided by 255, minus the mean and over the standard deviation of ImageNet"
        )
        return f"takes {self.channels.upper()} {takes}, gives {self.output}"


CONTRACTS = {"channels": CHANNELS, "normalise": NORMALISE, "output": OUTPUTS}
"""What each part of a contract may be."""

CAR = Contract("bgr", "outside", "logits")
"""How the car's own program feeds its network."""


class Deployed(nn.Module):
    """A copy of a network that keeps a contract, on the CPU, for evaluation.

    Args:
        network: Stays as it is.
        contract: What the copy takes and gives.

    Raises:
        UserError: no layer sees the picture, so that its channels cannot be reversed.
    """

    def __init__(self, network: Network, contract: Contract) -> None:
        super().__init__()
        self.contract = contract
        self.network = plainer(network).float()
        if contract.channels == "bgr":
            for name in seeing_layers(self.network.net):
                layer = self.network.net.get_submodule(name)
                layer.weight.data = reversed_input(layer.weight.data)  # type: ignore[arg-type]
            self.network.scale = nn.Buffer(self.network.scale.flip(1), persistent=False)
            self.network.shift = nn.Buffer(self.network.shift.flip(1), persistent=False)

    def forward(self, image_bchw: Tensor) -> Tensor:
        """What the contract says, from what the contract says."""
        inside = self.contract.normalise == "inside"
        logits: Tensor = (self.network if inside else self.network.net)(image_bchw)
        return logits if self.contract.output == "logits" else logits.argmax(1).to(torch.int32)


def seeing_layers(net: nn.Module) -> list[str]:
    """Names of the convolutions that see the picture: one, or the branches of a first block.

    Raises:
        UserError: there is none.
    """
    tried = copy.deepcopy(net).to("meta").eval()
    for side in SIZES:  # some encoders take one size alone
        if names := _seeing(tried, side):
            return names
    raise UserError(
        "This network has no layer that sees the picture as it is, so that it cannot be turned "
        "from RGB to BGR. Train another model.encoder, or export with channels=rgb."
    )


def _seeing(net: nn.Module, side: int) -> list[str]:
    """The same for a picture of that many pixels a side, which the network need not take."""
    names: list[str] = []

    def before(name: str, taken: Tensor) -> None:
        if taken.shape[1] == 3 and min(taken.shape[2:]) >= side:
            names.append(name)

    for name, layer in net.named_modules():
        if isinstance(layer, nn.Conv2d):
            layer.register_forward_pre_hook(lambda _, x, name=name: before(name, x[0]))
    with contextlib.suppress(*NOT_TAKEN):
        net(torch.empty(1, 3, side, side, device="meta"))
    return list(dict.fromkeys(names))


def reversed_input(weight: Tensor) -> Tensor:
    """The weights of a convolution for input channels in reverse order, ``(O, 3, h, w)``.

    A network for RGB becomes exactly that for BGR.
    """
    return weight.flip(1)


def scores_of_card(card: Card) -> dict[str, Any]:
    """What the checkpoint is worth: epoch, monitor, score, and all values of its epoch."""
    row = card.history[-1] if card.history and not card.batch else {}
    values = {name: value for name, value in row.items() if name.startswith("val/")}
    return {"epoch": card.epoch, "monitor": card.monitor, "score": card.score, **values}


def card_to_json(card: Card, contract: Contract) -> str:
    """What prediction must know of a network, for a file that holds text only.

    Settings of the run are left out but for its name and its data.
    """
    kept: dict[str, Any] = {
        name: card.settings[name] for name in ("name", "data") if name in card.settings
    }
    small = replace(card, settings=kept, history=[], state={})
    plain = {**small.to_plain(), "contract": vars(contract), "scores": scores_of_card(card)}
    return json.dumps(_without_nan(plain), ensure_ascii=False)


def card_from_json(text: str) -> tuple[Card, Contract]:
    """What ``card_to_json`` wrote.

    Raises:
        UserError: it is of a newer version.
        KeyError, TypeError, ValueError: it is not what ``card_to_json`` wrote.
    """
    plain = json.loads(text)
    if plain["format"] > FORMAT:
        raise UserError(f"Update jetcar: the format is {plain['format']}, here {FORMAT}.")
    for name in ("score", "best_score"):
        plain[name] = math.nan if plain[name] is None else plain[name]
    contract = Contract(**plain["contract"])
    for name, allowed in CONTRACTS.items():
        if getattr(contract, name) not in allowed:
            raise ValueError(f"{name} is not one of {', '.join(allowed)}")
    return Card.from_plain(plain), contract


def _without_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nan(one) for key, one in value.items()}
    return None if isinstance(value, float) and not math.isfinite(value) else value
