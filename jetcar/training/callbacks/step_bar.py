"""The bar inside each epoch, on a terminal: how far training is, and how long it still takes."""

from __future__ import annotations

import math
from contextlib import ExitStack
from typing import Any

import torch
from pytorch_lightning import LightningModule, Trainer
from pytorch_lightning.callbacks import RichProgressBar
from rich.progress import MofNCompleteColumn, ProgressColumn, Task
from torch import Tensor

from jetcar.bars import REFRESHES_PER_SECOND, Line, clock, lines_above, speed_of
from jetcar.model.module import Segmentation
from jetcar.progress import is_terminal
from jetcar.training.callbacks.budget import Budget
from jetcar.training.callbacks.pace import Part


class StepBar(RichProgressBar):
    """Lightning's bar with the line of all bars here: epoch, loss, images a second, time left.

    Lightning's own columns (2.6.6) count epochs from 0 to one less than there are, know no time
    left in the run, and take two lines for a validation; into a log goes their last frame. Also it
    copies the values that it shows from the device at each step, each of which waits for the
    device. Here the notes are written a few times a second, with the last loss that has arrived.

    Args:
        budget: Knows the pace, and when training must be over.
    """

    def __init__(self, budget: Budget) -> None:
        super().__init__(refresh_rate=REFRESHES_PER_SECOND)
        self.budget, self.pace = budget, budget.pace
        self.loss = LateNumber()
        self.notes: list[str] = []
        self._written = -math.inf
        self._above = ExitStack()

    def setup(self, trainer: Trainer, pl_module: LightningModule, stage: str) -> None:
        """Shows nothing where there is no terminal."""
        super().setup(trainer, pl_module, stage)
        if not is_terminal():
            self.disable()

    @property
    def validation_description(self) -> str:
        """What stands before the bar of a validation."""
        return f"{self._epoch} validation"

    def configure_columns(self, trainer: Trainer) -> list[ProgressColumn]:
        """The line; it is drawn in a thread, and so takes nothing but what is written down."""
        return [Line(MofNCompleteColumn(), lambda task: self.notes, self._name)]

    def get_metrics(self, trainer: Trainer, pl_module: LightningModule) -> dict[str, Any]:
        """Nothing for Lightning's own column, which is called at each step."""
        return {}

    def on_sanity_check_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Begins to draw."""
        super().on_sanity_check_start(trainer, pl_module)
        self._make_room()

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Begins to draw."""
        super().on_train_start(trainer, pl_module)
        self._make_room()

    def on_train_epoch_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Shows the training part of an epoch."""
        self.loss = LateNumber()
        self._write(self.pace.training, is_new=True)
        super().on_train_epoch_start(trainer, pl_module)

    def on_train_batch_end(
        self,
        trainer: Trainer,
        pl_module: LightningModule,
        outputs: Any,
        batch: Any,
        batch_idx: int,
    ) -> None:
        """Counts a batch."""
        self._write(self.pace.training, pl_module)
        super().on_train_batch_end(trainer, pl_module, outputs, batch, batch_idx)

    def on_validation_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Shows the validation in place of the training part."""
        super().on_validation_start(trainer, pl_module)
        if self.progress is not None and self.train_progress_bar_id is not None:
            self.progress.update(self.train_progress_bar_id, visible=False)
        self._write(self.pace.validation, is_new=True)

    def on_validation_batch_end(
        self,
        trainer: Trainer,
        pl_module: LightningModule,
        outputs: Any,
        batch: Any,
        batch_idx: int,
        dataloader_idx: int = 0,
    ) -> None:
        """Counts a batch."""
        self._write(self.pace.validation)
        super().on_validation_batch_end(
            trainer, pl_module, outputs, batch, batch_idx, dataloader_idx
        )

    def teardown(self, trainer: Trainer, pl_module: LightningModule, stage: str) -> None:
        """Removes the bar."""
        super().teardown(trainer, pl_module, stage)
        self._above.close()

    def on_exception(
        self, trainer: Trainer, pl_module: LightningModule, exception: BaseException
    ) -> None:
        """Removes the bar."""
        super().on_exception(trainer, pl_module, exception)
        self._above.close()

    def _make_room(self) -> None:
        """Has lines of the log stand above the bar, and the bar go when it ends."""
        if self.progress is not None:
            self.progress.live.transient = True
            self._above.close()
            self._above.enter_context(lines_above(self.progress.console))

    def _name(self, task: Task) -> str:
        return self._epoch if self.trainer.training else task.description

    @property
    def _epoch(self) -> str:
        return f"epoch {self.trainer.current_epoch + 1}/{self.trainer.max_epochs}"

    def _write(
        self, part: Part, module: LightningModule | None = None, is_new: bool = False
    ) -> None:
        """Writes the notes down, if it is time for new ones.

        Args:
            part: What goes on.
            module: Has a loss to show, if it is one of ours.
            is_new: Whether it begins.
        """
        now = self.pace.clock()
        if self.is_disabled or (now - self._written < 1 / REFRESHES_PER_SECOND and not is_new):
            return
        self._written = -math.inf if is_new else now
        loss = self.loss.follow(module.loss_so_far) if isinstance(module, Segmentation) else None
        self.notes = [
            *([] if loss is None else [f"loss {loss:.3f}"]),
            speed_of(None if is_new else part.pictures_per_second, "images"),
            f"left {clock(self.pace.left_in_epoch)}",
            f"run at most {clock(self._left_in_run())}",
        ]

    def _left_in_run(self) -> float | None:
        """Seconds until all epochs are trained or the budget is used up; early stopping may come.

        None when nobody knows.
        """
        epochs = (self.trainer.max_epochs or 0) - self.trainer.current_epoch - 1
        left = [self.pace.left_with(epochs), self.budget.seconds_left]
        return min((seconds for seconds in left if seconds is not None), default=None)


class LateNumber:
    """A number on a device that is looked at without waiting for it: it arrives a little later."""

    def __init__(self) -> None:
        self._value: float | None = None
        self._copy: Tensor | None = None
        self._copied: torch.cuda.Event | None = None

    def follow(self, number: Tensor | None) -> float | None:
        """The latest value that has arrived; asks for that of now, unless one is on its way.

        Args:
            number: A scalar; None where there is none yet.
        """
        self._receive()
        if self._copy is None and number is not None:
            self._copy = number.detach().to("cpu", non_blocking=True)
            if number.is_cuda:  # torch leaves its events untyped
                self._copied = torch.cuda.Event()  # type: ignore[no-untyped-call]
                self._copied.record()
            self._receive()
        return self._value

    def _receive(self) -> None:
        if self._copied is not None and not self._copied.query():  # type: ignore[no-untyped-call]
            return
        if self._copy is not None:
            self._value, self._copy, self._copied = float(self._copy), None, None
