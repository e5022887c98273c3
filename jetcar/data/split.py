"""Splits a data set again, so that all variants of a view are on one side."""

from __future__ import annotations

import numpy as np

from jetcar.data.groups import groups_of
from jetcar.data.pairs import Pairs

VAL_SHARE = 0.2
"""Of the pictures, when the data set has no Val of its own whose size could be kept."""


def split_by_view(train: Pairs, val: Pairs, seed: int) -> tuple[Pairs, Pairs]:
    """Divides the pictures of Train and Val again, whole views at a time.

    Both tools put every variant of a view at random into Train or Val, so that Val shows what
    Train has taught. Here a view is on one side only. Which pictures show one view is told by
    their names, or by what they show; see ``groups``.

    Args:
        train: Pictures of Train.
        val: Pictures of Val, may be none.
        seed: Decides which views become Val.

    Returns:
        The new Train and Val, sorted. Val has about as many pictures as before, and not more;
        none, when all pictures show one view.
    """
    images, masks = [*train.images, *val.images], [*train.masks, *val.masks]
    groups = groups_of(images)
    wanted = len(val) or round(VAL_SHARE * len(images))
    chosen: list[int] = []
    for place in np.random.default_rng([seed, len(images)]).permutation(len(groups)):
        if len(chosen) + len(groups[place]) <= wanted:
            chosen += groups[place]
    if not chosen and len(groups) > 1:
        chosen = min(groups, key=len)
    is_val = np.zeros(len(images), bool)
    is_val[chosen] = True
    sides = [
        Pairs([images[i] for i in side], [masks[i] for i in side], [])
        for side in (_sorted(images, ~is_val), _sorted(images, is_val))
    ]
    return sides[0], sides[1]


def _sorted(images: list[str], wanted: np.ndarray) -> list[int]:
    return sorted(np.flatnonzero(wanted).tolist(), key=lambda i: images[i])
