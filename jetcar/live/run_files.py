"""What the files of a run say about how far it is; read with distrust, and never locked."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import yaml

from jetcar.errors import UserError
from jetcar.model.monitor import is_better
from jetcar.records import DamagedRecordError, read_result, read_table, wrong_in_settings
from jetcar.training.run_folder import RunFolder
from jetcar.wording import counted, printable

STOPPED = "the same command continues"
"""How the last line of a run ends that was stopped."""

MOST_SETTINGS_BYTES = 1 << 20
LOG_BYTES = 1 << 14
LOG_LINES = 20
LONGEST_LINE = 400

RECENT = 5
"""Epochs whose median is taken for the next ones."""

QUIET_EPOCHS, QUIET_SECONDS = 3, 300.0
"""A run that has written nothing for so many epochs, and so long, may be gone."""

Row = dict[str, float]


@dataclass(frozen=True)
class Standing:
    """How far a run is.

    Attributes:
        name: Its folder's name.
        state: What it does, in words.
        is_at_rest: Whether nothing goes on any more.
        rows: Values of each epoch.
        max_epochs: How many there will be at most; 0 where nobody knows.
        monitor: What decides what is best.
        best: The best value and its epoch; NaN and 0 before the first.
        left: Seconds that are left at most; None where nobody knows.
        pace: Seconds an epoch; None likewise.
        lines: The last ones of its log.
        report: Its page, as far as one is written.
    """

    name: str
    state: str
    is_at_rest: bool = False
    rows: list[Row] = field(default_factory=list)
    max_epochs: int = 0
    monitor: str = "val/iou"
    best: tuple[float, int] = (math.nan, 0)
    left: float | None = None
    pace: float | None = None
    lines: list[str] = field(default_factory=list)
    report: str = ""


def refuse_no_run(folder: RunFolder) -> None:
    """Refuses what is not the folder of a run.

    Raises:
        UserError: it is not.
    """
    if not folder.path.is_dir():
        raise UserError(
            f"There is no folder {folder.path}. Check the path; a run makes its folder when its "
            "training begins."
        )
    if not folder.config.is_file():
        raise UserError(
            f"{folder.path} is not the folder of a run: it has no {folder.config.name}. Name one, "
            "such as runs/street1."
        )


def read_standing(folder: RunFolder, now: float | None = None) -> Standing:
    """How far the run is.

    Args:
        folder: Where it writes.
        now: Seconds since 1970; None for this moment.
    """
    if not folder.path.is_dir():
        return Standing(folder.path.name, f"{folder.path} is gone", is_at_rest=True)
    now = time.time() if now is None else now
    settings = _settings(folder.config)
    trainer = settings.get("trainer", {})
    most = trainer.get("max_epochs")
    rows = read_rows(folder.metrics)
    monitor = settings.get("monitor")
    monitor = monitor if isinstance(monitor, str) else "val/iou"
    known = Standing(
        folder.path.name,
        "",
        rows=rows,
        max_epochs=most if isinstance(most, int) and not isinstance(most, bool) else 0,
        monitor=monitor,
        best=_best(rows, monitor),
        pace=_pace(rows),
        lines=_last_lines(folder.log),
        report=str(folder.report) if folder.report.is_file() else "",
    )
    return _with_state(known, folder, now)


def read_rows(path: Path) -> list[Row]:
    """The epochs of ``metrics.csv``; none where it is not there or no such table.

    What is no number is left out of its row, and a row without a number of its epoch altogether.
    """
    rows = []
    for plain in read_table(path):
        row = {
            str(name): value for name, text in plain.items() if (value := _number(text)) is not None
        }
        if "epoch" in row and row["epoch"] == int(row["epoch"]) and row["epoch"] > 0:
            rows.append(row)
    return rows


def in_words(seconds: float) -> str:
    """Hours and minutes, or minutes, or seconds of a short time."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def _with_state(known: Standing, folder: RunFolder, now: float) -> Standing:
    epochs = int(known.rows[-1]["epoch"]) if known.rows else 0
    changes: dict[str, Any] = {}
    quiet = now - _last_sign(folder)
    usual = QUIET_EPOCHS * known.pace if known.pace else 0.0
    if (over := _over(folder, epochs)) is not None:
        changes = {"state": over, "is_at_rest": True}
    elif known.lines and known.lines[-1].endswith(STOPPED):
        state = f"stopped after {counted(epochs, 'epoch')}; the same train.py command continues"
        changes = {"state": state, "is_at_rest": True}
    elif quiet > max(QUIET_SECONDS, usual):
        state = f"no sign for {in_words(quiet)}: it may have been ended"
        changes = {"state": state, "is_at_rest": True}
    elif known.max_epochs and epochs >= known.max_epochs:
        changes = {"state": "all epochs are over; the end is written"}
    else:
        of = f" of {known.max_epochs}" if known.max_epochs else ""
        changes = {"state": f"in epoch {epochs + 1}{of}"}
        if known.pace and known.max_epochs:
            since = now - _written(folder.metrics)
            changes["left"] = max(0.0, (known.max_epochs - epochs) * known.pace - since)
    return Standing(**{**vars(known), **changes})


def _over(folder: RunFolder, epochs: int) -> str | None:
    """In words how a run ended; None while it has not, or has begun anew since."""
    try:
        result = read_result(folder.result)
    except (OSError, DamagedRecordError):
        return None
    if result["epochs"] < epochs or not result.get("is_over", True):
        return None
    return f"finished after {counted(result['epochs'], 'epoch')}"


def _settings(path: Path) -> Mapping[str, Any]:
    """The run's settings; nothing where the file is no such thing."""
    try:
        if path.stat().st_size > MOST_SETTINGS_BYTES:
            return {}
        settings = yaml.safe_load(path.read_text(encoding="utf-8", errors="replace"))
    except (OSError, ValueError, yaml.YAMLError, RecursionError):
        return {}
    is_usable = isinstance(settings, dict) and wrong_in_settings(settings) is None
    return settings if is_usable else {}


def _best(rows: list[Row], monitor: str) -> tuple[float, int]:
    score, epoch = math.nan, 0
    for row in rows:
        value = row.get(monitor, math.nan)
        if is_better(value, score, monitor):
            score, epoch = value, int(row["epoch"])
    return score, epoch


def _pace(rows: list[Row]) -> float | None:
    seconds = [row["seconds"] for row in rows[-RECENT:] if "seconds" in row]
    return median(seconds) if seconds else None


def _number(text: object) -> float | None:
    try:
        value = float(text) if isinstance(text, str) else math.nan
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _last_lines(path: Path) -> list[str]:
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - LOG_BYTES))
            text = file.read(LOG_BYTES).decode("utf-8", errors="replace")
    except OSError:
        return []
    return [printable(line, LONGEST_LINE) for line in text.splitlines()[-LOG_LINES:]]


def _last_sign(folder: RunFolder) -> float:
    """When the run wrote something last, in seconds since 1970."""
    return max(map(_written, (folder.config, folder.log, folder.metrics, folder.last)))


def _written(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
