"""Ranks pictures by what a network is unsure about, and leaves out those that look alike."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from jetcar.data.views import NEAR_BITS

LEAST_SHARE = 1e-4
"""A class that is expected on less of the pixels counts as one of this share."""

Shares = npt.NDArray[np.float64]


def doubts_of(logits_chw: Tensor) -> tuple[Shares, Shares]:
    """How much of a picture each class may be, and how unsure that is.

    Args:
        logits_chw: Of the classes that there are, shape ``(C, h, w)``.

    Returns:
        The mean probability of each class, shape ``(C,)``; and the same with each pixel weighted
        by its entropy, from 0, where the network is sure, to 1, where all classes are alike.
    """
    chances = logits_chw.float().softmax(dim=0)
    entropy = torch.special.entr(chances).sum(dim=0) / max(1e-9, float(np.log(len(chances))))
    shares, doubts = chances.mean(dim=(1, 2)), (chances * entropy).mean(dim=(1, 2))
    return shares.double().cpu().numpy(), doubts.double().cpu().numpy()


def scores_of(shares: Shares, doubts: Shares) -> Shares:
    """How much there is to learn from each picture: its doubts, those about rare classes first.

    Args:
        shares: Mean probability of each class in each picture, shape ``(N, C)``.
        doubts: The same weighted by entropy, shape ``(N, C)``.

    Returns:
        Shape ``(N,)``: doubts, each class weighted by one over the root of its share in all
        pictures.
    """
    weights = 1 / np.sqrt(shares.mean(axis=0).clip(min=LEAST_SHARE))
    scores: Shares = doubts @ weights
    return scores


def chosen(scores: Shares, prints: npt.NDArray[np.uint64], count: int) -> list[int]:
    """Numbers of the pictures to label, the most instructive first.

    A picture that is a near copy of one before it waits until there are no others.

    Args:
        scores: Of each picture, shape ``(N,)``.
        prints: What they show, shape ``(N, 4)``; see ``views.likeness``.
        count: How many, at most.
    """
    taken: list[int] = []
    alike: list[int] = []
    for number in np.argsort(-scores, kind="stable").tolist():
        if len(taken) == count:
            return taken
        (alike if _is_near(prints[number], prints[taken]) else taken).append(number)
    return [*taken, *alike][:count]


def _is_near(one: npt.NDArray[np.uint64], others: npt.NDArray[np.uint64]) -> bool:
    return bool((np.bitwise_count(others ^ one).sum(axis=1) < NEAR_BITS).any())


def copies_among(prints: npt.NDArray[np.uint64], numbers: Sequence[int]) -> int:
    """How many of the pictures are near copies of one before them."""
    return sum(
        _is_near(prints[number], prints[list(numbers[:place])])
        for place, number in enumerate(numbers)
        if place
    )
