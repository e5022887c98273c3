"""The command line of benchmarks that train on some of a data set's pictures."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from quality import EPOCHS

from jetcar.errors import UserError

Measure = Callable[[argparse.Namespace], int]


def parser_of(doc: str | None, runs: str, epochs: str | None = None) -> argparse.ArgumentParser:
    """What all of them are asked with; each adds its own.

    Args:
        doc: Of the program.
        runs: Where its runs go, unless that is said.
        epochs: What ``--epochs`` counts, if not those of each run.
    """
    parser = argparse.ArgumentParser(description=doc)
    parser.add_argument("--data", default="street", help="the data set: a folder or a zip")
    parser.add_argument(
        "--always", nargs="+", default=[], metavar="SETTING", help="of all runs: data.ignore=[void]"
    )
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2], metavar="SEED")
    parser.add_argument("--epochs", type=int, default=EPOCHS, help=epochs)
    parser.add_argument("--size", default="128", help="pixels: data.image_size of all runs")
    parser.add_argument("--runs", type=Path, default=Path(runs), help="where runs go")
    parser.add_argument("--record", type=Path, help="a file of what was found, to go on from")
    parser.add_argument("--quick", action="store_true", help="prove in minutes that it runs")
    return parser


def run(parser: argparse.ArgumentParser, measure: Measure, quick: Measure) -> int:
    """Does what the command line asks for; the exit code."""
    arguments = parser.parse_args()
    try:
        return quick(arguments) if arguments.quick else measure(arguments)
    except UserError as error:
        parser.error(str(error))
