"""Ends a session that was asked to end, as soon as what is over is saved."""

from __future__ import annotations

import logging

from pytorch_lightning import LightningModule, Trainer

from jetcar.errors import Interrupted
from jetcar.model.over_ranks import largest
from jetcar.training.callbacks.budget import Budget, TimeIsUp
from jetcar.training.callbacks.checkpoint import AfterSaving, SaveCheckpoints, wishes_to_end
from jetcar.training.callbacks.stop import StopRequest

log = logging.getLogger(__name__)

STOPPED = "stopped and saved; the same command continues"


class EndSession(AfterSaving):
    """The last of the callbacks: all others have had their turn when it ends the training.

    Args:
        stop: Whether a signal asked to stop.
        budget: Whether the time for training is over.
    """

    def __init__(self, stop: StopRequest, budget: Budget) -> None:
        super().__init__()
        self.stop, self.budget = stop, budget

    def saved(self, trainer: Trainer, module: LightningModule, saver: SaveCheckpoints) -> None:
        """Ends the training when it is time.

        Raises:
            Interrupted: a signal asked for it.
            TimeIsUp: ``trainer.budget_hours`` are nearly over.
        """
        signum, is_up = largest(*wishes_to_end(self.stop, self.budget))
        if signum:
            log.info(STOPPED)
            raise Interrupted(signum)
        if is_up:
            raise TimeIsUp

    def on_exception(
        self, trainer: Trainer, pl_module: LightningModule, exception: BaseException
    ) -> None:
        """Says that what was over is saved, where the stop came while no batch did."""
        if self.has_saved(trainer) is not None:
            log.info(STOPPED)
