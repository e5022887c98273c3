"""Sentences about a single setting whose value is not allowed."""

from __future__ import annotations

import difflib
import math
from collections.abc import Sequence


def meant(value: str, allowed: Sequence[str]) -> str:
    """A question with the word that was probably meant, to follow a list.

    Nothing where no word is like it, and after a list so short that it is seen at a glance.
    """
    near = difflib.get_close_matches(value.lower(), allowed, n=1) if len(allowed) > 4 else []
    return f" (did you mean {near[0]}?)" if near else ""


def one_of(name: str, value: str | None, allowed: tuple[str | None, ...]) -> list[str]:
    """What is wrong with a setting that must be one of some words; nothing when it is."""
    if value in allowed:
        return []
    words = ["null" if word is None else word for word in allowed]
    return [f"{name}={value} must be one of {', '.join(words)}{meant(str(value), words)}"]


def within(name: str, value: float | None, low: float, high: float = math.inf) -> list[str]:
    """What is wrong with a number that must lie between two others; None is always allowed."""
    if value is None or (math.isfinite(value) and low <= value <= high):
        return []
    bounds = f"{low} or more" if high == math.inf else f"from {low} to {high}"
    return [f"{name}={value} must be {bounds}"]
