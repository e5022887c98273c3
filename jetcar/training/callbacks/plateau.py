"""Lowers the learning rate when the score no longer improves."""

from __future__ import annotations

from typing import Any

from torch.optim import Optimizer
from torch.optim.lr_scheduler import ReduceLROnPlateau

from jetcar.training.history import falls


class Plateau:
    """Torch's reduce-on-plateau, with a state that can be kept in a checkpoint.

    Lightning steps such a scheduler after it has written the checkpoint of the epoch, so that a
    continued run loses the step. Here it is stepped by a callback, before the checkpoint.

    Args:
        monitor: Name of the score; the direction follows from it.
        factor: The learning rate becomes this share of itself.
        patience: Epochs without a better score before it does.
        min_lr: It never falls below this.
        state: What ``state_dict`` gave; empty for a new run.
    """

    def __init__(
        self, monitor: str, factor: float, patience: int, min_lr: float, state: dict[str, Any]
    ) -> None:
        self.monitor, self.factor, self.patience, self.min_lr = monitor, factor, patience, min_lr
        self._state = state
        self._scheduler: ReduceLROnPlateau | None = None

    def attach(self, optimizer: Optimizer) -> None:
        """Starts to watch over an optimizer, where the state left off."""
        self._scheduler = ReduceLROnPlateau(
            optimizer,
            mode="min" if falls(self.monitor) else "max",
            factor=self.factor,
            # Torch lowers when more than `patience` epochs were no better, we with the last one.
            patience=self.patience - 1,
            threshold=0,
            threshold_mode="abs",
            min_lr=self.min_lr,
            eps=0,
        )
        self._scheduler.load_state_dict(self._state)

    def step(self, score: float) -> None:
        """Takes the score of one epoch; lowers the learning rates when it is time."""
        assert self._scheduler is not None, "attach comes first"
        self._scheduler.step(score)

    def state_dict(self) -> dict[str, Any]:
        """Plain numbers to continue from."""
        if self._scheduler is None:
            return self._state
        state = self._scheduler.state_dict()
        # Not the settings, so that a continued run may change them.
        return {name: state[name] for name in ("best", "num_bad_epochs", "last_epoch")}
