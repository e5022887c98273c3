"""What happens at the seams of training, in the order it happens."""

from __future__ import annotations

import time
from typing import Any

import torch
from pytorch_lightning import Callback, LightningModule, Trainer

from jetcar.model.module import Segmentation
from jetcar.training.callbacks.budget import Budget
from jetcar.training.callbacks.cosine import cosine
from jetcar.training.callbacks.plateau import Plateau
from jetcar.training.history import Curves, History, Row
from jetcar.training.run_folder import RunFolder


class KeepHistory(Callback):
    """Turns each epoch into a row of values, in the table and in the curves."""

    def __init__(self, history: History, curves: Curves, folder: RunFolder) -> None:
        self.history, self.curves, self.folder = history, curves, folder
        self.started, self.seconds, self.pictures = time.monotonic(), 0.0, 0

    def on_train_epoch_start(self, trainer: Trainer, module: LightningModule) -> None:
        """Starts the clock."""
        self.started, self.pictures = time.monotonic(), 0

    def on_train_batch_end(
        self, trainer: Trainer, module: LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """Counts pictures."""
        self.pictures += len(batch["image"])

    def on_validation_start(self, trainer: Trainer, module: LightningModule) -> None:
        """Stops the clock of the training part."""
        if module.device.type == "cuda":
            torch.cuda.synchronize(module.device)
        self.seconds = time.monotonic() - self.started

    def on_train_epoch_end(self, trainer: Trainer, module: LightningModule) -> None:
        """Adds the row of the epoch."""
        assert isinstance(module, Segmentation)
        rates = {group["part"]: group["lr"] for group in trainer.optimizers[0].param_groups}
        row: Row = {
            "epoch": trainer.current_epoch + 1,
            **module.epoch_values,
            **{f"lr/{part}": rate for part, rate in rates.items()},
            "seconds": round(time.monotonic() - self.started, 2),
            "images_per_second": round(self.pictures / max(self.seconds, 1e-9), 2),
        }
        self.history.rows.append(row)
        self.history.write_table(self.folder.metrics)
        self.curves.add(row)


class WatchTime(Callback):
    """Tells the budget how far training is; behind ``KeepHistory``, which waits for the device."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget

    def on_train_epoch_start(self, trainer: Trainer, module: LightningModule) -> None:
        """Training begins."""
        self.budget.start_epoch()

    def on_train_batch_end(
        self, trainer: Trainer, module: LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """Counts pictures."""
        self.budget.add_pictures(len(batch["image"]))

    def on_validation_start(self, trainer: Trainer, module: LightningModule) -> None:
        """The training part is over."""
        self.budget.start_validation()

    def on_validation_end(self, trainer: Trainer, module: LightningModule) -> None:
        """The epoch is over."""
        self.budget.end_epoch()


class ReduceOnPlateau(Callback):
    """Lowers the learning rate, before the checkpoint of the epoch is written."""

    def __init__(self, plateau: Plateau, history: History) -> None:
        self.plateau, self.history = plateau, history

    def on_train_start(self, trainer: Trainer, module: LightningModule) -> None:
        """Attaches to the optimizer, which has its learning rates back by now."""
        self.plateau.attach(trainer.optimizers[0])

    def on_train_epoch_end(self, trainer: Trainer, module: LightningModule) -> None:
        """Looks at the score of the epoch."""
        self.plateau.step(self.history.rows[-1][self.history.monitor])


class FollowCosine(Callback):
    """Gives each epoch its learning rate, from the number of the epoch alone."""

    def __init__(self, rates: dict[str, float], min_rate: float, max_epochs: int) -> None:
        self.rates, self.min_rate, self.max_epochs = rates, min_rate, max_epochs

    def on_train_epoch_start(self, trainer: Trainer, module: LightningModule) -> None:
        """Sets the rates of encoder and decoder."""
        for group in trainer.optimizers[0].param_groups:
            full = self.rates[group["part"]]
            group["lr"] = cosine(full, trainer.current_epoch, self.max_epochs, self.min_rate)


class StopEarly(Callback):
    """Ends the run when its score has not improved for some epochs, also a continued one."""

    def __init__(self, patience: int, history: History) -> None:
        self.patience, self.history = patience, history

    @property
    def is_time(self) -> bool:
        """Whether the run shall end."""
        return self.history.epochs_without_better >= self.patience

    def on_train_start(self, trainer: Trainer, module: LightningModule) -> None:
        """A run that was over stays over."""
        trainer.should_stop = self.is_time

    def on_train_epoch_end(self, trainer: Trainer, module: LightningModule) -> None:
        """Looks at the scores so far."""
        trainer.should_stop = self.is_time
