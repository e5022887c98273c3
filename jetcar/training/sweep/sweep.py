"""Runs the jobs of a sweep one after the other, each in a process and a run folder of its own."""

from __future__ import annotations

import csv
import io
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from jetcar.errors import Interrupted
from jetcar.settings.compose import Composed
from jetcar.training.sweep.labels import job_labels, refuse_many_names, varied_settings, words_of
from jetcar.training.sweep.leash import Leash, signal_behind
from jetcar.training.sweep.outcome import Outcome
from jetcar.training.sweep.page import write_page
from jetcar.whole import write_whole
from jetcar.wording import printable, table_cell

log = logging.getLogger(__name__)

LONGEST_CELL = 4096
"""Letters, as of a path."""


def sweep(program: Sequence[str], jobs: list[Composed]) -> int:
    """Runs all jobs, prints their scores, best first, and writes ``sweep.csv`` and ``sweep.html``.

    Every job is a process of its own, so that nothing of one reaches the next: no random state,
    no threads, no memory of the GPU. A job that was finished earlier says so and ends at once.

    Args:
        program: How Python is told to run the program that does one job, such as ``train.py``.
        jobs: The jobs, in their order.

    Returns:
        The exit code: 1 when a job failed or its result cannot be read, else 0.

    Raises:
        UserError: the sweep is over ``name``, which says where all of it is written.
        Interrupted: the sweep or a job was stopped by a signal, and the job has ended; those behind
            it are not started.
    """
    first = jobs[0].settings
    if len({str(job.settings.name) for job in jobs}) > 1:
        refuse_many_names()
    home = Path(str(first.runs)).expanduser() / str(first.name)
    outcomes = []
    with Leash() as leash:
        points, labels = varied_settings(jobs), job_labels(jobs)
        every = zip(jobs, points, labels, strict=True)
        for number, (job, point, label) in enumerate(every, start=1):
            log.info("job %d of %d: %s", number, len(jobs), label)
            words = words_of(job.overrides, str(first.name), label)
            code = leash.run([sys.executable, *program, *job.switches, *words])
            if signum := leash.signum or signal_behind(code):
                log.info(
                    "the sweep is stopped in job %d of %d; what is saved is in %s, and the same "
                    "command continues",
                    number,
                    len(jobs),
                    home,
                )
                raise Interrupted(signum)
            outcomes.append(Outcome.of(label, point, home / label, code))
    return write_results(home, str(first.name), str(first.monitor), outcomes)


def write_results(home: Path, name: str, monitor: str, outcomes: list[Outcome]) -> int:
    """Prints the scores of all jobs, best first, and writes ``sweep.csv`` and ``sweep.html``.

    Returns:
        The exit code: 1 when a job failed or its result cannot be read, else 0.
    """
    for outcome in outcomes:
        if outcome.damage is not None:
            log.warning("job %s: %s", outcome.job, outcome.damage)
    outcomes = sorted(outcomes, key=lambda outcome: outcome.rank)
    table = home / "sweep.csv"
    rows = [_row(outcome, monitor) for outcome in outcomes]
    _write_csv(rows, table)
    page = table.with_suffix(".html")
    write_page(page, name, monitor, outcomes)
    log.info("%s", _as_text(rows))
    log.info("sweep: %s, and as a page with curves: %s", table, page)
    return 1 if any(outcome.is_bad for outcome in outcomes) else 0


def _row(outcome: Outcome, monitor: str) -> dict[str, str]:
    result, seconds = outcome.result, outcome.result.get("training_seconds")
    return {
        "job": outcome.job,
        monitor: _four_digits(outcome.score),
        "test/iou": _four_digits(outcome.test_iou),
        "best epoch": str(result.get("best_epoch", "")),
        "epochs": str(result.get("epochs", "")),
        "minutes": "" if seconds is None else f"{seconds / 60:.1f}",
        "state": outcome.state,
        "folder": str(outcome.folder.path),
    }


def _four_digits(score: float | None) -> str:
    return "" if score is None else f"{score:.4f}"


def _write_csv(rows: list[dict[str, str]], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for row in (list(rows[0]), *(list(row.values()) for row in rows)):
        writer.writerow([table_cell(printable(cell, LONGEST_CELL)) for cell in row])
    write_whole(path, text.getvalue())


def _as_text(rows: list[dict[str, str]]) -> str:
    table = [list(rows[0])[:-1], *([*map(printable, row.values())][:-1] for row in rows)]
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    lines = (
        "  ".join(f"{cell:<{w}}" for cell, w in zip(row, widths, strict=True)) for row in table
    )
    return "\n".join(line.rstrip() for line in lines)
