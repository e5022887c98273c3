"""Which groups of variety change a map or a picture, with random numbers of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from jetcar.settings.variety import GROUPS, Variety

APART = 100
"""Keeps these random numbers apart from those of maps, views and pictures."""


@dataclass(frozen=True)
class Dice:
    """The random numbers of one map or picture, by group.

    A group neither sees nor moves those of another, so that switching one off changes nothing
    but what it does itself.

    Attributes:
        variety: The groups and their shares.
        seed: Numbers that are this map's or picture's alone.
    """

    variety: Variety
    seed: tuple[int, ...]

    def of(self, group: str) -> np.random.Generator | None:
        """The random numbers of a group, always from their start; None where it changes nothing."""
        return self._with(getattr(self.variety, group).share, group)

    def part(self, group: str, part: str) -> np.random.Generator | None:
        """The same of a part of a group, which has a share of the group's maps.

        They are apart from the group's own, so that the rest of it is the same without the part.
        """
        if self.of(group) is None:
            return None
        return self._with(getattr(getattr(self.variety, group), part), group, part)

    def shared(self, group: str, part: str = "") -> np.random.Generator:
        """The same, whether the group changes the map or not."""
        return np.random.default_rng([*self.seed, APART + GROUPS.index(group), *part.encode()])

    def _with(self, share: float, group: str, part: str = "") -> np.random.Generator | None:
        if not share:
            return None
        rng = self.shared(group, part)
        return rng if rng.random() < share else None


def is_varied(variety: Variety, seed: Sequence[int]) -> bool:
    """Whether any group may change a map and its pictures."""
    return bool(np.random.default_rng([*seed, APART - 1]).random() < variety.share)


def between(ends: Sequence[float], rng: np.random.Generator) -> float:
    """A number of a range, all equally likely."""
    return float(rng.uniform(ends[0], ends[1]))
