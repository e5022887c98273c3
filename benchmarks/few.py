"""What is the built-in street worth where there are few labelled pictures?

``python benchmarks/few.py --data DataSet.zip`` trains on the street first, then on 10, 30, 100 and
all pictures of the data set: on them alone, from what the street has taught, on both at once, and
on both from what the street has taught. All runs of a data set take as many steps; scores are those
of its Val, which all share. What is finished is not trained again, and what was stopped goes on.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

import numpy as np
from asked import parser_of, run
from labelling import Bench, RunFailedError, checkpoint_of, learn
from machine import libraries, machine
from quality import QUICK
from recipes import ALL_EPOCHS, Found, Trial
from scored import spread
from settings import train_settings
from subsets import subset

from jetcar.data.pairs import find_split
from jetcar.data.source.fetch import fetch

STREET = ("data.source=street", "street.classes=scene", "street.things=0.5", "street.views=15")
"""The street with the classes of a data set of other people, and with what stands there."""

FALLING = "optimizer.schedule=cosine"
"""Of all runs, as their length is known."""

ALONE, THEN, BOTH, THEN_BOTH = "alone", "street, then they", "street and they", "street, then both"
WAYS = (ALONE, THEN, BOTH, THEN_BOTH)
"""Ways to learn from the pictures."""


@dataclass(frozen=True)
class Row:
    """One run: how many pictures it knows, in which way, and what it has learnt."""

    pictures: int
    way: str
    seed: int
    found: Found


def main() -> int:
    """Trains what is missing, and shows the table."""
    parser = parser_of(__doc__, "runs/few", "of the whole data set")
    parser.add_argument("--counts", nargs="+", type=int, default=[10, 30, 100, 10**9])
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=WAYS, metavar="WAY")
    parser.add_argument("--street-epochs", type=int, default=8, help="of the street")
    parser.add_argument("--street-pictures", type=int, default=1500, help="in its Train")
    return run(parser, measure, quick)


def quick(arguments: argparse.Namespace) -> int:
    """Trains for a moment on some pictures of the street, and leaves nothing behind."""
    print("quick: the figures mean nothing\n", flush=True)
    with tempfile.TemporaryDirectory(prefix="jetcar-few-") as work:
        arguments.data, arguments.size, arguments.record = "street", "32", None
        arguments.epochs = arguments.street_epochs = 1
        arguments.counts, arguments.seeds, arguments.street_pictures = [4], [0], 16
        arguments.runs = Path(work) / "runs"
        arguments.always = [*QUICK[1:], STREET[1], f"data.root={Path(work) / 'data'}"]
        return measure(arguments)


def measure(arguments: argparse.Namespace) -> int:
    """Trains what is missing and shows the table; the exit code is 1 when a run has failed.

    Raises:
        UserError: settings are wrong, or there is no such data set.
    """
    always = (*arguments.always, f"data.image_size={arguments.size}", FALLING, ALL_EPOCHS)
    settings = train_settings(*always)
    dataset = fetch(arguments.data, Path(settings.data.root), settings.street)
    train = find_split(dataset, "Train").with_masks()
    runs = arguments.runs.resolve()
    bench = Bench(dataset, train, always, arguments.epochs, runs, arguments.record)
    print(f"{arguments.data}: {len(train)} pictures of Train", flush=True)
    rows: list[Row] = []
    try:
        for seed in arguments.seeds:
            rows.extend(of_seed(bench, seed, arguments))
    except RunFailedError as error:
        print(error, flush=True)
        return 1
    finally:
        print(f"\n{_head(arguments)}\n\n{table(rows)}")
    return 0


def of_seed(bench: Bench, seed: int, arguments: argparse.Namespace) -> Iterator[Row]:
    """All runs of a seed, which also decides about the pictures that are known.

    Raises:
        RunFailedError: one did not come to its end.
    """
    street = (*STREET, *street_size(arguments))
    length = f"trainer.max_epochs={arguments.street_epochs}"
    taught = Trial("street", seed, (*bench.always, *street, length, f"seed={seed}"), bench.runs)
    if any(way in (THEN, THEN_BOTH) for way in arguments.ways):
        learn(bench, taught, needs_weights=True)
    total = len(bench.train)
    order = np.random.default_rng([seed, total]).permutation(total).tolist()
    for count in sorted({min(count, total) for count in arguments.counts}):
        # As many pictures an epoch whatever is known: as many steps, and as many looks at Val.
        known = list(islice(cycle(order[:count]), total))
        mine = subset(bench.dataset, bench.train, known, bench.runs / "data")
        for way in arguments.ways:
            if way in (ALONE, THEN):
                source = [f"data.source={mine}"]
                epochs = arguments.epochs
            else:
                source = [*street[1:], f"data.source=[street,{mine}]", "data.shares=[0.5,0.5]"]
                together = total + arguments.street_pictures
                epochs = max(1, round(arguments.epochs * total / together))
            start = [f"init_from={checkpoint_of(taught)}"] if way in (THEN, THEN_BOTH) else []
            words = (*source, *start, f"trainer.max_epochs={epochs}", f"seed={seed}")
            name = f"{way.replace(', ', '-').replace(' ', '-')}-{count}"
            found = learn(bench, Trial(name, seed, (*bench.always, *words), bench.runs))
            yield Row(count, way, seed, found)


def street_size(arguments: argparse.Namespace) -> tuple[str, ...]:
    """How many pictures of which size are drawn."""
    return (
        f"street.size={arguments.size}",
        f"street.images.train={arguments.street_pictures}",
        "street.images.val=8" if arguments.quick else "street.images.val=100",
        "street.images.test=0",
    )


def table(rows: list[Row]) -> str:
    """One line for each number of pictures, in Markdown: mean IoU on Val by way."""
    ways = [way for way in WAYS if any(row.way == way for row in rows)]
    lines = [["pictures", *ways, "seeds"], ["---"] * (2 + len(ways))]
    for count in sorted({row.pictures for row in rows}):
        here = [row for row in rows if row.pictures == count]
        ious = {way: [row.found.iou for row in here if row.way == way] for way in ways}
        seeds = ", ".join(map(str, sorted({row.seed for row in here})))
        lines.append([str(count), *(spread(ious[w]) if ious[w] else "" for w in ways), seeds])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _head(arguments: argparse.Namespace) -> str:
    settings = " ".join([f"epochs={arguments.epochs}", f"size={arguments.size}", *arguments.always])
    return (
        f"{Path(arguments.data).name}, {settings}; before it {arguments.street_epochs} epochs of "
        f"{arguments.street_pictures} pictures of the street; mean IoU of the best epoch on Val, ± "
        f"standard deviation.\n\nMachine: {machine()}.\n\nLibraries: {libraries()}."
    )


if __name__ == "__main__":
    sys.exit(main())
