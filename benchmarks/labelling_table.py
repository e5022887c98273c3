"""The table of simulated labelling: what was chosen against what chance chose."""

from __future__ import annotations

import statistics
from dataclasses import dataclass

from recipes import Found
from scored import spread

START, CHOSEN, CHANCE = "start", "chosen", "chance"
"""Who has chosen the pictures of a run."""

HEADINGS = ["share", "pictures", CHOSEN, CHANCE, "gain", "gain, last epoch", "seeds"]


@dataclass(frozen=True)
class Row:
    """One run: which share of Train it knows, who has chosen it, and what it has learnt."""

    seed: int
    share: float
    pictures: int
    way: str
    found: Found


def table(rows: list[Row]) -> str:
    """One line for each share, in Markdown: what was chosen against the mean of chance."""
    lines = [HEADINGS, ["---"] * len(HEADINGS)]
    for share in sorted({row.share for row in rows}):
        here = [row for row in rows if row.share == share]
        if {row.way for row in here} == {START}:
            ious = [row.found.iou for row in here]
            lines.append(
                [f"{share:g}, at the start", str(here[0].pictures), spread(ious), *[""] * 4]
            )
            continue
        lines.append([f"{share:g}", str(here[0].pictures), *_compared(here)])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _compared(rows: list[Row]) -> list[str]:
    """Scores of both ways, and the gain seed by seed, over those seeds that have both."""
    seeds = sorted({row.seed for row in rows if row.way == CHOSEN})
    seeds = [seed for seed in seeds if any(r.seed == seed and r.way == CHANCE for r in rows)]
    if not seeds:
        return ["not measured", *[""] * 4]

    def mean(seed: int, way: str, what: str) -> float:
        some = [getattr(r.found, what) for r in rows if (r.seed, r.way) == (seed, way)]
        return statistics.mean(some)

    def gains(what: str) -> list[float]:
        return [mean(seed, CHOSEN, what) - mean(seed, CHANCE, what) for seed in seeds]

    chance = [row.found.iou for row in rows if row.way == CHANCE and row.seed in seeds]
    return [
        spread([mean(seed, CHOSEN, "iou") for seed in seeds]),
        spread(chance),
        spread(gains("iou"), sign="+"),
        spread(gains("last"), sign="+"),
        ", ".join(map(str, seeds)),
    ]
