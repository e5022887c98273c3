"""How much of an epoch each of several data sets has: a function of seed and epoch alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

DRAWN_FOR = 5
"""Keeps these random numbers apart from all others of a run."""


@dataclass(frozen=True)
class Mix:
    """The shares of several data sets, whose pictures stand one set after the other.

    An epoch has as many pictures as all sets together, and each set has its share of them. A set is
    gone through in a drawn order, again and again, and the next epoch goes on where the last one
    has stopped: over a run each picture of a set is seen as often as the others, to one time.

    Attributes:
        counts: Pictures of each set, at least one.
        shares: Of each; their sum is 1.
    """

    counts: tuple[int, ...]
    shares: tuple[float, ...]

    @classmethod
    def of(cls, counts: Sequence[int], shares: Sequence[float] | None) -> Mix | None:
        """None where every picture is seen once in an epoch, as without shares."""
        return None if shares is None else cls(tuple(counts), tuple(map(float, shares)))

    @property
    def quotas(self) -> list[int]:
        """Pictures of each set in an epoch; together as many as there are in all sets."""
        edges = np.rint(np.cumsum([0.0, *self.shares]) * sum(self.counts)).astype(int)
        return [int(quota) for quota in np.diff(edges)]

    def order(self, seed: int, epoch: int) -> npt.NDArray[np.int64]:
        """Numbers of the pictures of an epoch, shape ``(N,)``; some may occur several times."""
        drawn, start = [], 0
        for number, (count, quota) in enumerate(zip(self.counts, self.quotas, strict=True)):
            first = epoch * quota
            turns = range(first // count, -(-(first + quota) // count))
            stream = [_turn(seed, number, turn, count) for turn in turns]
            if quota:
                drawn.append(start + np.concatenate(stream)[first % count :][:quota])
            start += count
        generator = np.random.default_rng([seed, epoch, 0])
        return generator.permutation(np.concatenate(drawn))


def _turn(seed: int, number: int, turn: int, count: int) -> npt.NDArray[np.int64]:
    """The order in which a set is gone through for the ``turn``-th time."""
    return np.random.default_rng([seed, number, turn, DRAWN_FOR]).permutation(count)
