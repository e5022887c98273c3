"""Whether a network takes the pictures of a run: tried on shapes alone, before anything else."""

from __future__ import annotations

import torch
from torch import nn

from jetcar.errors import UserError
from jetcar.model.network import Architecture, Network
from jetcar.settings.rules import STRIDE, is_sure
from jetcar.wording import counted, printable

SIZES = (224, 256, 384, 448, 512)
"""Pixels: sides of square pictures that encoders are made for."""

NO_SPREAD = "Expected more than 1 value per channel"
"""What torch says when a normalisation layer gets a single value."""

NOT_TAKEN = (AssertionError, RuntimeError, ValueError)
"""What layers raise for a picture that they are not made for."""


def refuse_unsuited(architecture: Architecture, batch_size: int, height: int, width: int) -> None:
    """Refuses pictures and batches that a network cannot be trained on.

    Args:
        architecture: The network.
        batch_size: Pictures in a batch.
        height: Pixels; a multiple of ``STRIDE``.
        width: Likewise.

    Raises:
        UserError: the encoder is unknown or of a fixed size, or a layer would get a single value,
            which has no spread.
    """
    too_small = (
        f"A batch of {counted(batch_size, 'picture')} of {height} x {width} pixels is too small "
        "for batch normalisation{of}. Use a larger data.batch_size or data.image_size, or more "
        "pictures."
    )
    if batch_size * (height // STRIDE) * (width // STRIDE) < 2:
        raise UserError(too_small.format(of=""))
    if is_sure(architecture.name, architecture.encoder):
        return
    with torch.random.fork_rng(devices=[]):  # the run's own weights shall not depend on this
        network = Network(architecture).to("meta").train()
    problem = _problem(network, batch_size, height, width)
    if problem is None:
        return
    if problem.startswith(NO_SPREAD):
        raise UserError(too_small.format(of=f" in {architecture.name} on {architecture.encoder}"))
    fits = [side for side in SIZES if _problem(network, max(2, batch_size), side, side) is None]
    fix = f"Use data.image_size={fits[0]}, or another" if fits else "Choose another"
    raise UserError(
        f"{architecture.name} on {architecture.encoder} does not take pictures of {height} x "
        f"{width} pixels ({printable(problem.rstrip('.'))}). {fix} model.encoder."
    )


def _problem(network: nn.Module, batch_size: int, height: int, width: int) -> str | None:
    """What the network says to pictures of a size; None when it takes them."""
    pictures = torch.empty(batch_size, 3, height, width, dtype=torch.uint8, device="meta")
    try:
        network(pictures)
    except NotImplementedError:  # a layer that cannot be tried without numbers
        return None
    except NOT_TAKEN as error:
        return (str(error).strip() or "its layers do not fit each other").splitlines()[0]
    return None
