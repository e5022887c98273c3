"""Which of two scores is the better one."""

from __future__ import annotations

import math
from typing import Literal


def is_better(score: float, best: float, monitor: str) -> bool:
    """Whether a score beats the best so far; losses shall fall, everything else shall rise."""
    if math.isnan(score):
        return False
    if math.isnan(best):
        return True
    return score < best if falls(monitor) else score > best


def falls(monitor: str) -> bool:
    """Whether less is better, judged by the name of the score."""
    return monitor.rpartition("/")[2] == "loss"


def mode_of(monitor: str) -> Literal["min", "max"]:
    """The same in the words of Lightning and torch: ``min`` or ``max``."""
    return "min" if falls(monitor) else "max"
