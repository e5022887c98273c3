"""Saves a run: when, what besides Lightning's own, and how the files are written."""

from __future__ import annotations

import logging
import math
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from pytorch_lightning import LightningModule, Trainer
from pytorch_lightning.callbacks import Checkpoint
from pytorch_lightning.plugins.io import CheckpointIO

from jetcar.errors import Interrupted
from jetcar.model.checkpoint import Card, read_checkpoint, write_checkpoint
from jetcar.model.module import Segmentation
from jetcar.training.callbacks.budget import Budget, TimeIsUp
from jetcar.training.callbacks.plateau import Plateau
from jetcar.training.callbacks.stop import StopRequest
from jetcar.training.history import History, Row
from jetcar.training.run_folder import RunFolder
from jetcar.whole import move, whole_file

log = logging.getLogger(__name__)

COPY_BYTES = 16 << 20


class SaveCheckpoints(Checkpoint):
    """Saves the run at the end of each epoch, every few minutes inside one, and when it must stop.

    Lightning moves it behind all other callbacks, so that what it saves is the epoch's end.

    Args:
        folder: Receives ``best.ckpt`` and ``last.ckpt``.
        card: What does not change during the run.
        history: The epochs so far.
        plateau: Whose state belongs into the checkpoint.
        stop: Whether and why to stop.
        budget: Whether the time for training is over.
        minutes: Between two savings inside an epoch; 0 for none.
        saved: Called when files were written, with the files, what they say about themselves, and
            the row of the epoch that is over, or None inside an epoch.
    """

    def __init__(
        self,
        folder: RunFolder,
        card: Card,
        history: History,
        plateau: Plateau,
        stop: StopRequest,
        budget: Budget,
        minutes: float,
        saved: Callable[[list[Path], Card, Row | None], None],
    ) -> None:
        self.folder, self.card, self.history, self.plateau = folder, card, history, plateau
        self.stop, self.budget, self.minutes, self.saved = stop, budget, minutes, saved
        self.batch = 0
        self.unsaved = 0
        """Batches of the epoch that are over, where a save between steps can still keep them."""
        self.last_saved = time.monotonic()

    def on_train_start(self, trainer: Trainer, module: LightningModule) -> None:
        """Takes over the signals from Lightning, which would end before everything is saved."""
        self.stop.listen()
        self._restore(module)

    def on_save_checkpoint(
        self, trainer: Trainer, module: LightningModule, checkpoint: dict[str, Any]
    ) -> None:
        """Adds the card to what Lightning saves."""
        assert isinstance(module, Segmentation)
        score, epoch = self.history.best
        rows = self.history.rows
        self.card = replace(
            self.card,
            score=rows[-1][self.history.monitor] if rows and not self.batch else math.nan,
            best_score=score,
            best_epoch=epoch,
            epoch=len(rows),
            batch=self.batch,
            history=rows,
            state={
                "plateau": self.plateau.state_dict(),
                "means": module.train_means.state_dict() if self.batch else {},
                "random": random_state(),
            },
        )
        checkpoint["jetcar"] = self.card.to_plain()

    def on_train_batch_end(
        self, trainer: Trainer, module: LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """Saves inside the epoch when it is time, or when the run is asked to stop."""
        done = batch_idx + 1
        between_steps = done % trainer.accumulate_grad_batches == 0
        if trainer.is_last_batch or not between_steps:
            return
        self.unsaved = done
        minutes = (time.monotonic() - self.last_saved) / 60
        is_time = bool(self.minutes) and minutes >= self.minutes
        if self.stop.signum or self.budget.is_up or is_time:
            self._save_inside(trainer)
            self._stop_if_it_must()

    def on_train_batch_start(
        self, trainer: Trainer, module: LightningModule, batch: Any, batch_idx: int
    ) -> None:
        """From here on until the end of the step there is nothing whole to save."""
        self.unsaved = 0

    def on_exception(
        self, trainer: Trainer, module: LightningModule, exception: BaseException
    ) -> None:
        """Saves what is over when the stop came while a batch did not."""
        if isinstance(exception, Interrupted) and self.stop.gave_up_waiting and self.unsaved:
            self._save_inside(trainer)
            log.info("stopped and saved; the same command continues")

    def on_train_epoch_end(self, trainer: Trainer, module: LightningModule) -> None:
        """Saves the epoch, as the best one if it is."""
        row = self.history.rows[-1]
        self.batch = 0
        is_best = self.history.best[1] == row["epoch"]
        self._save(trainer, is_best)
        files = [self.folder.best, self.folder.last] if is_best else [self.folder.last]
        self.saved(files, self.card, row)
        self._stop_if_it_must()

    def _save_inside(self, trainer: Trainer) -> None:
        self.batch, self.unsaved = self.unsaved, 0
        self._save(trainer)
        self.saved([self.folder.last], self.card, None)

    def _save(self, trainer: Trainer, is_best: bool = False) -> None:
        assert isinstance(trainer.lightning_module, Segmentation)
        # Weights that are no numbers replace none that are.
        trainer.lightning_module.check_loss()
        trainer.lightning_module.check_weights()
        new = self.folder.new
        trainer.save_checkpoint(new)
        if is_best:
            # First, so that last.ckpt never speaks of a best one that is not there yet.
            with new.open("rb") as source, whole_file(self.folder.best) as target:
                shutil.copyfileobj(source, target, COPY_BYTES)
        if self.folder.last.exists():
            move(self.folder.last, self.folder.previous)
        move(new, self.folder.last)
        self.last_saved = time.monotonic()

    def _restore(self, module: LightningModule) -> None:
        assert isinstance(module, Segmentation)
        state = self.card.state
        if state.get("means"):
            module.train_means.load_state_dict(state["means"], module.device)
        if state.get("random"):
            restore_random_state(state["random"])

    def _stop_if_it_must(self) -> None:
        if self.stop.signum:
            log.info("stopped and saved; the same command continues")
            raise Interrupted(self.stop.signum)
        if self.budget.is_up:
            raise TimeIsUp


def random_state() -> dict[str, Any]:
    """The state of torch's random numbers on every device."""
    cuda = torch.cuda.get_rng_state_all() if torch.cuda.is_available() else []
    return {"cpu": torch.get_rng_state(), "cuda": cuda}


def restore_random_state(state: dict[str, Any]) -> None:
    """Continues with random numbers where ``random_state`` left off, as far as devices agree."""
    torch.set_rng_state(state["cpu"])
    if torch.cuda.is_available() and len(state.get("cuda", [])) == torch.cuda.device_count():
        torch.cuda.set_rng_state_all(state["cuda"])


class WholeCheckpoints(CheckpointIO):
    """How Lightning writes and reads files: whole, and without running what they bring along."""

    def save_checkpoint(
        self, checkpoint: dict[str, Any], path: str | Path, storage_options: Any = None
    ) -> None:
        """Writes a checkpoint, whole."""
        write_checkpoint(checkpoint, Path(path))

    def load_checkpoint(
        self, path: str | Path, map_location: Any = None, weights_only: bool | None = None
    ) -> dict[str, Any]:
        """Reads a checkpoint of ours."""
        return read_checkpoint(Path(path))[1]

    def remove_checkpoint(self, path: str | Path) -> None:
        """Removes a checkpoint."""
        Path(path).unlink(missing_ok=True)
