"""Simulates labelling: does ``jetcar next`` choose pictures that teach more than as many by chance?

``python benchmarks/labelling.py --data CamVid224_DataSet.zip`` takes the masks away from most
pictures of Train, trains on the rest, has ``jetcar next`` choose pictures, gives these their masks
back, and trains anew. The same is done with pictures that are chosen by chance, several times,
beginning with the same ones. The next share goes on from what was chosen for the one before.
Scores are those of Val, which all runs share. What is finished is not trained again, and what was
stopped goes on.
"""

from __future__ import annotations

import argparse
import csv
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from asked import parser_of, run
from labelling_table import CHANCE, CHOSEN, START, Row, table
from machine import libraries, machine
from quality import QUICK, train
from recipes import ALL_EPOCHS, Found, Trial
from record import add_to_record, key, read_record
from settings import train_settings
from subsets import link, subset

from jetcar.data.pairs import Pairs, find_split
from jetcar.data.source.fetch import fetch
from jetcar.errors import UserError

PROJECT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Bench:
    """What all runs have in common.

    Attributes:
        dataset: The whole data set, whose masks are taken away and given back.
        train: Its pictures of Train, all with masks.
        always: Settings of all runs.
        epochs: Of each run.
        runs: Where runs and their data sets go.
        record: What was found, or None.
    """

    dataset: Path
    train: Pairs
    always: tuple[str, ...]
    epochs: int
    runs: Path
    record: Path | None


def main() -> int:
    """Measures, and shows the table."""
    parser = parser_of(__doc__, "runs/labelling")
    parser.add_argument("--shares", nargs="+", type=float, default=[0.25, 0.5], metavar="SHARE")
    parser.add_argument(
        "--start", type=float, default=0.1, help="share that is labelled before anything is chosen"
    )
    parser.add_argument("--draws", type=int, default=5, help="choices by chance for each seed")
    return run(parser, measure, quick)


def quick(arguments: argparse.Namespace) -> int:
    """Trains for a moment on some pictures of the street, and leaves nothing behind."""
    print("quick: the figures mean nothing\n", flush=True)
    with tempfile.TemporaryDirectory(prefix="jetcar-labelling-") as work:
        arguments.data, arguments.epochs, arguments.size = "street", 1, "32"
        arguments.seeds, arguments.draws, arguments.shares = [0], 1, [0.5]
        arguments.runs, arguments.record = Path(work) / "runs", None
        arguments.always = [*QUICK[1:], f"data.root={Path(work) / 'data'}"]
        return measure(arguments)


def measure(arguments: argparse.Namespace) -> int:
    """Trains what is missing and shows the table; the exit code is 1 when a run has failed.

    Raises:
        UserError: settings are wrong, or there is no such data set.
    """
    shares = sorted(arguments.shares)
    if not 0 < arguments.start < shares[0] or shares[-1] > 1:
        raise UserError("--start must be above 0 and below all --shares, and these at most 1")
    always = (*arguments.always, f"data.image_size={arguments.size}")
    settings = train_settings(*always)
    dataset = fetch(arguments.data, Path(settings.data.root), settings.street)
    train_pairs = find_split(dataset, "Train").with_masks()
    runs = arguments.runs.resolve()
    bench = Bench(dataset, train_pairs, always, arguments.epochs, runs, arguments.record)
    rows: list[Row] = []
    is_whole = True
    for seed in arguments.seeds:
        try:
            rows.extend(of_seed(bench, seed, arguments.start, shares, arguments.draws))
        except RunFailedError as error:
            print(error, flush=True)
            is_whole = False
    print(f"\n{_head(arguments, len(train_pairs))}\n\n{table(rows)}")
    return int(not is_whole)


class RunFailedError(Exception):
    """A run did not come to its end."""


def of_seed(
    bench: Bench, seed: int, start: float, shares: list[float], draws: int
) -> Iterator[Row]:
    """All runs that begin with the same pictures, in the order in which they are made.

    Raises:
        RunFailedError: one did not come to its end.
    """
    total = len(bench.train)
    order = np.random.default_rng([seed, total]).permutation(total).tolist()
    first = order[: max(1, round(start * total))]
    asked = trial_of(bench, first, seed, START)
    yield Row(seed, start, len(first), START, learn(bench, asked, needs_weights=True))
    known = [first] * (1 + draws)  # of the choice that is asked for, and of those by chance
    for share in shares:
        count = round(share * total)
        picked = choose(bench, known[0], asked, count - len(known[0]))
        known[0] = [*known[0], *picked]
        asked = trial_of(bench, known[0], seed, f"{CHOSEN}-{share:g}")
        found = learn(bench, asked, needs_weights=share != shares[-1])
        yield Row(seed, share, count, CHOSEN, found)
        for draw in range(1, 1 + draws):
            rest = sorted({*range(total)} - {*known[draw]})
            rng = np.random.default_rng([seed, draw, count])
            picked = rng.choice(rest, count - len(known[draw]), replace=False).tolist()
            known[draw] = [*known[draw], *picked]
            trial = trial_of(bench, known[draw], seed, f"{CHANCE}-{draw}-{share:g}")
            yield Row(seed, share, count, CHANCE, learn(bench, trial))


def trial_of(bench: Bench, pictures: list[int], seed: int, name: str) -> Trial:
    """The run that knows some pictures, whoever has chosen them."""
    length = (f"trainer.max_epochs={bench.epochs}", ALL_EPOCHS)
    source = f"data.source={subset_of(bench, pictures)}"
    return Trial(name, seed, (*bench.always, *length, source, f"seed={seed}"), bench.runs)


def learn(bench: Bench, trial: Trial, needs_weights: bool = False) -> Found:
    """What a run learns; trains it, if that is not known.

    Args:
        bench: What all runs have in common.
        trial: The run.
        needs_weights: Whether pictures are to be chosen with it, for which a record is not enough.

    Raises:
        RunFailedError: it did not come to its end.
    """
    known = read_record(bench.record).get(key(trial)) if bench.record else None
    if known is not None and (not needs_weights or checkpoint_of(trial).is_file()):
        print(f"{trial.name}: is in the record", flush=True)
        return known
    if not train(trial, trial.name) or (found := trial.found) is None:
        raise RunFailedError(f"{trial.name} has failed, so seed {trial.seed} ends here")
    if bench.record and known is None:
        add_to_record(bench.record, trial, found, machine())  # at once: the others take hours
    return found


def checkpoint_of(trial: Trial) -> Path:
    """The best weights of a run."""
    return trial.runs / trial.name / "checkpoints" / "best.ckpt"


def choose(bench: Bench, labelled: list[int], trial: Trial, count: int) -> list[int]:
    """Numbers of the pictures that ``jetcar next`` takes with the run that knows the others."""
    numbers = {Path(image).name: i for i, image in enumerate(bench.train.images)}
    with tempfile.TemporaryDirectory(prefix="jetcar-pool-") as work:
        photos, out = Path(work) / "photos", Path(work) / "next"
        photos.mkdir()
        for i in sorted({*range(len(bench.train))} - {*labelled}):
            link(bench.train.images[i], photos / Path(bench.train.images[i]).name)
        words = (
            f"images={photos}",
            f"labelled={subset_of(bench, labelled) / 'Img' / 'Train'}",
            f"checkpoint={checkpoint_of(trial)}",
            f"count={count}",
            f"out={out}",
            "layout=grey",
        )
        if subprocess.run([sys.executable, "-m", "jetcar", "next", *words], cwd=PROJECT).returncode:
            raise RunFailedError(f"jetcar next has failed, so seed {trial.seed} ends here")
        with (out / "next.csv").open(encoding="utf-8", newline="") as file:
            return [numbers[Path(row["picture"]).name] for row in csv.DictReader(file)]


def subset_of(bench: Bench, pictures: list[int]) -> Path:
    """A data set of some pictures of Train and all of Val; its name says which."""
    return subset(bench.dataset, bench.train, pictures, bench.runs / "data")


def _head(arguments: argparse.Namespace, total: int) -> str:
    settings = " ".join([f"epochs={arguments.epochs}", f"size={arguments.size}", *arguments.always])
    return (
        f"{Path(arguments.data).name}, {total} pictures of Train, {settings}; {arguments.draws} "
        "choices by chance for each seed; mean ± standard deviation.\n\n"
        f"Machine: {machine()}.\n\nLibraries: {libraries()}."
    )


if __name__ == "__main__":
    sys.exit(main())
