"""What is known of a run, apart from its pictures."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jetcar.classes import ClassTable
from jetcar.model.card import Card
from jetcar.model.chosen import BEST
from jetcar.prediction.score import PixelCounter, plain_scores
from jetcar.records import DamagedRecordError, read_audit, read_result

log = logging.getLogger(__name__)

AT_OWN_SIZE = "at the size of each picture"
"""How ``predict.py`` counts: as its masks are delivered."""

OF_RUN = (BEST.parent.name, "car")
"""Folders of a run that hold its weights."""

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
        scored: At which size its scores were counted, such as ``at 224 x 224``.
        ignored: Names of the classes that count nowhere.
        missing: What the page cannot say, and why, one sentence each.
        sheet: Pictures as training saw them, a JPEG in base64; empty where there is none.
    """

    table: ClassTable
    result: Mapping[str, Any]
    history: Sequence[Mapping[str, Any]]
    settings: Mapping[str, Any]
    audit: Mapping[str, Any]
    titles: Mapping[str, str]
    scored: str = ""
    ignored: Sequence[str] = ()
    missing: Sequence[str] = field(default_factory=list)
    sheet: str = ""

    @property
    def shares(self) -> dict[str, float]:
        """Share of the pixels of each class by name: in the data, else in what was scored."""
        splits = self.audit.get("splits") or {}
        if "Train" in splits:
            return {name: share or 0.0 for name, share in splits["Train"]["share"].items()}
        for scores in self.result["scores"].values():
            return {name: one["share"] for name, one in scores["classes"].items()}
        return {}

    @property
    def trained_at(self) -> str:
        """At which size the best score was counted; nothing where it is not known."""
        size = self.result.get("image_size")
        return at_size((size[0], size[1])) if size else ""

    def rows(self) -> list[tuple[str, str]]:
        """The run in a few lines: what each is called, and its value."""
        result, model, data = self.result, self._section("model"), self._section("data")
        known = {
            "Checkpoint": result.get("checkpoint"),
            "Finished": str(result.get("finished") or "")
            .replace("T", " ")
            .replace("+00:00", " UTC"),
            "Epochs": _epochs(result),
            "Training time": _duration(result.get("training_seconds")),
            "Device": _joined(result.get("device"), result.get("precision")),
            "Network": _joined(model.get("architecture"), model.get("encoder")),
            "Image size": _size(result.get("image_size") or data.get("image_size")),
            "Data": data.get("source"),
            "Class table": _origin(self.audit.get("table")),
            "Fingerprint": result.get("fingerprint"),
        }
        return [(name, str(value)) for name, value in known.items() if value]

    def _section(self, name: str) -> Mapping[str, Any]:
        section = self.settings.get(name)
        return section if isinstance(section, Mapping) else {}

    def flat_settings(self) -> list[tuple[str, str]]:
        """Every setting by its dotted name."""
        return list(_flat(self.settings))


def at_size(image_size: tuple[int, int]) -> str:
    """In words, at which size training counts; height and width in pixels."""
    height, width = image_size
    return f"at {width} x {height}"


def facts_of_checkpoint(card: Card, path: Path, title: str, counter: PixelCounter | None) -> Facts:
    """What a checkpoint knows of its run, and the files of that run, where it lies in one.

    A run that still trains or was stopped has no ``result.json`` yet, and a checkpoint that was
    copied alone has no run at all; a file may be damaged. The facts say what they lack.

    Args:
        card: What the checkpoint says about itself.
        path: The checkpoint.
        title: What the pictures are called.
        counter: The scores of the pictures that were predicted with it; None without true masks.
    """
    missing: list[str] = []
    run = _run_of(path)
    known = audit = None
    if run is None:
        missing.append(
            f"{path.name} does not lie in the folder of its run, so that how long it was trained, "
            "on what, and what was found in its data is not known."
        )
    else:
        known = _read(read_result, run / "result.json", missing)
        audit = _read(read_audit, run / "audit.json", missing)
    own = {
        "name": card.settings.get("name", path.stem),
        "checkpoint": str(path),
        "monitor": card.monitor,
        "image_size": list(card.image_size),
        "score": card.score,
        "best_epoch": card.epoch,
        "fingerprint": card.fingerprint,
        "scores": {} if counter is None else {PICTURES: plain_scores(counter)},
    }
    kept = ("finished", "epochs", "training_seconds", "device", "precision", "versions")
    result = {**own, **{name: (known or {}).get(name) for name in kept}}
    return Facts(
        card.table,
        result,
        card.history,
        card.settings,
        audit or {},
        {PICTURES: title},
        scored=AT_OWN_SIZE,
        ignored=card.ignored,
        missing=missing,
    )


def _run_of(checkpoint: Path) -> Path | None:
    """The folder of the run that a checkpoint, or a file for the car, lies in; None without."""
    folder = checkpoint.resolve().parent
    return folder.parent if folder.name in OF_RUN else None


def _read(
    reader: Callable[[Path], dict[str, Any]], path: Path, missing: list[str]
) -> dict[str, Any] | None:
    """What a file of the run holds; None, and a sentence more in ``missing``, where it cannot."""
    try:
        return reader(path)
    except FileNotFoundError:
        missing.append(
            f"{path.name} is not there: the run still trains, was stopped, or was copied in part. "
            "The same train.py command again finishes the run."
        )
        return None
    except DamagedRecordError as error:
        missing.append(str(error))
    except OSError as error:
        missing.append(f"{path} cannot be read ({error.strerror}). Is it open in another program?")
    log.warning("the report is made without %s: %s", path.name, missing[-1])
    return None


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


def _origin(table: Mapping[str, Any] | None) -> str | None:
    """Where the class table was taken from; a guess is called one."""
    if not table or "origin" not in table:
        return None
    return f"{table['origin']}{' (a guess)' if table.get('is_guess') else ''}"


def _joined(*parts: object) -> str:
    return ", ".join(str(part) for part in parts if part)


def _size(image_size: Any) -> str | None:
    if isinstance(image_size, list) and len(image_size) == 2:
        return f"{image_size[1]} x {image_size[0]}"
    return f"{image_size} x {image_size}" if image_size else None
