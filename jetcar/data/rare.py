"""Draws pictures for the rare classes that they show."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

TEMPERATURE = 0.01
"""Of the draw of a class: one that covers so much more of all pixels is drawn e times as seldom."""


@dataclass(frozen=True, eq=False)  # arrays have no single answer to ==
class RareClasses:
    """Draws a class, a rare one more often, and then one of the pictures that show it.

    Attributes:
        share: Of the pictures of an epoch, those that are drawn so.
        chances: Of each class, shape ``(C,)``; their sum is 1.
        shown_in: For each class the numbers of the pictures that show it.

    Source:
        Rare class sampling of DAFormer (Hoyer et al., CVPR 2022), for a share of the pictures, so
        that the others are still seen.
    """

    share: float
    chances: npt.NDArray[np.float64]
    shown_in: list[npt.NDArray[np.int64]]

    @classmethod
    def of(cls, counts: npt.NDArray[np.int64], share: float) -> RareClasses | None:
        """What follows from the pixels of each code in each picture; None where nothing counts.

        Args:
            counts: Shape ``(N, C)``, see ``counting.count_codes``.
            share: See the class.
        """
        totals = counts.sum(axis=0)
        codes = np.flatnonzero(totals)
        if not len(codes):
            return None
        covered = totals[codes] / totals.sum()
        weights = np.exp((covered.min() - covered) / TEMPERATURE)
        shown_in = [np.flatnonzero(counts[:, code]) for code in codes]
        return cls(share, weights / weights.sum(), shown_in)

    def put_into(
        self, order: npt.NDArray[np.int64], generator: np.random.Generator
    ) -> npt.NDArray[np.int64]:
        """An order in which others stand in a share of the places.

        Args:
            order: Numbers of pictures, shape ``(N,)``.
            generator: Decides which.
        """
        is_drawn = generator.random(len(order)) < self.share
        classes = generator.choice(len(self.chances), len(order), p=self.chances)
        places = generator.random(len(order))
        lengths = np.array([len(pictures) for pictures in self.shown_in])
        chosen = (places * lengths[classes]).astype(np.int64)
        drawn = [self.shown_in[c][i] for c, i in zip(classes, chosen, strict=True)]
        return np.where(is_drawn, drawn, order)
