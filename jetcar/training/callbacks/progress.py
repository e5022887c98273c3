"""What a person reads while training runs: a line an epoch."""

from __future__ import annotations

import logging
import math

from pytorch_lightning import LightningModule, Trainer

from jetcar.training.callbacks.budget import Budget
from jetcar.training.callbacks.checkpoint import AfterSaving, SaveCheckpoints
from jetcar.training.history import History, Row
from jetcar.training.mirror.copies import Copies

log = logging.getLogger(__name__)


def epoch_line(
    history: History, max_epochs: int, copied_to: str | None, epochs_left: int | None = None
) -> str:
    """One line about the last epoch: losses, scores, learning rate, speed, and whether it is best.

    Args:
        history: All epochs so far.
        max_epochs: How many there will be at most.
        copied_to: Where the checkpoints are copied to, if anywhere.
        epochs_left: How many more there is time for; None for any number.
    """
    row: Row = history.rows[-1]
    best_score, best_epoch = history.best
    parts = [
        f"{name.removeprefix('train/loss/')} {value:.3f}"
        for name, value in row.items()
        if name.startswith("train/loss/")
    ]
    is_best = best_epoch == row["epoch"]
    standing = "best" if is_best else f"best {best_score:.4f} in epoch {best_epoch}"
    return "  ".join(
        [
            f"epoch {row['epoch']}/{max_epochs}",
            f"loss {row['train/loss']:.3f} ({', '.join(parts)})",
            f"val/loss {row['val/loss']:.3f}",
            f"val/iou {row['val/iou']:.4f} ({standing})",
            *_road(row),
            f"lr {row['lr/decoder']:.2g}",
            f"{row['seconds']:.0f} s",
            f"{row['images_per_second']:.1f} images/s",
            *(_time_left(epochs_left, max_epochs - history.epochs)),
            *([f"{'best and last' if is_best else 'last'} -> {copied_to}"] if copied_to else []),
        ]
    )


def _road(row: Row) -> list[str]:
    score = row.get("val/road", math.nan)
    if math.isnan(score):  # a table without lanes, or no lane in Val
        return []
    error = row.get("val/road/centre_300_mm", math.nan)
    off = "" if math.isnan(error) else f" ({error:.0f} mm off at 300)"
    return [f"val/road {score:.3f}{off}"]


def _time_left(epochs: int | None, most: int) -> list[str]:
    if epochs is None or not most:
        return []
    if epochs == 0:
        return ["less than an epoch left"]
    return [f"about {min(epochs, most)} epoch{'s' * (min(epochs, most) > 1)} left"]


class TellEpochs(AfterSaving):
    """Says a line about each epoch that was saved.

    Args:
        max_epochs: How many there will be at most.
        copies: Where the checkpoints are copied to, if anywhere.
        budget: How many epochs there is time for.
    """

    def __init__(self, max_epochs: int, copies: Copies, budget: Budget) -> None:
        super().__init__()
        self.max_epochs, self.copies, self.budget = max_epochs, copies, budget

    def saved(self, trainer: Trainer, module: LightningModule, saver: SaveCheckpoints) -> None:
        """The line comes when the files are there, and wait for the mirror."""
        history, copies = saver.history, self.copies
        if saver.is_inside:
            log.info("saved inside epoch %d", history.epochs + 1)
            return
        where = str(copies.folder.path) if copies.folder and not copies.is_taken else None
        log.info("%s", epoch_line(history, self.max_epochs, where, self.budget.epochs_left))
