"""The table of what recipes have learnt."""

from __future__ import annotations

import statistics
from collections.abc import Iterable

from recipes import Found, Trial


def table(trials: list[Trial], classes: Iterable[str] = ()) -> str:
    """One line for each recipe, in Markdown, and below it which commits were measured.

    Args:
        trials: All runs; those that are not over are left out, and the seeds that are in it are
            named. The recipe of the first one is what the others are compared with: seed by seed,
            so that both have learnt in the same order.
        classes: Those whose IoU is shown too, as far as the data set has them.
    """
    found: dict[str, dict[int, Found]] = {}
    for trial in trials:
        ours = found.setdefault(trial.recipe, {})
        if (one := trial.found) is not None:
            ours[trial.seed] = one
    first = trials[0].recipe
    columns = [
        "recipe",
        "val/iou",
        f"against {first}",
        "last epoch",
        *classes,
        "s an epoch",
        "seeds",
    ]
    lines = [columns, ["---"] * len(columns)]
    for recipe, by_seed in found.items():
        lines.append(_line(recipe, by_seed, found[first], classes))
    commits = sorted({one.git or "unknown" for by in found.values() for one in by.values()})
    text = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return f"{text}\n\nCommits: {', '.join(commits) or 'none'}."


def _line(
    recipe: str, ours: dict[int, Found], first: dict[int, Found], classes: Iterable[str]
) -> list[str]:
    runs = list(ours.values())
    if not runs:
        return [recipe, "not measured", *[""] * (4 + len(list(classes)))]
    both = [seed for seed in ours if seed in first]
    gains = [ours[seed].iou - first[seed].iou for seed in both]
    return [
        recipe,
        spread([one.iou for one in runs]),
        spread(gains, sign="+") if gains and ours is not first else "",
        spread([one.last for one in runs]),
        *(_of_class(runs, name) for name in classes),
        f"{statistics.median(one.seconds for one in runs):.1f}",
        ", ".join(map(str, ours)),
    ]


def _of_class(runs: list[Found], name: str) -> str:
    values = [one.classes[name] for one in runs if name in one.classes]
    return f"{statistics.mean(values):.3f}" if values else ""


def spread(values: list[float], sign: str = "") -> str:
    """The mean, and where there are several values their standard deviation."""
    mean = f"{statistics.mean(values):{sign}.4f}"
    return f"{mean} ± {statistics.stdev(values):.4f}" if len(values) > 1 else mean
