"""Keeps the car's folder up to date with the best weights, here and in the mirror."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

from jetcar.errors import UserError
from jetcar.export.car import write_car
from jetcar.model.network import Network
from jetcar.training.history import History
from jetcar.training.mirror.copies import Copies
from jetcar.training.settle import Run

log = logging.getLogger(__name__)


def keep_car(run: Run, network: Network, history: History, copies: Copies) -> None:
    """Writes the car's files of an epoch that is the best so far, and has them copied.

    Args:
        run: The run.
        network: With the weights of that epoch.
        history: Its last row is that epoch.
        copies: Receives the files.
    """
    score, epoch = history.best
    card = replace(
        run.card,
        score=score,
        best_score=score,
        best_epoch=epoch,
        epoch=history.epochs,
        batch=0,
        history=history.rows,
    )
    try:
        write_car(network, card, run.folder.car, Path(run.settings.name).name)
        copies.send_car(score, run.settings.monitor)
    except (OSError, UserError) as error:  # the run is worth more than its files for the car
        log.warning(
            "the files for the car are not up to date (%s); training goes on, and python -m "
            "jetcar.export makes them from %s",
            error,
            run.folder.best,
        )
