"""Splits a data set anew, so that all variants of a view stand on one side."""

from __future__ import annotations

import numpy as np

from jetcar.data.pairs import Pairs
from jetcar.data.views import view_of

VAL_SHARE = 0.2
"""Of the pictures, when the data set has no Val of its own whose size could be kept."""


def split_by_view(train: Pairs, val: Pairs, seed: int) -> tuple[Pairs, Pairs]:
    """Divides the pictures of Train and Val anew, whole views at a time.

    Both tools put every variant of a view at random into Train or Val, so that Val shows what
    Train has taught. Here a view is on one side only. A picture whose name tells no view is a view
    of its own.

    Args:
        train: Pictures of Train.
        val: Pictures of Val, may be none.
        seed: Decides which views become Val.

    Returns:
        The new Train and Val; Val has about as many pictures as before. Both are sorted.
    """
    images, masks = [*train.images, *val.images], [*train.masks, *val.masks]
    views: dict[str, list[int]] = {}
    for i, image in enumerate(images):
        views.setdefault(view_of(image) or image, []).append(i)
    wanted = len(val) or round(VAL_SHARE * len(images))
    chosen: list[int] = []
    order = np.random.default_rng([seed, len(images)]).permutation(len(views))
    keys = sorted(views)
    for place in order:
        if len(chosen) >= wanted:
            break
        chosen += views[keys[place]]
    is_val = np.zeros(len(images), bool)
    is_val[chosen] = True
    sides = [
        Pairs([images[i] for i in side], [masks[i] for i in side], [])
        for side in (_sorted(images, ~is_val), _sorted(images, is_val))
    ]
    return sides[0], sides[1]


def _sorted(images: list[str], wanted: np.ndarray) -> list[int]:
    return sorted(np.flatnonzero(wanted).tolist(), key=lambda i: images[i])
