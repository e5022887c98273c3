"""Turns each epoch into a row of values, for the checkpoint and for every logger."""

from __future__ import annotations

import time
from typing import Any

import torch
from pytorch_lightning import Callback, LightningModule, Trainer

from jetcar.model.module import pictures_of_step
from jetcar.training.history import History, Row

LOGGED = ("train/", "val/")
"""What of that which is logged is a value of the run itself."""


class KeepHistory(Callback):
    """Adds a row to the history when an epoch is over, before its checkpoint is written.

    Lightning's module has given the scores to the loggers by then; they get learning rates and
    speed from here, at the same step, and write what they have.

    Args:
        history: Receives the rows.
    """

    def __init__(self, history: History) -> None:
        self.history = history
        self.started, self.seconds, self.pictures = time.monotonic(), 0.0, 0

    def on_train_start(self, trainer: Trainer, module: LightningModule) -> None:
        """Starts the clock where a run goes on inside an epoch, whose start Lightning skips."""
        self.on_train_epoch_start(trainer, module)

    def on_train_epoch_start(self, trainer: Trainer, module: LightningModule) -> None:
        """Starts the clock."""
        self.started, self.pictures = time.monotonic(), 0

    def on_train_batch_end(
        self, trainer: Trainer, module: LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """Counts pictures."""
        self.pictures += pictures_of_step(batch)

    def on_validation_start(self, trainer: Trainer, module: LightningModule) -> None:
        """Stops the clock of the training part."""
        if module.device.type == "cuda":
            torch.cuda.synchronize(module.device)
        self.seconds = time.monotonic() - self.started

    def on_train_epoch_end(self, trainer: Trainer, module: LightningModule) -> None:
        """Adds the row of the epoch."""
        if trainer.fast_dev_run:  # type: ignore[attr-defined]  # it is no epoch, and not saved
            return
        rates = {group["part"]: group["lr"] for group in trainer.optimizers[0].param_groups}
        rest = {
            **{f"lr/{part}": rate for part, rate in rates.items()},
            "seconds": round(time.monotonic() - self.started, 2),
            "images_per_second": round(self.pictures / max(self.seconds, 1e-9), 2),
        }
        row: Row = {
            "epoch": trainer.current_epoch + 1,
            **{
                name: float(value)
                for name, value in trainer.callback_metrics.items()
                if name.startswith(LOGGED)
            },
            **rest,
        }
        self.history.rows.append(row)
        for logger in trainer.loggers:
            # Not by the module's log(): Lightning hands that on after the checkpoint is written.
            logger.log_metrics(rest, step=row["epoch"])
            logger.save()
