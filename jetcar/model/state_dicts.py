"""State dicts that other programs wrote: read with distrust, matched by name or by order."""

from __future__ import annotations

import pickle
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import safetensors
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from jetcar.errors import UserError
from jetcar.wording import counted, printable

READ_ERRORS = (
    *(RuntimeError, EOFError, ValueError, LookupError, TypeError, AttributeError),
    safetensors.SafetensorError,
)
"""What torch and safetensors raise where a file is cut off, damaged or something else."""

SAFETENSORS = ".safetensors"

AVERAGED = re.compile("ema|teacher")
"""Names of the average of a network's weights, which is better than the network beside it."""

COUNTER = "num_batches_tracked"
"""Of a batch-norm: decides nothing, and old files lack it."""

DEEPEST = 4
"""Dicts in each other, the file's own included, that are looked into."""

Weights = Mapping[str, Tensor]


class MayRunError(Exception):
    """A file holds more than plain values, and may be made to run something."""


class UnreadableError(Exception):
    """A file is cut off, damaged or something else; its text is a reason that is fit to print."""


@contextmanager
def reading() -> Iterator[None]:
    """Makes two errors of all that torch and safetensors raise while they read a file.

    Raises:
        MayRunError: it may run something. Torch's own message tells how to run it all the same.
        UnreadableError: it cannot be read, and why.
    """
    try:
        yield
    except pickle.UnpicklingError:
        raise MayRunError from None
    except READ_ERRORS as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise UnreadableError(printable(reason)) from None


def load_encoder(encoder: nn.Module, path: Path) -> str:
    """Loads an encoder's weights from a file of torch or safetensors.

    The file may hold the encoder alone, a classifier or a whole network around it, or a training's
    checkpoint. Its entries are matched by name, with whatever stands before all names; else by
    order, as torchvision, timm and segmentation-models-pytorch build the same networks in the same
    order and name them differently.

    Args:
        encoder: Of segmentation-models-pytorch.
        path: The file.

    Returns:
        A sentence with the numbers of entries that were loaded, and that were not used.

    Raises:
        UserError: the file is missing, damaged, or does not hold all weights of this encoder.
    """
    wanted = encoder.state_dict()
    found = sorted(_state_dicts(read_weights(path)), key=lambda one: not AVERAGED.search(one[0]))
    best: dict[str, str] = {}
    for where, weights in found:
        for how, match in (("name", _by_name), ("order", _by_order)):
            names = match(wanted, weights)
            if all(name in names for name in wanted if not name.endswith(COUNTER)):
                fitting = {name: weights[theirs] for name, theirs in names.items()}
                refuse_no_numbers(fitting, str(path))
                encoder.load_state_dict({**wanted, **fitting})
                unused = [name for name in weights if name not in names.values()]
                return _as_text(path, where, how, len(names), unused)
            best = max(best, names, key=len)
    missing = [name for name in wanted if name not in best and not name.endswith(COUNTER)]
    raise UserError(
        f"{path} does not hold the weights of this encoder: {len(missing)} of {len(wanted)} "
        f"entries are missing or of another shape, first {missing[0]}. "
        "Name the encoder they belong to with model.encoder."
    )


def read_weights(path: Path) -> Any:
    """What a file of weights holds; nothing in it is run.

    Raises:
        UserError: it is missing, damaged, or more than weights.
    """
    if not path.is_file():
        raise UserError(
            f"model.encoder_weights={path} is not a file. Check the path, or use imagenet or null."
        )
    try:
        with reading():
            if path.suffix == SAFETENSORS:
                return load_file(path)
            return torch.load(path, map_location="cpu", weights_only=True)
    except MayRunError:
        raise UserError(
            f"{path} is not a file of weights alone, and may be made to run something. "
            "Give a state dict that torch.save wrote."
        ) from None
    except UnreadableError as error:
        raise UserError(
            f"{path} is not a file of weights, or damaged ({error}). "
            "Give a state dict that torch.save wrote."
        ) from None


def refuse_no_numbers(weights: Weights, where: str) -> None:
    """Refuses weights that are NaN or infinite.

    Raises:
        UserError: names the first.
    """
    for name, weight in weights.items():
        if weight.is_floating_point() and not bool(weight.isfinite().all()):
            raise UserError(
                f"The weights of {where} are not numbers: {printable(name)} holds NaN or infinity. "
                "Name another file."
            )


def _state_dicts(content: Any, where: str = "", depth: int = 1) -> Iterator[tuple[str, Weights]]:
    """All dicts of tensors in a file, each with the names of those around it: ``a.b``."""
    if not isinstance(content, Mapping):
        return
    inner = {str(name): value for name, value in content.items()}
    if tensors := {name: value for name, value in inner.items() if isinstance(value, Tensor)}:
        yield where, tensors
    if depth < DEEPEST:
        for name, value in inner.items():
            yield from _state_dicts(value, f"{where}.{name}".lstrip("."), depth + 1)


def _by_name(wanted: Weights, weights: Weights) -> dict[str, str]:
    """Of each entry of ours the name of theirs, where both have the same end and shape.

    timm's own names differ from those of its ``features_only`` in a dot, ``stages.0`` for
    ``stages_0``, and segmentation-models-pytorch puts ``model.`` before them.
    """

    def plain(name: str) -> str:
        return name.replace("_", ".")

    ours = {name: plain(name) for name in wanted}
    if all(name.startswith("model.") for name in wanted):
        ours = {name: short.removeprefix("model.") for name, short in ours.items()}
    theirs = {plain(name): name for name in weights}
    first = next(iter(ours.values()))
    starts = [name.removesuffix(first) for name in theirs if f".{name}".endswith(f".{first}")]
    matches = [
        {
            name: theirs[start + short]
            for name, short in ours.items()
            if start + short in theirs
            and weights[theirs[start + short]].shape == wanted[name].shape
        }
        for start in starts
    ]
    return max(matches, key=len, default={})


def _by_order(wanted: Weights, weights: Weights) -> dict[str, str]:
    """The same, where all of ours are theirs in the same order; a classifier may come behind."""
    ours = [name for name in wanted if not name.endswith(COUNTER)]
    theirs = [name for name in weights if not name.endswith(COUNTER)]
    for our, their in zip(ours, theirs, strict=False):
        is_alike = our.rpartition(".")[2] == their.rpartition(".")[2]
        if not is_alike or wanted[our].shape != weights[their].shape:
            return {}
    return dict(zip(ours, theirs, strict=False)) if len(ours) <= len(theirs) else {}


def _as_text(path: Path, where: str, how: str, loaded: int, unused: list[str]) -> str:
    inside = f", {printable(where)}" if where else ""
    text = f"{counted(loaded, 'entry', 'entries')} of the encoder come from {path}{inside}"
    if how == "order":
        text += ", matched by their order, as their names differ"
    if not unused:
        return text
    rest = counted(len(unused), "entry is", "entries are")
    return f"{text}; {rest} not used, first {printable(unused[0])}"
