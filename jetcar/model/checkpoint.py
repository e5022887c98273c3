"""Reading and writing checkpoints, whole.

A checkpoint is what Lightning saves, plus an entry ``jetcar`` (a ``Card``) that says all that
prediction and a continued run must know. It holds tensors, numbers, strings, lists and dicts only,
so that it can be read without running anything that it brings along.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, BinaryIO

import torch
from torch import Tensor

from jetcar.errors import UserError
from jetcar.model.card import FORMAT, Card
from jetcar.model.chosen import refuse_missing
from jetcar.model.network import Network
from jetcar.model.seal import BrokenSealError, refuse_broken, seal
from jetcar.model.state_dicts import MayRunError, UnreadableError, reading
from jetcar.whole import whole_file

NETWORK_PREFIX = "network."

ZIP_START = b"PK\x03\x04"


class DamagedError(UserError):
    """A checkpoint is not as it was written."""


def read_checkpoint(path: Path) -> tuple[Card, dict[str, Any]]:
    """Reads a checkpoint of this project.

    Returns:
        What it says about itself, and all that it holds, on the CPU.

    Raises:
        UserError: the file is missing, of another project, or of a newer version.
        DamagedError: a checksum in it is wrong, or it ends too early.
    """
    refuse_missing(path)
    with path.open("rb") as file:  # one file, also where another takes its name meanwhile
        content = _read_whole(file, path)
    plain = content.get("jetcar") if isinstance(content, dict) else None
    if not isinstance(plain, dict) or not isinstance(plain.get("format"), int):
        raise UserError(
            f"{path} was not written by jetcar. Name a best.ckpt or last.ckpt of a run."
        )
    if plain["format"] > FORMAT:
        raise UserError(
            f"{path} was written by a newer jetcar (format {plain['format']}, here {FORMAT}). "
            "Update jetcar."
        )
    try:
        return Card.from_plain(plain), content
    except (AttributeError, KeyError, TypeError, ValueError, UserError) as error:
        raise UserError(
            f"{path} has invalid metadata ({type(error).__name__}: {error}). Name another "
            "checkpoint."
        ) from None


def load_network(card: Card, content: dict[str, Any]) -> Network:
    """Builds the network of a checkpoint with its weights; never asks the network for any.

    Raises:
        UserError: the weights do not belong to that network.
    """
    network = Network(card.architecture)
    try:
        network.load_state_dict(network_weights(content))
    except RuntimeError as error:
        reason = str(error).strip().splitlines()[-1].strip()
        raise UserError(f"The checkpoint does not fit its own network ({reason}).") from None
    return network


def network_weights(content: dict[str, Any]) -> dict[str, Tensor]:
    """The weights of the network in a checkpoint, under their names in the network.

    Raises:
        UserError: there are none.
    """
    state = content.get("state_dict")
    named = state.items() if isinstance(state, dict) else ()
    weights = {
        name.removeprefix(NETWORK_PREFIX): value
        for name, value in named
        if isinstance(name, str) and name.startswith(NETWORK_PREFIX) and isinstance(value, Tensor)
    }
    if not weights:
        raise UserError("The checkpoint holds no weights. Name another checkpoint.")
    return weights


def _read_whole(file: BinaryIO, path: Path) -> Any:
    """What torch saved, after a look at every byte of the file.

    Raises:
        UserError: it may run something.
        DamagedError: a checksum is wrong, or torch cannot read it.
    """
    try:
        refuse_broken(file)
    except BrokenSealError:
        file.seek(0)
        is_zip = file.read(4) == ZIP_START
        what = "is damaged or incomplete" if is_zip else "is not a checkpoint"
        raise DamagedError(f"{path} {what}. Name another checkpoint.") from None
    try:
        with reading():
            return torch.load(file, map_location="cpu", weights_only=True)
    except MayRunError:
        raise UserError(
            f"{path} holds more than plain values, and may be made to run something. "
            "Name another checkpoint."
        ) from None
    except UnreadableError as error:
        raise DamagedError(f"{path} cannot be read ({error}). Name another checkpoint.") from None


def is_whole(path: Path) -> bool:
    """Whether the checksums of a checkpoint are right; False where there is no file.

    Raises:
        OSError: the disk does not say.
    """
    try:
        with path.open("rb") as file:
            refuse_broken(file)
    except (BrokenSealError, FileNotFoundError):
        return False
    return True


def write_checkpoint(content: dict[str, Any], path: Path) -> None:
    """Writes a checkpoint, whole, with a seal over all of it.

    Raises:
        OSError: the disk is full, or does not take it for another reason.
    """
    try:
        with whole_file(path) as file:
            torch.save(content, file)
            seal(file)
    except RuntimeError as error:
        if isinstance(error.__context__, OSError):  # torch 2.15 hides it behind its own
            raise OSError(error.__context__.errno, error.__context__.strerror, path) from None
        raise
