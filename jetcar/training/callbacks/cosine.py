"""Lets the learning rate fall along a run whose length is known."""

from __future__ import annotations

import math


def cosine(rate: float, epoch: int, max_epochs: int, min_rate: float) -> float:
    """The learning rate of an epoch, on half a cosine from the full rate towards the lowest.

    Args:
        rate: Of the first epoch.
        epoch: Counted from 0.
        max_epochs: Epochs of the run; behind the last one the rate would be ``min_rate``.
        min_rate: The lowest.

    Source:
        Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts" (2017),
        equation 5, without restarts.
    """
    share = (1 + math.cos(math.pi * epoch / max_epochs)) / 2
    return min_rate + (rate - min_rate) * share
