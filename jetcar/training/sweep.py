"""Runs the jobs of a sweep one after the other, each in a process and a run folder of its own."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import logging
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from omegaconf import OmegaConf

from jetcar.command import Composed
from jetcar.errors import Interrupted
from jetcar.whole import write_whole

log = logging.getLogger(__name__)

LONGEST_NAME = 100


@dataclass(frozen=True)
class Outcome:
    """How a job ended.

    Attributes:
        job: Its name.
        folder: Its run folder.
        code: The exit code of its process; 0 is well.
        result: Its ``result.json``; empty when there is none.
    """

    job: str
    folder: Path
    code: int
    result: dict[str, Any]


def sweep(program: Path, jobs: list[Composed]) -> int:
    """Runs all jobs, prints their scores, best first, and writes them to ``sweep.csv``.

    Every job is a process of its own, so that nothing of one reaches the next: no random state,
    no threads, no memory of the GPU. A job that was finished earlier says so and ends at once.

    Args:
        program: The program that does one job, ``train.py``.
        jobs: The jobs, in their order.

    Returns:
        The exit code: 1 when a job failed, else 0.

    Raises:
        Interrupted: a job was stopped by a signal; those behind it are not started.
    """
    first = jobs[0].settings
    outcomes = []
    for number, (job, label) in enumerate(zip(jobs, job_labels(jobs), strict=True), start=1):
        name = f"{first.name}/{label}"
        log.info("job %d of %d: %s", number, len(jobs), label)
        overrides = [one for one in job.overrides if not one.startswith("name=")]
        done = subprocess.run([sys.executable, str(program), *overrides, f"name='{name}'"])
        if done.returncode in (130, 143, -2, -15):
            raise Interrupted(done.returncode % 128 if done.returncode > 0 else -done.returncode)
        folder = Path(str(first.runs)) / name
        outcomes.append(Outcome(label, folder, done.returncode, _read_result(folder)))
    outcomes.sort(key=_rank)
    table = Path(str(first.runs)) / str(first.name) / "sweep.csv"
    rows = [_row(outcome, first.monitor) for outcome in outcomes]
    _write_csv(rows, table)
    log.info("%s", _as_text(rows))
    log.info("sweep: %s", table)
    return 1 if any(outcome.code for outcome in outcomes) else 0


def job_labels(jobs: list[Composed]) -> list[str]:
    """A folder name for each job, made of the settings in which the jobs differ.

    The same point of a sweep has the same name in every sweep over the same settings.
    """
    assigned = [dict(_split(one) for one in job.overrides) for job in jobs]
    names = [name for name in assigned[0] if name != "name"]
    varied = [name for name in names if len({one[name] for one in assigned}) > 1] or names
    return [
        _as_folder(",".join(f"{name}={_value(job, name, own[name])}" for name in varied))
        for job, own in zip(jobs, assigned, strict=True)
    ]


def _split(override: str) -> tuple[str, str]:
    name, _, value = override.lstrip("+").partition("=")
    return name, value


def _value(job: Composed, name: str, typed: str) -> str:
    """The value itself where there is one, so that 1e-3 and 0.001 are the same job."""
    value = OmegaConf.select(job.settings, name)
    return typed.strip("'\"") if value is None or OmegaConf.is_dict(value) else str(value)


def _as_folder(label: str) -> str:
    safe = re.sub(r"[^\w.,=+-]", "_", label).rstrip(".") or "default"
    if len(safe) <= LONGEST_NAME:
        return safe
    return f"{safe[:LONGEST_NAME]}-{hashlib.sha256(label.encode()).hexdigest()[:8]}"


def _read_result(folder: Path) -> dict[str, Any]:
    try:
        result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return dict(result)


def _rank(outcome: Outcome) -> tuple[bool, float]:
    """Failed jobs last; the others by score, the best first."""
    if outcome.code or "score" not in outcome.result:
        return True, 0.0
    score = float(outcome.result["score"])
    return False, score if str(outcome.result["monitor"]).endswith("loss") else -score


def _row(outcome: Outcome, monitor: str) -> dict[str, str]:
    result = outcome.result if not outcome.code else {}
    test = result.get("scores", {}).get("test", {}).get("iou")
    return {
        "job": outcome.job,
        monitor: f"{result['score']:.4f}" if result else "",
        "test/iou": "" if test is None else f"{test:.4f}",
        "best epoch": str(result.get("best_epoch", "")),
        "epochs": str(result.get("epochs", "")),
        "minutes": f"{result['training_seconds'] / 60:.1f}" if result else "",
        "state": f"failed with exit code {outcome.code}" if outcome.code else "done",
        "folder": str(outcome.folder),
    }


def _write_csv(rows: list[dict[str, str]], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_whole(path, text.getvalue())


def _as_text(rows: list[dict[str, str]]) -> str:
    table = [list(rows[0])[:-1], *([*row.values()][:-1] for row in rows)]
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    lines = (
        "  ".join(f"{cell:<{w}}" for cell, w in zip(row, widths, strict=True)) for row in table
    )
    return "\n".join(line.rstrip() for line in lines)
