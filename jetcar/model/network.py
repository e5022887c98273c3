"""The network, with the preprocessing inside it: pictures in, logits out."""

from __future__ import annotations

import difflib
import logging
import re
import warnings
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from jetcar.errors import UserError
from jetcar.model.hub import hub_or_disk
from jetcar.model.library import smp, timm
from jetcar.model.state_dicts import load_encoder
from jetcar.model.twice import UnetTwice
from jetcar.wording import printable

log = logging.getLogger(__name__)

MEAN = (0.485, 0.456, 0.406)
STD = (0.229, 0.224, 0.225)
"""Mean and standard deviation of ImageNet's red, green and blue, of pixels in 0..1."""

ARCHITECTURES: dict[str, partial[Any]] = {
    "unet": partial(smp.Unet),
    "unet-light": partial(smp.Unet, decoder_channels=(128, 64, 32, 16, 16)),
    "unet-twice": partial(UnetTwice),
    "unetplusplus": partial(smp.UnetPlusPlus),
    "fpn": partial(smp.FPN),
    "linknet": partial(smp.Linknet),
    "deeplabv3plus": partial(smp.DeepLabV3Plus),
    "manet": partial(smp.MAnet),
    "segformer": partial(smp.Segformer),
}
"""The class of each, with what differs from its own defaults."""

CANNOT_BUILD = (KeyError, RuntimeError, ValueError, TypeError, AttributeError, AssertionError)
"""What the library raises for an encoder that it does not know, or that a decoder cannot use."""


@dataclass(frozen=True)
class Architecture:
    """What must be known to build the same network again.

    Attributes:
        name: A key of ``ARCHITECTURES``.
        encoder: The encoder's name in segmentation-models-pytorch.
        n_outputs: Channels of the logits.
    """

    name: str
    encoder: str
    n_outputs: int


class Network(nn.Module):
    """A segmentation network that takes pictures as they are.

    Args:
        architecture: What to build.
        encoder_weights: ``imagenet``, the path of an encoder's state dict, or None for random.

    Attributes:
        loaded: What came from a file of weights, as a sentence; None without one.

    Raises:
        UserError: the encoder is unknown, or its weights cannot be had.
    """

    def __init__(self, architecture: Architecture, encoder_weights: str | None = None) -> None:
        super().__init__()
        self.architecture = architecture
        from_hub = encoder_weights == "imagenet"
        self.net = build_net(architecture, from_hub)
        self.loaded: str | None = None
        if encoder_weights and not from_hub:
            encoder = self.net.encoder
            assert isinstance(encoder, nn.Module)
            self.loaded = load_encoder(encoder, Path(encoder_weights).expanduser())
        scale = torch.tensor(STD).view(1, 3, 1, 1) * 255
        self.scale = nn.Buffer(1 / scale, persistent=False)
        self.shift = nn.Buffer(-255 * torch.tensor(MEAN).view(1, 3, 1, 1) / scale, persistent=False)

    def forward(self, image_bchw: Tensor) -> Tensor:
        """Logits of each class.

        Args:
            image_bchw: RGB, shape ``(B, 3, H, W)``, any integer or float type, 0..255; H and W
                are multiples of 32.

        Returns:
            Shape ``(B, C, H, W)``, C is the highest class code plus one.
        """
        image = torch.addcmul(self.shift, image_bchw.to(self.scale.dtype), self.scale)
        logits: Tensor = self.net(image)
        return logits


def build_net(architecture: Architecture, from_hub: bool = False) -> nn.Module:
    """The library's network alone, which takes normalised pictures.

    Args:
        architecture: What to build.
        from_hub: Whether its encoder starts with the weights that the library has from ImageNet.

    Raises:
        UserError: the encoder is unknown, or its weights cannot be had.
    """
    if from_hub:
        log.info("fetching the ImageNet weights of %s", architecture.encoder)
    try:
        with warnings.catch_warnings():
            # timm-mobilenetv3_..., which the car runs, goes by a new name in the library
            warnings.simplefilter("ignore", DeprecationWarning)
            with hub_or_disk() if from_hub else nullcontext():
                net: nn.Module = ARCHITECTURES[architecture.name](
                    architecture.encoder,
                    encoder_weights="imagenet" if from_hub else None,
                    classes=architecture.n_outputs,
                )
    except OSError as error:
        raise UserError(
            f"The ImageNet weights of {architecture.encoder} cannot be fetched "
            f"({type(error).__name__}). Start from random weights with model.encoder_weights=null, "
            "or give the path of a file with them as model.encoder_weights=..."
        ) from None
    except CANNOT_BUILD as error:
        raise UserError(_why_not(architecture, error)) from None
    return net


def _why_not(architecture: Architecture, error: Exception) -> str:
    """Why the library does not build it; for an unknown encoder with the nearest names."""
    names = [
        *smp.encoders.get_encoder_names(),
        *(f"tu-{name}" for name in timm.list_models()),
        *(f"timm-{name.removeprefix('tf_')}" for name in timm.list_models("tf_mobilenetv3*")),
    ]
    if architecture.encoder in names:
        reason = printable(str(error).strip().rstrip(".") or "the library has no such pair")
        return (
            f"The encoder {architecture.encoder} does not fit {architecture.name} ({reason}). "
            "Choose another model.encoder or model.architecture."
        )
    near = _near(architecture.encoder, names)
    hint = f"Did you mean {' or '.join(near)}?" if near else "Try mobilenet_v2 or resnet34."
    return f"There is no encoder model.encoder={architecture.encoder}. {hint}"


def _near(name: str, names: list[str]) -> list[str]:
    """The names that were probably meant: the shortest that contain it, else the most similar."""

    def letters(text: str) -> str:
        return re.sub("[^a-z0-9]", "", text.lower())

    family = [one for one in names if letters(name) and letters(name) in letters(one)]
    like = difflib.get_close_matches(name.lower(), names, n=3, cutoff=0.5)
    return sorted(family, key=len)[:3] or like
