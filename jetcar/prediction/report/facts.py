"""What is known of a run, apart from its pictures."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jetcar.classes import ClassTable
from jetcar.model.checkpoint import Card
from jetcar.prediction.score import Counter, plain_scores

PICTURES = "pictures"
"""Name of the only split of a page about any folder of pictures."""


@dataclass(frozen=True)
class Facts:
    """What a page says beside its pictures.

    Attributes:
        table: The classes.
        result: What ``result.json`` holds; all scores of the page come from here.
        history: One row of values for each epoch.
        settings: All settings of the run, as plain values.
        audit: What was found in the data, as ``audit.json`` has it; empty where unknown.
        titles: What each split is called.
    """

    table: ClassTable
    result: Mapping[str, Any]
    history: Sequence[Mapping[str, Any]]
    settings: Mapping[str, Any]
    audit: Mapping[str, Any]
    titles: Mapping[str, str]

    @property
    def shares(self) -> dict[str, float]:
        """Share of the pixels of each class by name: in the data, else in what was scored."""
        splits = self.audit.get("splits") or {}
        if "Train" in splits:
            return dict(splits["Train"]["share"])
        for scores in self.result["scores"].values():
            return {name: one["share"] for name, one in scores["classes"].items()}
        return {}

    def rows(self) -> list[tuple[str, str]]:
        """The run in a few lines: what each is called, and its value."""
        result, settings = self.result, self.settings
        model = settings.get("model", {})
        known = {
            "Checkpoint": result.get("checkpoint"),
            "Finished": str(result.get("finished", "")).replace("T", " ").replace("+00:00", " UTC"),
            "Epochs": _epochs(result),
            "Training time": _duration(result.get("training_seconds")),
            "Device": _joined(result.get("device"), result.get("precision")),
            "Network": _joined(model.get("architecture"), model.get("encoder")),
            "Image size": _size(settings.get("data", {}).get("image_size")),
            "Data": settings.get("data", {}).get("source"),
            "Fingerprint": result.get("fingerprint"),
        }
        return [(name, str(value)) for name, value in known.items() if value]

    def flat_settings(self) -> list[tuple[str, str]]:
        """Every setting by its dotted name."""
        return list(_flat(self.settings))


def facts_of_checkpoint(card: Card, path: Path, title: str, counter: Counter | None) -> Facts:
    """What a checkpoint knows of its run, and the files of that run, where it lies in one.

    Args:
        card: What the checkpoint says about itself.
        path: The checkpoint.
        title: What the pictures are called.
        counter: The scores of the pictures that were predicted with it; None without true masks.
    """
    run = path.resolve().parent.parent
    own = {
        "name": card.settings.get("name", path.stem),
        "checkpoint": str(path),
        "monitor": card.monitor,
        "score": card.score,
        "best_epoch": card.epoch,
        "fingerprint": card.fingerprint,
        "versions": {},
        "scores": {} if counter is None else {PICTURES: plain_scores(counter)},
    }
    known = _read_json(run / "result.json")
    kept = ("finished", "epochs", "training_seconds", "device", "precision", "versions")
    result = {**own, **{name: known[name] for name in kept if name in known}}
    audit = _read_json(run / "audit.json")
    return Facts(card.table, result, card.history, card.settings, audit, {PICTURES: title})


def _read_json(path: Path) -> dict[str, Any]:
    """The file's content; nothing where the checkpoint does not lie in a run."""
    if not path.is_file():
        return {}
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def _flat(settings: Mapping[str, Any], prefix: str = "") -> Sequence[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for name, value in settings.items():
        if isinstance(value, Mapping):
            rows += _flat(value, f"{prefix}{name}.")
        else:
            words = {None: "null", True: "true", False: "false"}
            plain = words[value] if value is None or isinstance(value, bool) else str(value)
            rows.append((prefix + name, plain))
    return rows


def _epochs(result: Mapping[str, Any]) -> str | None:
    epochs, best = result.get("epochs"), result.get("best_epoch")
    return f"{epochs}, the best is {best}" if epochs and best else None


def _duration(seconds: float | None) -> str | None:
    """Hours and minutes, or minutes and seconds of a short run."""
    if seconds is None:
        return None
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if minutes else f"{rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def _joined(*parts: object) -> str:
    return ", ".join(str(part) for part in parts if part)


def _size(image_size: Any) -> str | None:
    if isinstance(image_size, list):
        return f"{image_size[1]} x {image_size[0]}"
    return f"{image_size} x {image_size}" if image_size else None
