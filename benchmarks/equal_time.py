"""Measures how well each network learns from random weights in equal time, on one core of a CPU.

``python benchmarks/equal_time.py`` trains the networks of ``networks.py``, with names such as
``unet/mobilenet_v2`` those, each for as many epochs as fit into ``--minutes``. ``train.py`` runs
in a process of its own: first for two epochs, which tell what one costs, then anew with a rate that
falls along the epochs that fit. What is in the record is not trained again, so that several such
programs may share the work, each with networks of its own. Linux only, as it looks into ``/proc``.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from machine import libraries, machine
from networks import NETWORKS
from quality import PROGRAM, QUICK, TOLD, train
from recipes import Found, Trial, trials
from record import add_to_record, key, read_record
from scored import spread

from jetcar.errors import UserError

FIRST_EPOCHS = 2

ONE_CORE = ("trainer.device=cpu", "data.workers=0")
"""One process, whose threads ``main`` limits to one."""

COLUMNS = ("network", "epochs", "s an epoch", "val/iou", "seeds")
RULE = ("---",) * len(COLUMNS)


def main() -> int:
    """Trains what is asked for and prints the table; the exit code is 1 when a run has failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=NETWORKS, metavar="ARCHITECTURE/ENCODER")
    parser.add_argument("--data", default="street", help="the data set: a folder or a zip")
    parser.add_argument(
        "--always", nargs="+", default=[], metavar="SETTING", help="of all runs: optimizer.lr=2e-3"
    )
    parser.add_argument("--minutes", type=float, default=10, help="of one core, for each training")
    parser.add_argument("--seeds", nargs="+", type=int, default=[0], metavar="SEED")
    parser.add_argument("--runs", type=Path, default=Path("runs/equal_time"), help="where runs go")
    parser.add_argument(
        "--record", type=Path, help="a file of what was found; measured.jsonl in --runs otherwise"
    )
    parser.add_argument("--quick", action="store_true", help="prove in a minute that it runs")
    arguments = parser.parse_args()
    for name in arguments.names:
        if name.count("/") != 1:
            parser.error(f"{name} is no ARCHITECTURE/ENCODER such as {NETWORKS[0]}")
    os.environ["OMP_NUM_THREADS"] = "1"
    try:
        return quick(arguments) if arguments.quick else measure(arguments)
    except UserError as error:
        parser.error(str(error))


def quick(arguments: argparse.Namespace) -> int:
    """Trains two networks for a moment, and leaves nothing behind."""
    print("quick: two networks learn so little that the figures mean nothing\n", flush=True)
    with tempfile.TemporaryDirectory(prefix="jetcar-equal-time-") as work:
        arguments.names, arguments.minutes, arguments.seeds = arguments.names[:2], 0, [0]
        arguments.runs, arguments.record = Path(work) / "runs", None
        arguments.always = [*arguments.always, *QUICK, f"data.root={Path(work) / 'data'}"]
        return measure(arguments)


def measure(arguments: argparse.Namespace) -> int:
    """Trains all networks and shows the table.

    Returns:
        The exit code.

    Raises:
        UserError: ``train.py`` does not accept the settings of a run; none has begun then.
    """
    record = arguments.record or arguments.runs / "measured.jsonl"
    firsts = trials_of(arguments.names, arguments, arguments.seeds[:1], FIRST_EPOCHS)
    record.parent.mkdir(parents=True, exist_ok=True)
    lines, failed = [], False
    for number, first in enumerate(firsts, 1):
        told_as = f"{number}/{len(firsts)} {first.recipe}"
        cost = epoch_cost(first, record, told_as)
        epochs = 0 if cost is None else epochs_within(arguments.minutes, cost)
        todo = trials_of([first.recipe], arguments, arguments.seeds, epochs) if epochs else []
        found: dict[int, Found] = {}
        for trial in todo:
            one = outcome(trial, record, f"{told_as}, {epochs} epochs, seed {trial.seed}")
            if one is not None:
                found[trial.seed] = one
        failed |= len(found) < len(arguments.seeds)
        lines.append(cells(first.recipe, epochs, cost, found))
    print(f"\n{_head(arguments)}\n")
    print("\n".join(f"| {' | '.join(line)} |" for line in (COLUMNS, RULE, *lines)))
    return int(failed)


def trials_of(
    names: list[str], arguments: argparse.Namespace, seeds: list[int], epochs: int
) -> list[Trial]:
    """The trainings of networks; UserError where ``train.py`` does not accept their settings."""
    recipes = {}
    for name in names:
        architecture, encoder = name.split("/")
        network = [f"model.architecture={architecture}", f"model.encoder={encoder}"]
        recipes[name] = [*network, *ONE_CORE, "optimizer.schedule=cosine"]
    always = [f"data.source={arguments.data}", *arguments.always]
    return trials(recipes, always, seeds, epochs, arguments.runs)


def epochs_within(minutes: float, cost: float) -> int:
    """How many epochs of ``cost`` seconds each fit, at least one."""
    return max(1, int(60 * minutes / cost))


def epoch_cost(first: Trial, record: Path, told_as: str) -> float | None:
    """Processor seconds of an epoch, by a short training or from the record; None if that fails.

    Neither the start of the program nor the drawing of a street is part of it.
    """
    known = read_record(record).get(key(first))
    if known is not None:
        return known.seconds
    print(f"{told_as}: what an epoch costs ...", flush=True)
    with tempfile.TemporaryDirectory(prefix="jetcar-cost-") as runs:
        # Elsewhere: a run that is there already would go on, and have no epoch to measure.
        first = replace(first, runs=Path(runs))
        told = processor_seconds_when_told(first)
        found = first.found
    if found is None or len(told) < FIRST_EPOCHS:
        print(f"{told_as} failed", flush=True)
        return None
    found = replace(found, seconds=told[-1] - told[-2])
    add_to_record(record, first, found, machine())
    return found.seconds


def processor_seconds_when_told(trial: Trial) -> list[float]:
    """Trains; what processor time the process had taken whenever an epoch was over.

    The second epoch counts, from the end of the first to its own: the first one has the start in
    it, and the cache of pictures. Processor time and not ``seconds`` of ``metrics.csv``, which is
    the clock's: there an epoch would be as long as it waits for whatever else runs. What stays is
    that a core may be slower while its neighbour works, so two programs side by side are to have
    work for the same time.
    """
    command = [sys.executable, str(PROGRAM), *trial.arguments]
    seconds = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8") as program:
        assert program.stdout is not None
        for line in program.stdout:
            if TOLD.match(line):
                seconds.append(processor_seconds(program.pid))
    return seconds


def processor_seconds(pid: int) -> float:
    """Of all threads of a process so far, its own and the system's work for it."""
    after_name = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    ticks = int(after_name[11]) + int(after_name[12])  # utime and stime, fields 14 and 15 of all
    return ticks / os.sysconf("SC_CLK_TCK")


def outcome(trial: Trial, record: Path, told_as: str) -> Found | None:
    """What a run finds, or has found before; None when it fails."""
    trial = replace(trial, known=read_record(record).get(key(trial)))
    train(trial, told_as)
    found = trial.found
    if found is not None and trial.known is None:
        add_to_record(record, trial, found, machine())
    return found


def cells(name: str, epochs: int, cost: float | None, found: dict[int, Found]) -> list[str]:
    """One line of the table, as ``COLUMNS``."""
    if not found:
        return [name, *["not measured"] * (len(COLUMNS) - 1)]
    iou = spread([one.iou for one in found.values()])
    return [name, str(epochs), f"{cost:.1f}", iou, ", ".join(map(str, found))]


def _head(arguments: argparse.Namespace) -> str:
    return (
        f"{Path(arguments.data).name}, {arguments.minutes:g} minutes of a core for each training, "
        f"{' '.join(arguments.always)}; val/iou of the best epoch, mean over the seeds ± standard "
        f"deviation.\n\nMachine: {machine()}.\n\nLibraries: {libraries()}."
    )


if __name__ == "__main__":
    sys.exit(main())
