"""Recipes, the runs that measure them, and what these runs have found."""

from __future__ import annotations

import csv
import hashlib
import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from omegaconf import OmegaConf
from settings import train_settings

from jetcar.records import read_result

RECIPES = Path(__file__).with_suffix(".yaml").with_stem("quality")

ALL_EPOCHS = "early_stop.patience=1000"

NOTHING_ELSE = ("report=false", "predict.test=false", "tensorboard.pictures=0", "mirror.dir=null")
"""What costs time and decides nothing."""


@dataclass(frozen=True)
class Found:
    """What one run has found.

    Attributes:
        iou: Mean IoU on Val of the best epoch.
        last: The same of the last epoch, which nobody has chosen.
        classes: IoU of each class on Val, by name, of the best epoch, but for absent ones.
        seconds: The median of its epochs.
        git: The commit of the program, if it is known.
    """

    iou: float
    last: float
    classes: dict[str, float]
    seconds: float
    git: str | None


@dataclass(frozen=True)
class Trial:
    """One run of a recipe.

    Attributes:
        recipe: Its name.
        seed: The run's seed.
        settings: Everything that decides what comes out, seed included.
        runs: Folder of all runs.
        known: What has come out before, and is in a record.
    """

    recipe: str
    seed: int
    settings: tuple[str, ...]
    runs: Path
    known: Found | None = None

    @property
    def name(self) -> str:
        """Of the run: another one as soon as a setting differs, so that no result is mistaken."""
        digest = hashlib.sha256("\n".join(self.settings).encode()).hexdigest()[:8]
        return f"{self.recipe}-{self.seed}-{digest}"

    @property
    def arguments(self) -> list[str]:
        """Of ``train.py``."""
        return [*self.settings, *NOTHING_ELSE, f"runs={self.runs}", f"name={self.name}"]

    @property
    def found(self) -> Found | None:
        """What has come out; None as long as the run is not over."""
        if self.known is not None:
            return self.known
        folder = self.runs / self.name
        try:
            result = read_result(folder / "result.json")
        except FileNotFoundError:
            return None
        if not result.get("is_over", True):
            return None
        with (folder / "metrics.csv").open(encoding="utf-8", newline="") as file:
            epochs = list(csv.DictReader(file))
        val = result["scores"]["val"]
        return Found(
            val["iou"],
            float(epochs[-1]["val/iou"]),
            {name: one["iou"] for name, one in val["classes"].items() if one["iou"] is not None},
            statistics.median(float(epoch["seconds"]) for epoch in epochs),
            result["versions"]["git"],
        )


def read_recipes(path: Path = RECIPES) -> dict[str, list[str]]:
    """The settings of each recipe by its name, in the order of the file; later ones win."""
    read = OmegaConf.to_object(OmegaConf.load(path))
    return {name: list(_flat(settings)) for name, settings in read.items()}


def _flat(settings: list) -> Iterator[str]:
    """The settings of a recipe and of those that it begins with."""
    for one in settings:
        yield from _flat(one) if isinstance(one, list) else (one,)


def trials(
    recipes: dict[str, list[str]], always: list[str], seeds: list[int], epochs: int, runs: Path
) -> list[Trial]:
    """All runs: every recipe with the first seed, then with the next.

    Args:
        recipes: Settings by name.
        always: Settings of all runs; those of a recipe win.
        seeds: Each makes a run of each recipe.
        epochs: Of each run.
        runs: Their folder.

    Raises:
        UserError: ``train.py`` does not accept the settings of one.
    """
    length = (f"trainer.max_epochs={epochs}", ALL_EPOCHS)
    found = [
        Trial(name, seed, (*always, *length, *recipes[name], f"seed={seed}"), runs)
        for seed in seeds
        for name in recipes
    ]
    for trial in found[: len(recipes)]:
        train_settings(*trial.arguments)
    return found
