"""Keeps the report up to date while a run trains: at best epochs, and when it is stopped."""

from __future__ import annotations

import logging
import math
import time
from dataclasses import replace
from typing import Any

from pytorch_lightning import LightningModule, Trainer

from jetcar.settings.sentences import sentence_of
from jetcar.training.callbacks.checkpoint import AfterSaving, SaveCheckpoints
from jetcar.training.callbacks.pictures import spread
from jetcar.training.interim import Looked, most_shown, write_interim_report
from jetcar.training.mirror.copies import Copies
from jetcar.training.settle import Run

log = logging.getLogger(__name__)

SECONDS_BETWEEN = 300.0
"""Between two reports, so that short epochs that all are the best are not held up by them."""


class KeepReport(AfterSaving):
    """Keeps what validation predicts of some pictures, and writes the report from it.

    Args:
        run: The run.
        seen: Numbers of the pictures of Val that this process sees.
        copies: Receives the report.
    """

    def __init__(self, run: Run, seen: list[int], copies: Copies) -> None:
        super().__init__()
        self.run, self.copies = run, copies
        most = most_shown(*run.card.image_size, run.settings.report_pictures)
        self._shown = {seen[i] for i in spread(len(seen), most)}
        self._looked: dict[int, Looked] = {}
        self._best: dict[int, Looked] = {}  # in the best epoch of this session
        self._is_due, self._written_at, self._epochs = False, -math.inf, 0

    def on_validation_epoch_start(self, trainer: Trainer, module: LightningModule) -> None:
        """Forgets the epoch before, unless it was the best one."""
        self._looked = {}

    def on_validation_batch_end(
        self,
        trainer: Trainer,
        module: LightningModule,
        outputs: Any,
        batch: Any,
        batch_idx: int,
        dataloader_idx: int = 0,
    ) -> None:
        """Keeps those pictures of the batch that are shown."""
        for place, index in enumerate(batch["index"].tolist()):
            if index in self._shown:
                predicted = outputs[place].byte().cpu().numpy().copy()
                # Val is the same in each epoch; of its batches nothing else is kept in memory.
                if (before := self._best.get(index)) is not None:
                    self._looked[index] = replace(before, predicted=predicted)
                else:
                    image = batch["image"][place].permute(1, 2, 0).byte().cpu().numpy().copy()
                    true = batch["mask"][place].byte().cpu().numpy().copy()
                    self._looked[index] = Looked(image, true, predicted)

    def saved(self, trainer: Trainer, module: LightningModule, saver: SaveCheckpoints) -> None:
        """Writes the report where the epoch is the best, and the last report is not new.

        A stop has it written in any case; the end of a training writes the whole: see ``finish``.
        """
        history = saver.history
        if saver.is_best:
            self._best, self._is_due = self._looked, True
        is_stopped = saver.stop is not None and saver.stop.signum != 0
        if is_stopped:
            is_time = history.epochs > self._epochs
        elif history.epochs < self.run.settings.trainer.max_epochs:
            is_time = self._is_due and time.monotonic() - self._written_at >= SECONDS_BETWEEN
        else:
            is_time = False
        if not (is_time and self._best):
            return
        try:
            self.copies.send(*write_interim_report(self.run, history, self._best))
        except Exception as error:  # the run is worth more than a page of it
            log.warning("the report is not up to date (%s); training goes on", sentence_of(error))
        self._is_due, self._written_at, self._epochs = False, time.monotonic(), history.epochs
