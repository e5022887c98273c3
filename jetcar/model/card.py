"""What a checkpoint says about itself: the entry ``jetcar`` beside what Lightning saves.

It is made of plain values and comes back from them with distrust, as a file may be a stranger's.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field
from typing import Any

from torch import Tensor

from jetcar.classes import ClassTable
from jetcar.model.network import ARCHITECTURES, MEAN, STD, Architecture
from jetcar.records import wrong_in_history, wrong_in_plateau, wrong_in_settings
from jetcar.settings.rules import image_height_width
from jetcar.wording import counted, is_printable, printable

FORMAT = 1
"""Raised when older programs could not read the entry ``jetcar`` any more."""

LARGEST_SIDE = 8192
"""Pixels: what a file may ask for, which others may have made."""

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
            KeyError, TypeError, ValueError, UserError: something is missing, or of another kind.
        """
        values = {name: plain[name] for name in cls.__dataclass_fields__}
        for name, kind in PLAIN_KINDS.items():
            if not isinstance(values[name], kind):
                raise TypeError(f"{name} is not of the type {kind.__name__}")
        if (wrong := wrong_in_history(plain["history"])) is not None:
            raise ValueError(f"history: {wrong}")
        if (wrong := wrong_in_settings(plain["settings"])) is not None:
            raise ValueError(f"settings: {wrong}")
        table = ClassTable.from_plain(plain["table"])
        architecture = Architecture(**plain["architecture"])
        # timm would take the name of a folder or of somebody's model on the web, too.
        if not re.fullmatch(r"[\w.-]{1,100}", architecture.encoder, re.ASCII):
            raise ValueError(f"{printable(repr(architecture.encoder))} is not an encoder")
        _refuse_nonsense(values, [c.name for c in table.classes])
        if architecture.name not in ARCHITECTURES or architecture.n_outputs != table.n_outputs:
            raise ValueError(
                f"{printable(architecture)} is not a network for "
                f"{counted(table.n_outputs, 'output')}"
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
            raise ValueError(f"{printable(text)} is not a name")
    for name in ("epoch", "best_epoch", "batch"):
        if values[name] < 0:
            raise ValueError(f"{name} is {values[name]}")
    if max(image_height_width(values["image_size"])) > LARGEST_SIDE:
        raise ValueError(f"image_size is more than {LARGEST_SIDE} pixels")
    state = values["state"]
    random, means, ids = (state.get(name) or {} for name in ("random", "means", "trackers"))
    if random and not (isinstance(random, dict) and isinstance(random.get("cpu"), Tensor)):
        raise ValueError("the state of its random numbers is malformed")
    if means and not _are_means(means):
        raise ValueError("the means of its epoch are malformed")
    if (wrong := wrong_in_plateau(state.get("plateau") or {})) is not None:
        raise ValueError(f"the state of its learning rates: {wrong}")
    if not isinstance(ids, dict) or not all(map(_is_id, ids.values())):
        raise ValueError("the ids of the run at its trackers are malformed")


def _is_id(value: Any) -> bool:
    """Whether it is an id as trackers give them, which may become part of a path or an address."""
    return isinstance(value, str) and bool(re.fullmatch(r"[\w-]{1,100}", value, re.ASCII))


def _are_means(means: Any) -> bool:
    """Whether it is what ``Segmentation.means_so_far`` gives."""
    sums = means.get("sums") if isinstance(means, dict) else None
    return (
        isinstance(sums, dict)
        and all(isinstance(n, str) and isinstance(one, Tensor) for n, one in sums.items())
        and isinstance(means.get("n"), int)
    )
