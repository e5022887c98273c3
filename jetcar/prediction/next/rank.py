"""Chooses pictures that a network is unsure about, and no two that show the same."""

from __future__ import annotations

import heapq

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from jetcar.prediction.next.features import Features

LEAST_SHARE = 1e-4
"""A class that is expected on less of the pixels counts as one of this share."""

CANDIDATES = 2
"""Times the number that is asked for: so many of the most doubtful are looked at, or half of all
if that is more."""

MOST = 5000
"""But no more than this, as each is compared with each."""

BLOCK = 4096
"""Labelled pictures that are compared at a time."""

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


def chosen(scores: Shares, features: Features, labelled: Features, count: int) -> list[int]:
    """Numbers of the pictures to label, the most instructive first.

    Of the more doubtful pictures those are taken that stand for the most doubt: a picture stands
    for others as far as it is like them, and what is like a labelled picture, or one that was taken
    before, is stood for already. So neither of two that are alike is wasted, nor is a label spent
    on a picture that is like no other.

    Args:
        scores: How much there is to learn from each picture, shape ``(N,)``.
        features: Their directions, shape ``(N, F)``; see ``features.directions``.
        labelled: Those of pictures that have labels, shape ``(L, F)``.
        count: How many, at most.

    Source:
        Filtered active submodular selection, Wei, Iyer and Bilmes, "Submodularity in data subset
        selection and active learning" (2015), with the doubts as weights; greedy, with the lazy
        evaluation of Minoux (1978).
    """
    count = min(count, len(scores))
    wide = min(max(CANDIDATES * count, len(scores) // 2), MOST)
    pool = np.argsort(-scores, kind="stable")[: max(count, wide)]
    alike = (features[pool] @ features[pool].T).clip(min=0)
    mean = scores[pool].mean()
    weights = scores[pool] / mean if mean else np.ones(len(pool))
    covered = np.zeros(len(pool), np.float32)
    for start in range(0, len(labelled), BLOCK):
        known = features[pool] @ labelled[start : start + BLOCK].T
        covered = np.maximum(covered, known.max(axis=1))

    def gain(place: int) -> float:
        return float(weights @ (alike[place] - covered).clip(min=0))

    waiting = [(-gain(place), place) for place in range(len(pool))]
    heapq.heapify(waiting)
    taken: list[int] = []
    while len(taken) < count:
        _, place = heapq.heappop(waiting)
        now = -gain(place)  # what was taken since can only have lowered it
        if waiting and now > waiting[0][0]:
            heapq.heappush(waiting, (now, place))
            continue
        taken.append(place)
        covered = np.maximum(covered, alike[place])
    return [int(pool[place]) for place in taken]
