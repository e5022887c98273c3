"""Sentences about a single setting whose value is not allowed."""

from __future__ import annotations

import math


def one_of(name: str, value: str, allowed: tuple[str, ...]) -> list[str]:
    """What is wrong with a setting that must be one of some words; nothing when it is."""
    return [] if value in allowed else [f"{name}={value} must be one of {', '.join(allowed)}"]


def within(name: str, value: float | None, low: float, high: float = math.inf) -> list[str]:
    """What is wrong with a number that must lie between two others; None is always allowed."""
    if value is None or (math.isfinite(value) and low <= value <= high):
        return []
    bounds = f"{low} or more" if high == math.inf else f"from {low} to {high}"
    return [f"{name}={value} must be {bounds}"]
