"""What a checkpoint holds, and reading and writing it whole.

A checkpoint is what Lightning saves, plus an entry ``jetcar`` that says all that prediction and a
continued run must know. It holds tensors, numbers, strings, lists and dicts only, so that it can be
read without running anything that it brings along.
"""

from __future__ import annotations

import pickle
import re
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import torch
from torch import Tensor

from jetcar.classes import ClassTable
from jetcar.errors import UserError
from jetcar.model.network import ARCHITECTURES, MEAN, READ_ERRORS, STD, Architecture, Network
from jetcar.model.seal import BrokenSealError, refuse_broken, seal
from jetcar.records import wrong_in_history
from jetcar.settings.rules import image_height_width
from jetcar.whole import whole_file
from jetcar.wording import counted, is_printable, printable

FORMAT = 1
"""Raised when older programs could not read the entry ``jetcar`` any more."""

NETWORK_PREFIX = "network."
BEST = Path("checkpoints") / "best.ckpt"

LARGEST_SIDE = 8192
"""Pixels: what a file may ask for, which others may have made."""

ZIP_START = b"PK\x03\x04"

PLAIN_KINDS = {
    "ignored": list,
    "fingerprint": str,
    "monitor": str,
    "score": float,
    "best_score": float,
    "best_epoch": int,
    "epoch": int,
    "batch": int,
    "settings": dict,
    "history": list,
    "state": dict,
}
"""Types of the entries of a card that are kept as they are."""


@dataclass(frozen=True)
class Card:
    """What a checkpoint says about itself.

    Attributes:
        table: The classes that the network was trained for.
        ignored: Names of the classes that counted nowhere.
        architecture: How to build the network.
        image_size: Height and width in pixels that pictures are resized to.
        fingerprint: Of the data set.
        monitor: Name of the score that decides what is best.
        score: Its value for these weights; NaN inside the first epoch.
        best_score: The best value so far, and
        best_epoch: the epoch that had it, counted from 1; 0 before the first is over.
        epoch: Epochs that are over.
        batch: Batches of the next epoch that are over.
        settings: All settings of the run, as plain values.
        history: One row of values for each epoch that is over.
        state: What a continued run needs beyond what Lightning saves.
    """

    table: ClassTable
    ignored: list[str]
    architecture: Architecture
    image_size: tuple[int, int]
    fingerprint: str
    monitor: str
    score: float = float("nan")
    best_score: float = float("nan")
    best_epoch: int = 0
    epoch: int = 0
    batch: int = 0
    settings: dict[str, Any] = field(default_factory=dict)
    history: list[dict[str, Any]] = field(default_factory=list)
    state: dict[str, Any] = field(default_factory=dict)

    def to_plain(self) -> dict[str, Any]:
        """Plain values, for the entry ``jetcar``."""
        return {
            **{name: getattr(self, name) for name in self.__dataclass_fields__},
            "format": FORMAT,
            "table": self.table.to_plain(),
            "architecture": asdict(self.architecture),
            "image_size": list(self.image_size),
            "normalisation": {"input": "RGB 0..255", "mean": list(MEAN), "std": list(STD)},
        }

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> Card:
        """The card that ``to_plain`` wrote.

        Raises:
            KeyError, TypeError, ValueError, UserError: something is missing, or is no such thing.
        """
        values = {name: plain[name] for name in cls.__dataclass_fields__}
        for name, kind in PLAIN_KINDS.items():
            if not isinstance(values[name], kind):
                raise TypeError(f"{name} is no {kind.__name__}")
        if (wrong := wrong_in_history(plain["history"])) is not None:
            raise ValueError(f"history: {wrong}")
        table = ClassTable.from_plain(plain["table"])
        architecture = Architecture(**plain["architecture"])
        # timm would take the name of a folder or of somebody's model on the web, too.
        if not re.fullmatch(r"[\w.-]{1,100}", architecture.encoder, re.ASCII):
            raise ValueError(f"{printable(repr(architecture.encoder))} is no encoder")
        _refuse_nonsense(values, [c.name for c in table.classes])
        if architecture.name not in ARCHITECTURES or architecture.n_outputs != table.n_outputs:
            raise ValueError(
                f"{printable(architecture)} is no network for {counted(table.n_outputs, 'output')}"
            )
        own = {
            "table": table,
            "architecture": architecture,
            "image_size": image_height_width(plain["image_size"]),
        }
        return cls(**{**values, **own})


def _refuse_nonsense(values: dict[str, Any], classes: list[str]) -> None:
    """Refuses values of the right kinds that no run has, and texts that are not fit to print.

    Raises:
        ValueError: says which.
    """
    for text in (*classes, *values["ignored"], values["fingerprint"], values["monitor"]):
        if not isinstance(text, str) or not is_printable(text):
            raise ValueError(f"{printable(text)} is no name")
    for name in ("epoch", "best_epoch", "batch"):
        if values[name] < 0:
            raise ValueError(f"{name} is {values[name]}")
    if max(image_height_width(values["image_size"])) > LARGEST_SIDE:
        raise ValueError(f"image_size is more than {LARGEST_SIDE} pixels")
    random, means = (values["state"].get(name) or {} for name in ("random", "means"))
    if random and not (isinstance(random, dict) and isinstance(random.get("cpu"), Tensor)):
        raise ValueError("the state of its random numbers is none")
    if means and not (isinstance(means, dict) and isinstance(means.get("sums"), dict)):
        raise ValueError("the means of its epoch are none")


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
    if not path.is_file():
        raise UserError(f"There is no checkpoint {path}. Check the path, or train first.")
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
            f"{path} says nonsense about itself ({type(error).__name__}: {error}). Name another "
            "checkpoint."
        ) from None


def chosen_checkpoint(named: str | None, runs: str) -> Path:
    """The file that a person named, else the best checkpoint of the newest run.

    Raises:
        UserError: none is named, and there is no run.
    """
    return Path(named).expanduser() if named else newest_best(runs)


def newest_best(runs: str) -> Path:
    """The best checkpoint of the run that was written last.

    Raises:
        UserError: there is none.
    """
    found = sorted(Path(runs).expanduser().rglob(str(BEST)), key=lambda path: path.stat().st_mtime)
    if not found:
        raise UserError(
            f"There is no run in {runs} yet. Train first, or name a file with checkpoint=..."
        )
    return found[-1]


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
        what = "is damaged or incomplete" if is_zip else "is no checkpoint"
        raise DamagedError(f"{path} {what}. Name another checkpoint.") from None
    try:
        return torch.load(file, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError:  # torch's message tells how to run it all the same
        raise UserError(
            f"{path} holds more than plain values, and may be made to run something. "
            "Name another checkpoint."
        ) from None
    except READ_ERRORS as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise DamagedError(
            f"{path} cannot be read ({printable(reason)}). Name another checkpoint."
        ) from None


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
