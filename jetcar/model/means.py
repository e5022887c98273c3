"""Means of an epoch, summed where the values are."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor


class Means:
    """Means of named scalars, summed on their device in float64 and divided once.

    Torchmetrics' ``MeanMetric`` either looks at each value for NaN, for which each step would wait
    for the device, or, with ``nan_strategy="disable"``, takes every weight for 1, so that a smaller
    last batch would count as much as a full one (1.9.0).
    """

    def __init__(self) -> None:
        self.sums: dict[str, Tensor] = {}
        self.count = 0

    def add(self, values: dict[str, Tensor], weight: int) -> None:
        """Adds values that stand for ``weight`` pictures."""
        for name, value in values.items():
            term = value.detach().double() * weight
            self.sums[name] = self.sums[name] + term if name in self.sums else term
        self.count += weight

    def compute(self) -> dict[str, float]:
        """The means; waits for the device."""
        return {name: float(total) / max(1, self.count) for name, total in self.sums.items()}

    def so_far(self, name: str) -> Tensor | None:
        """One of the means, still on its device; None before the first value."""
        return self.sums[name] / self.count if name in self.sums else None

    def state_dict(self) -> dict[str, Any]:
        """Sums and count as tensors and a number, to continue inside an epoch."""
        return {"sums": {name: total.cpu() for name, total in self.sums.items()}, "n": self.count}

    def load_state_dict(self, state: dict[str, Any], device: torch.device) -> None:
        """Continues from what ``state_dict`` gave."""
        self.sums = {name: total.to(device) for name, total in state["sums"].items()}
        self.count = state["n"]
