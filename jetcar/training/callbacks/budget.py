"""How long a session may train on a machine that ends after some hours, such as free Colab."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from statistics import median
from typing import Any

from pytorch_lightning import Callback, LightningModule, Trainer

RECENT = 5
"""Epochs that an estimate looks back on: one slow epoch does not move their median."""

SPARE_SECONDS = 60.0
"""Kept free for whatever takes longer than it did before."""

SECONDS_A_PICTURE = 0.01
"""Of the end, at least: a slow core decodes a picture and encodes its mask in this time."""

LAST_COPIES = 3
"""Files of a checkpoint's size that may still have to be copied: best, last, predictions."""


class TimeIsUp(BaseException):
    """The session must end here, and all that was there has been saved.

    Not an ``Exception``, so that nothing on the way takes it for an error.
    """


class Budget:
    """Tells when to stop training, so that all that follows still fits into the session.

    What follows is the validation of an epoch that is nearly over, scoring, predicting, and the
    copies to the mirror. Training can stop between any two steps and continue there, so the time
    is used to its end, and an epoch that takes longer than the others does no harm.

    Args:
        hours: From ``started`` until the machine may end; 0 for one that does not.
        started: When the session began, in seconds of ``clock``.
        pictures: How many Train, Val and Test hold.
        slowest_copy: Seconds that the slowest copy to the mirror took so far.
        clock: Seconds that never go back.
    """

    def __init__(
        self,
        hours: float,
        started: float,
        pictures: dict[str, int],
        slowest_copy: Callable[[], float],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.hours, self.pictures = hours, pictures
        self._end = started + hours * 3600
        self._slowest_copy, self._clock = slowest_copy, clock
        self._since, self._trained, self._is_cold = clock(), 0, True
        self._training: deque[float] = deque(maxlen=RECENT)  # seconds a picture, each epoch's
        self._validation: deque[float] = deque(maxlen=RECENT)

    def start_epoch(self) -> None:
        """Training begins, at the start of an epoch or inside it."""
        self._since, self._trained = self._clock(), 0

    def add_pictures(self, count: int) -> None:
        """So many more were trained on; the first batch of a session, which warms up, is let go."""
        if self._is_cold:
            self._is_cold, self._since = False, self._clock()
        else:
            self._trained += count

    def start_validation(self) -> None:
        """The training part of the epoch is over."""
        now = self._clock()
        if self._trained:
            self._training.append((now - self._since) / self._trained)
        self._since = now

    def end_epoch(self) -> None:
        """The validation of the epoch is over."""
        self._validation.append((self._clock() - self._since) / self.pictures["Val"])

    @property
    def is_up(self) -> bool:
        """Whether to stop now: what follows would else no longer fit."""
        return bool(self.hours) and self._seconds_left <= self._seconds_to_validate

    @property
    def epochs_left(self) -> int | None:
        """How many more whole epochs fit; None without a budget, and before the first one."""
        if not self.hours or not self._training:
            return None
        epoch = self.pictures["Train"] * median(self._training) + self._seconds_to_validate
        return max(0, int(self._seconds_left / epoch))

    @property
    def _seconds_left(self) -> float:
        """Until training must be over."""
        return self._end - self._clock() - self._seconds_to_finish

    @property
    def _seconds_to_validate(self) -> float:
        return self.pictures["Val"] * self._seconds_a_validation_picture

    @property
    def _seconds_to_finish(self) -> float:
        """Scoring Val, predicting Test, and copying what is left to copy."""
        each = max(SECONDS_A_PICTURE, self._seconds_a_validation_picture)
        predicted = self.pictures["Val"] + self.pictures["Test"]
        return each * predicted + LAST_COPIES * self._slowest_copy() + SPARE_SECONDS

    @property
    def _seconds_a_validation_picture(self) -> float:
        """As measured; before that as long as one takes to train on, which is longer."""
        if self._validation:
            return median(self._validation)
        return (self._clock() - self._since) / self._trained if self._trained else 0.0


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
