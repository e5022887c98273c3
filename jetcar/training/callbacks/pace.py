"""How fast a session trains, and how long what is left of an epoch or of the run will take."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from statistics import median
from typing import Any

from pytorch_lightning import Callback, LightningModule, Trainer

from jetcar.model.module import pictures_of_step

RECENT = 5
"""Epochs that an estimate looks back on: one slow epoch does not move their median."""


class Part:
    """The training or the validation of each epoch.

    Attributes:
        batches: How many an epoch has.
        done: How many of them are over in this epoch.
        recent: Seconds a batch in the last epochs.
        batch_size: Pictures in a batch, on average.
    """

    def __init__(self) -> None:
        self.batches, self.done, self.batch_size = 0, 0, 1.0
        self.recent: deque[float] = deque(maxlen=RECENT)
        self._since, self._seconds, self._timed, self._pictures = 0.0, 0.0, 0, 0

    def start(self, now: float) -> None:
        """The clock starts."""
        self._since, self._seconds, self._timed, self._pictures = now, 0.0, 0, 0

    def add(self, now: float, pictures: int) -> None:
        """A batch of so many pictures is over."""
        self._seconds = now - self._since
        self._timed, self._pictures = self._timed + 1, self._pictures + pictures
        self.batch_size = self._pictures / self._timed

    def end(self, now: float) -> None:
        """All batches of the epoch are over."""
        if self._timed:
            self._seconds = now - self._since
            self.recent.append(self._seconds / self._timed)

    @property
    def pictures_per_second(self) -> float | None:
        """In this epoch so far; None before its first batch."""
        return self._pictures / self._seconds if self._seconds > 0 else None

    @property
    def now(self) -> float | None:
        """Seconds a batch in this epoch, or else usually; None when nobody knows."""
        return self._seconds / self._timed if self._timed else self.usual

    @property
    def usual(self) -> float | None:
        """Seconds a batch in the epochs before, or else in this one; None when nobody knows."""
        if self.recent:
            return median(self.recent)
        return self._seconds / self._timed if self._timed else None


class Pace:
    """Measures training, validation and the pause between two epochs.

    Only epochs of this session count: an earlier one may have run on another machine. The first
    batch of a session warms up, and is let go.

    Args:
        clock: Seconds that never go back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.training, self.validation = Part(), Part()
        self._pauses: deque[float] = deque(maxlen=RECENT)
        self._ended: float | None = None  # when the last epoch was over
        self._is_cold = True

    def start_epoch(self, batches: int, val_batches: int) -> None:
        """Training begins, at the start of an epoch or inside it.

        Args:
            batches: Of the whole epoch.
            val_batches: Of its validation.
        """
        now = self.clock()
        if self._ended is not None:
            self._pauses.append(now - self._ended)
            self._ended = None
        self.training.batches, self.training.done = batches, 0
        self.validation.batches, self.validation.done = val_batches, 0
        self.training.start(now)
        self.validation.start(now)

    def add_trained(self, done: int, pictures: int) -> None:
        """A batch of so many pictures was trained, which is the ``done``-th of the epoch."""
        self.training.done = done
        if self._is_cold:
            self._is_cold = False
            self.training.start(self.clock())
        else:
            self.training.add(self.clock(), pictures)

    def start_validation(self) -> None:
        """The training part of the epoch is over."""
        now = self.clock()
        self.training.end(now)
        self.validation.start(now)

    def add_validated(self, done: int, pictures: int) -> None:
        """A batch of so many pictures was validated, which is the ``done``-th."""
        self.validation.done = done
        self.validation.add(self.clock(), pictures)

    def end_epoch(self) -> None:
        """The validation is over; until the next epoch begins the run is saved."""
        self._ended = self.clock()
        self.validation.end(self._ended)

    @property
    def validation_seconds(self) -> float:
        """Of a whole validation; 0 when nobody knows."""
        return self.validation.batches * (self._usual_of_validation or 0.0)

    @property
    def validation_seconds_a_picture(self) -> float:
        """Of a picture of the validation; 0 when nobody knows."""
        part = self.validation if self.validation.usual else self.training
        return (part.usual or 0.0) / part.batch_size

    @property
    def epoch_seconds(self) -> float | None:
        """Of a whole epoch, with the pause behind it; None when nobody knows."""
        if self.training.usual is None:
            return None
        pause = median(self._pauses) if self._pauses else 0.0
        return self.training.batches * self.training.usual + self.validation_seconds + pause

    @property
    def left_in_epoch(self) -> float | None:
        """Seconds until the validation of this epoch is over; None when nobody knows."""
        train, val = self.training, self.validation
        a_batch, a_val_batch = train.now, val.now or self._usual_of_validation
        if a_batch is None or a_val_batch is None:
            return None
        return (train.batches - train.done) * a_batch + (val.batches - val.done) * a_val_batch

    def left_with(self, epochs: int) -> float | None:
        """Seconds until so many more epochs after this one are over; None when nobody knows."""
        here, each = self.left_in_epoch, self.epoch_seconds
        return None if here is None or each is None else here + epochs * each

    @property
    def _usual_of_validation(self) -> float | None:
        # Before the first one: a batch takes no longer than to train on.
        return self.validation.usual or self.training.usual


class WatchTime(Callback):
    """Tells the pace how far training is; behind ``KeepHistory``, which waits for the device."""

    def __init__(self, pace: Pace) -> None:
        self.pace = pace

    def on_train_start(self, trainer: Trainer, module: LightningModule) -> None:
        """Training begins: Lightning does not call what follows where a run goes on in an epoch."""
        self.on_train_epoch_start(trainer, module)

    def on_train_epoch_start(self, trainer: Trainer, module: LightningModule) -> None:
        """Training begins."""
        self.pace.start_epoch(int(trainer.num_training_batches), int(sum(trainer.num_val_batches)))

    def on_train_batch_end(
        self, trainer: Trainer, module: LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """Counts a batch."""
        self.pace.add_trained(batch_idx + 1, pictures_of_step(batch))

    def on_validation_start(self, trainer: Trainer, module: LightningModule) -> None:
        """The training part is over."""
        if not trainer.sanity_checking:
            self.pace.start_validation()

    def on_validation_batch_end(
        self,
        trainer: Trainer,
        module: LightningModule,
        outputs: Any,
        batch: Any,
        batch_idx: int,
        dataloader_idx: int = 0,
    ) -> None:
        """Counts a batch."""
        if not trainer.sanity_checking:
            self.pace.add_validated(batch_idx + 1, pictures_of_step(batch))

    def on_validation_end(self, trainer: Trainer, module: LightningModule) -> None:
        """The epoch is over."""
        if not trainer.sanity_checking:
            self.pace.end_epoch()
