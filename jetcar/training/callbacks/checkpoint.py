"""Saves a run: when, and what besides Lightning's own."""

from __future__ import annotations

import math
import shutil
import time
from abc import ABC, abstractmethod
from dataclasses import replace
from typing import Any
from weakref import proxy

import torch
from pytorch_lightning import LightningModule, Trainer
from pytorch_lightning.callbacks import Checkpoint, ModelCheckpoint

from jetcar.errors import Interrupted
from jetcar.model.card import Card
from jetcar.model.module import Segmentation
from jetcar.model.monitor import is_better, mode_of
from jetcar.model.over_ranks import count_ranks, largest
from jetcar.training.callbacks.budget import Budget
from jetcar.training.callbacks.stop import StopRequest
from jetcar.training.history import History
from jetcar.training.run_folder import RunFolder
from jetcar.training.trackers.tracker import run_ids
from jetcar.whole import move, whole_file

COPY_BYTES = 16 << 20


class SaveCheckpoints(ModelCheckpoint):
    """Lightning's checkpoint callback, which keeps the best and the last checkpoint of a run.

    It saves at the end of each epoch, every few minutes inside one, and when the run must stop.
    Lightning's own renews ``last.ckpt`` only when it also saves one of the best, and forgets the
    best score of a run that continues in another folder. Where each file goes, and that a whole
    file is there at every moment, is ours; ``best_model_path``, ``best_model_score``,
    ``last_model_path``, ``monitor`` and ``mode`` say what they say in Lightning.

    Args:
        folder: Receives ``best.ckpt``, ``last.ckpt`` and the one before it, ``previous.ckpt``.
        card: What does not change during the run, and the state that it continues from.
        history: The epochs so far; ``KeepHistory`` adds to them.
        minutes: Between two savings inside an epoch; 0 for none.
        stop: Whether a signal asked to stop.
        budget: Whether the time for training is over.

    Attributes:
        saves: How often it has saved.
        is_best: Whether the last saving was of the best epoch so far.
        is_inside: Whether it was inside an epoch.
    """

    def __init__(
        self,
        folder: RunFolder,
        card: Card,
        history: History,
        minutes: float = 0,
        stop: StopRequest | None = None,
        budget: Budget | None = None,
    ) -> None:
        super().__init__(
            folder.best.parent,
            folder.best.stem,
            monitor=card.monitor,
            mode=mode_of(card.monitor),
            save_last=True,
            auto_insert_metric_name=False,
            enable_version_counter=False,
        )
        self.folder, self.card, self.history = folder, card, history
        self.minutes, self.stop, self.budget = minutes, stop, budget
        self.saves, self.is_best, self.is_inside = 0, False, False
        self._batch = 0
        self._unsaved = 0  # batches that are over, where a save between steps can still keep them
        self._last_saved = time.monotonic()

    @property
    def state_key(self) -> str:
        """Under which its state is in a checkpoint; the same with any interval."""
        return self.state_key_of(str(self.monitor))

    @staticmethod
    def state_key_of(monitor: str) -> str:
        """The key of the callback that watches ``monitor``."""
        return f"SaveCheckpoints({monitor})"

    def setup(self, trainer: Trainer, pl_module: LightningModule, stage: str) -> None:
        """Does nothing: Lightning would warn that a run continues in its folder."""

    def state_dict(self) -> dict[str, Any]:
        """The scores; the paths follow from the folder, which may be another one by then."""
        return {"best_model_score": self.best_model_score, "current_score": self.current_score}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Continues from the scores of the run so far."""
        self.current_score = state_dict["current_score"]
        self.last_model_path = str(self.folder.last)
        if state_dict["best_model_score"] is not None:
            self._note_best(state_dict["best_model_score"])

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Continues an unfinished epoch, and takes over the signals from Lightning.

        Lightning would end before everything is saved.
        """
        if self.stop is not None:
            self.stop.listen()
        state = self.card.state
        if state.get("means") and isinstance(pl_module, Segmentation):
            pl_module.continue_means(state["means"])
        if state.get("random"):
            restore_random_state(state["random"])

    def on_save_checkpoint(
        self, trainer: Trainer, pl_module: LightningModule, checkpoint: dict[str, Any]
    ) -> None:
        """Adds the card to what Lightning saves."""
        score, epoch = self.history.best
        rows = self.history.rows
        module = pl_module if isinstance(pl_module, Segmentation) else None
        self.card = replace(
            self.card,
            score=rows[-1][self.history.monitor] if rows and not self._batch else math.nan,
            best_score=score,
            best_epoch=epoch,
            epoch=len(rows),
            batch=self._batch,
            history=rows,
            state={
                "means": module.means_so_far() if self._batch and module else {},
                "random": random_state(),
                # A tracker that is left out this time goes on with its run the next time.
                "trackers": {**self.card.state.get("trackers", {}), **run_ids(trainer.loggers)},
            },
        )
        checkpoint["jetcar"] = self.card.to_plain()

    def on_train_batch_start(
        self, trainer: Trainer, pl_module: LightningModule, batch: Any, batch_idx: int
    ) -> None:
        """From here on until the end of the step there is nothing whole to save."""
        self._unsaved = 0

    def on_train_batch_end(
        self, trainer: Trainer, pl_module: LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """Saves inside the epoch when it is time, or when the run is asked to stop."""
        done = batch_idx + 1
        between_steps = done % trainer.accumulate_grad_batches == 0
        if trainer.is_last_batch or not between_steps:
            return
        self._unsaved = done
        minutes = (time.monotonic() - self._last_saved) / 60
        is_time = bool(self.minutes) and minutes >= self.minutes
        # Of several processes each saves in the same step as the others, or none does.
        if any(largest(is_time, *wishes_to_end(self.stop, self.budget))):
            self._save_inside(trainer)

    def on_validation_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Does nothing: an epoch is saved when all of it is over."""

    def on_train_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Saves the epoch, as the best one if it is."""
        if trainer.fast_dev_run:  # type: ignore[attr-defined]
            return
        score = trainer.callback_metrics[str(self.monitor)].detach().cpu()
        best = math.nan if self.best_model_score is None else float(self.best_model_score)
        self.current_score = score
        self.is_best = is_better(float(score), best, str(self.monitor))
        if self.is_best:
            self._note_best(score)
        self._batch, self.is_inside = 0, False
        self._save(trainer)

    def on_train_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Does nothing: the last epoch has been saved."""

    def on_exception(
        self, trainer: Trainer, pl_module: LightningModule, exception: BaseException
    ) -> None:
        """Saves what is over when the stop came while a batch did not."""
        gave_up = self.stop is not None and self.stop.gave_up_waiting and count_ranks() == 1
        if isinstance(exception, Interrupted) and gave_up and self._unsaved:
            self._save_inside(trainer)

    def _note_best(self, score: torch.Tensor) -> None:
        path = str(self.folder.best)
        self.best_model_score, self.best_model_path = score, path
        self.best_k_models, self.kth_best_model_path = {path: score}, path
        self.kth_value = score

    def _save_inside(self, trainer: Trainer) -> None:
        self._batch, self._unsaved = self._unsaved, 0
        self.is_best, self.is_inside = False, True
        self._save(trainer)

    def _save(self, trainer: Trainer) -> None:
        if isinstance(trainer.lightning_module, Segmentation):
            # Weights that are not numbers replace none that are.
            trainer.lightning_module.check_loss()
            trainer.lightning_module.check_weights()
        trainer.save_checkpoint(self.folder.new)  # which the first process writes
        if trainer.is_global_zero:
            self._name_new()
        self.last_model_path = self._last_checkpoint_saved = str(self.folder.last)
        self._last_global_step_saved = trainer.global_step
        self._last_saved = time.monotonic()
        self.saves += 1
        for logger in trainer.loggers:
            logger.after_save_checkpoint(proxy(self))

    def _name_new(self) -> None:
        """Gives the checkpoint that was written its names."""
        new = self.folder.new
        if self.is_best:
            # First, so that last.ckpt never speaks of a best one that is not there yet.
            with new.open("rb") as source, whole_file(self.folder.best) as target:
                shutil.copyfileobj(source, target, COPY_BYTES)
        if self.folder.last.exists():
            move(self.folder.last, self.folder.previous)
        move(new, self.folder.last)


def wishes_to_end(stop: StopRequest | None, budget: Budget | None) -> tuple[int, int]:
    """The signal that asked this process to stop, and whether the time for training is over."""
    signum = 0 if stop is None else stop.signum
    return signum, budget is not None and budget.is_up


class AfterSaving(Checkpoint, ABC):
    """Does something each time a checkpoint was saved.

    It is a ``Checkpoint`` itself, because Lightning moves these behind all other callbacks, in the
    order in which they are given.
    """

    def __init__(self) -> None:
        self._seen = 0

    @abstractmethod
    def saved(self, trainer: Trainer, module: LightningModule, saver: SaveCheckpoints) -> None:
        """Called when files were written."""

    def on_train_epoch_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Looks whether the epoch was saved."""
        self._look(trainer, pl_module)

    def on_train_batch_end(
        self, trainer: Trainer, pl_module: LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """Looks whether the batch was."""
        self._look(trainer, pl_module)

    def on_exception(
        self, trainer: Trainer, pl_module: LightningModule, exception: BaseException
    ) -> None:
        """Looks whether something was saved because of it."""
        self._look(trainer, pl_module)

    def _look(self, trainer: Trainer, module: LightningModule) -> None:
        if (saver := self.has_saved(trainer)) is not None:
            self._seen = saver.saves
            self.saved(trainer, module, saver)

    def has_saved(self, trainer: Trainer) -> SaveCheckpoints | None:
        """What has saved something since the last call of ``saved``; None: nothing has."""
        saver = saver_of(trainer)
        return None if saver is None or saver.saves == self._seen else saver


def saver_of(trainer: Trainer) -> SaveCheckpoints | None:
    """The trainer's ``SaveCheckpoints``, also where a ``ModelCheckpoint`` of the user comes first.

    ``trainer.checkpoint_callback`` is the first of all checkpoint callbacks, whatever it is.
    """
    ours = (one for one in trainer.checkpoint_callbacks if isinstance(one, SaveCheckpoints))
    return next(ours, None)


def random_state() -> dict[str, Any]:
    """The state of torch's random numbers on every device."""
    cuda = torch.cuda.get_rng_state_all() if torch.cuda.is_available() else []
    return {"cpu": torch.get_rng_state(), "cuda": cuda}


def restore_random_state(state: dict[str, Any]) -> None:
    """Continues with random numbers where ``random_state`` left off, as far as devices agree."""
    torch.set_rng_state(state["cpu"])
    if torch.cuda.is_available() and len(state.get("cuda", [])) == torch.cuda.device_count():
        torch.cuda.set_rng_state_all(state["cuda"])
