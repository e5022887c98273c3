"""Keeps the car's folder up to date with the best weights, here and in the mirror."""

from __future__ import annotations

import logging

from pytorch_lightning import LightningModule, Trainer

from jetcar.errors import UserError
from jetcar.export.car import write_car
from jetcar.model.module import Segmentation
from jetcar.training.callbacks.average import AverageWeights
from jetcar.training.callbacks.checkpoint import AfterSaving, SaveCheckpoints
from jetcar.training.mirror.copies import Copies

log = logging.getLogger(__name__)


class KeepCar(AfterSaving):
    """Writes the car's files of each epoch that is the best so far, and has them copied.

    Args:
        name: Of the network on the car.
        copies: Receives the files.
        average: Has the weights that are the best, if they are an average.
    """

    def __init__(self, name: str, copies: Copies, average: AverageWeights | None = None) -> None:
        super().__init__()
        self.name, self.copies, self.average = name, copies, average

    def saved(self, trainer: Trainer, module: LightningModule, saver: SaveCheckpoints) -> None:
        """The run is worth more than its files for the car: training goes on without them."""
        if not saver.is_best:
            return
        assert isinstance(module, Segmentation)
        folder, card = saver.folder, saver.card
        network = module.network if self.average is None else self.average.network
        try:
            write_car(network, card, folder.car, self.name)
            self.copies.send_car(card.best_score, card.monitor)
        except (OSError, UserError) as error:
            log.warning(
                "the files for the car are not up to date (%s); training goes on, and python -m "
                "jetcar.export makes them from %s",
                error,
                folder.best,
            )
