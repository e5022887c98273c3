"""Measures how well recipes learn: trains each with every seed, and makes a table of the scores.

``python benchmarks/quality.py --data CamVid224_DataSet.zip`` trains every recipe of
``quality.yaml``, one run after another, each ``train.py`` in a process of its own; with names it
trains those. What is finished is not trained again, and what was stopped goes on. Choices are made
on Val: the best epoch of a run, and whatever a reader then takes for the better recipe.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from machine import libraries, machine
from recipes import RECIPES, Trial, read_recipes, trials
from record import add_to_record, key, read_record
from scored import table

from jetcar.errors import UserError

PROGRAM = Path(__file__).parents[1] / "train.py"
TOLD = re.compile(r"^epoch \d+/\d+ ")
"""What ``train.py`` prints when an epoch is over."""

EPOCHS = 20

QUICK = (
    "data.image_size=32",
    "model.encoder=tu-test_efficientnet",
    "trainer.device=cpu",
    "street.size=32",
    "street.images.train=16",
    "street.images.val=8",
    "street.images.test=0",
)
"""Settings with which an epoch takes a second."""


def main() -> int:
    """Trains what is asked for; the exit code is 1 when a run has failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="RECIPE", help="those of quality.yaml")
    parser.add_argument("--data", default="street", help="the data set: a folder or a zip")
    parser.add_argument(
        "--always", nargs="+", default=[], metavar="SETTING", help="of all runs: data.ignore=[void]"
    )
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2], metavar="SEED")
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--classes", nargs="+", default=[], help="whose IoU is shown too")
    parser.add_argument("--runs", type=Path, default=Path("runs/quality"), help="where runs go")
    parser.add_argument("--recipes", type=Path, default=RECIPES, help="another quality.yaml")
    parser.add_argument(
        "--record", type=Path, help="a file of what was found: what is in it is not trained again"
    )
    parser.add_argument("--table", action="store_true", help="only show what is there")
    parser.add_argument("--quick", action="store_true", help="prove in a minute that it runs")
    arguments = parser.parse_args()
    recipes = read_recipes(arguments.recipes)
    for name in arguments.names:
        if name not in recipes:
            parser.error(f"there is no recipe {name}; there are {', '.join(recipes)}")
    wanted = {name: recipes[name] for name in arguments.names or recipes}
    try:
        return quick(wanted, arguments) if arguments.quick else measure(wanted, arguments)
    except UserError as error:
        parser.error(str(error))


def quick(wanted: dict[str, list[str]], arguments: argparse.Namespace) -> int:
    """Trains two recipes for a moment, with all settings checked, and leaves nothing behind."""
    print("quick: two recipes learn so little that the figures mean nothing\n", flush=True)
    with tempfile.TemporaryDirectory(prefix="jetcar-quality-") as work:
        arguments.runs, arguments.epochs, arguments.seeds = Path(work) / "runs", 1, [0]
        arguments.always += [*QUICK, f"data.root={Path(work) / 'data'}"]
        return measure(wanted, arguments, most=2)


def measure(
    wanted: dict[str, list[str]], arguments: argparse.Namespace, most: int | None = None
) -> int:
    """Trains and shows the table.

    Args:
        wanted: Settings of recipes by name.
        arguments: The command line.
        most: Runs to make; None makes all.

    Returns:
        The exit code.

    Raises:
        UserError: the settings of a run are wrong.
    """
    always = [f"data.source={arguments.data}", *arguments.always]
    todo = trials(wanted, always, arguments.seeds, arguments.epochs, arguments.runs)[:most]
    record = arguments.record
    known = read_record(record) if record else {}
    todo = [replace(trial, known=known.get(key(trial))) for trial in todo]
    done = []
    for number, trial in enumerate(todo, 1):
        told_as = f"{number}/{len(todo)} {trial.recipe}, seed {trial.seed}"
        done.append(arguments.table or train(trial, told_as))
        if record and trial.known is None and (found := trial.found) is not None:
            add_to_record(record, trial, found, machine())  # at once: the others take hours
    print(f"\n{_head(arguments)}\n\n{table(todo, arguments.classes)}")
    return int(not all(done))


def train(trial: Trial, told_as: str) -> bool:
    """Whether a run has come to its end, if not before then now."""
    if trial.found is not None:
        print(f"{told_as}: is there", flush=True)
        return True
    print(f"{told_as} ...", flush=True)
    code = subprocess.run([sys.executable, str(PROGRAM), *trial.arguments]).returncode
    if code:
        print(f"{told_as} failed with exit code {code}", flush=True)
    return code == 0


def _head(arguments: argparse.Namespace) -> str:
    settings = " ".join([f"epochs={arguments.epochs}", *arguments.always])
    where = f"{machine()}{', and those that the record names' if arguments.record else ''}"
    return (
        f"{Path(arguments.data).name}, {settings}; mean over the seeds ± standard deviation.\n\n"
        f"Machine: {where}.\n\nLibraries: {libraries()}."
    )


if __name__ == "__main__":
    sys.exit(main())
