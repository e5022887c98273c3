"""What a checkpoint holds, and reading and writing it whole.

A checkpoint is what Lightning saves, plus an entry ``jetcar`` that says all that prediction and a
continued run must know. It holds tensors, numbers, strings, lists and dicts only, so that it can be
read without running anything that it brings along.
"""

from __future__ import annotations

import pickle
import zipfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch

from jetcar.classes import ClassTable
from jetcar.errors import UserError
from jetcar.model.network import MEAN, STD, Architecture, Network
from jetcar.whole import whole_file

FORMAT = 1
"""Raised when older programs could not read the entry ``jetcar`` any more."""

NETWORK_PREFIX = "network."
BEST = Path("checkpoints") / "best.ckpt"


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
        """The card that ``to_plain`` wrote."""
        values = {name: plain[name] for name in cls.__dataclass_fields__}
        height, width = plain["image_size"]
        return cls(
            **{
                **values,
                "table": ClassTable.from_plain(plain["table"]),
                "architecture": Architecture(**plain["architecture"]),
                "image_size": (height, width),
            }
        )


def read_checkpoint(path: Path) -> tuple[Card, dict[str, Any]]:
    """Reads a checkpoint of this project.

    Returns:
        What it says about itself, and all that it holds, on the CPU.

    Raises:
        UserError: the file is missing, damaged, of another project, or of a newer version.
    """
    if not path.is_file():
        raise UserError(f"There is no checkpoint {path}. Check the path, or train first.")
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, ValueError, KeyError) as error:
        what = "is damaged or incomplete" if zipfile.is_zipfile(path) else "is no checkpoint"
        reason = str(error).strip().splitlines()[0][:200] if str(error).strip() else "it is empty"
        raise UserError(f"{path} {what} ({reason}). Name another checkpoint.") from None
    plain = content.get("jetcar") if isinstance(content, dict) else None
    if not isinstance(plain, dict):
        raise UserError(
            f"{path} was not written by jetcar. Name a best.ckpt or last.ckpt of a run."
        )
    if plain.get("format", 0) > FORMAT:
        raise UserError(
            f"{path} was written by a newer jetcar (format {plain['format']}, here {FORMAT}). "
            "Update jetcar."
        )
    try:
        return Card.from_plain(plain), content
    except (KeyError, TypeError, ValueError) as error:
        raise UserError(
            f"{path} is incomplete ({type(error).__name__}: {error}). Name another checkpoint."
        ) from None


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
    weights = {
        name.removeprefix(NETWORK_PREFIX): value
        for name, value in content["state_dict"].items()
        if name.startswith(NETWORK_PREFIX)
    }
    try:
        network.load_state_dict(weights)
    except RuntimeError as error:
        reason = str(error).strip().splitlines()[-1].strip()
        raise UserError(f"The checkpoint does not fit its own network ({reason}).") from None
    return network


def is_whole(path: Path) -> bool:
    """Whether the checksums of every part of a checkpoint are right."""
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.testzip() is None
    except (OSError, zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError):
        return False


def write_checkpoint(content: dict[str, Any], path: Path) -> None:
    """Writes a checkpoint, whole."""
    with whole_file(path) as file:
        torch.save(content, file)
