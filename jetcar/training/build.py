"""Builds the network of a run, with its loss and its optimizer."""

from __future__ import annotations

import logging

from jetcar.export.foresee import tell_what_cannot_be_exported
from jetcar.model.checkpoint import read_checkpoint
from jetcar.model.class_weights import class_weights
from jetcar.model.loss import Loss, weights_of_parts
from jetcar.model.module import Segmentation
from jetcar.model.network import Network
from jetcar.model.optimizer import OptimizerSettings
from jetcar.model.schedules import ScheduleSettings
from jetcar.model.transfer import start_from
from jetcar.road.ground import Geometry
from jetcar.road.meter import RoadMeter
from jetcar.training.settle import Run
from jetcar.training.street_run import init_checkpoint

log = logging.getLogger(__name__)


def build_module(run: Run, is_new: bool) -> Segmentation:
    """The network with its loss and its optimizer.

    Args:
        run: The settings and classes.
        is_new: Whether pretrained weights are wanted; a continued run brings its own.

    Raises:
        UserError: the encoder is unknown, or its weights cannot be had.
    """
    model, optimizer = run.settings.model, run.settings.optimizer
    fresh = is_new and run.settings.init_from is None
    network = Network(run.card.architecture, model.encoder_weights if fresh else None)
    if network.loaded is not None:
        log.info("%s", network.loaded)
    if is_new and run.settings.init_from is not None:
        checkpoint = init_checkpoint(run.settings)
        card, content = read_checkpoint(checkpoint)
        log.info("starting from %s", checkpoint)
        log.info("%s", start_from(network, run.data.table, card, content))
    if is_new:
        tell_what_cannot_be_exported(network)
    weights = OptimizerSettings(
        optimizer=optimizer.name,
        lr=optimizer.lr,
        encoder_lr=_or(optimizer.encoder_lr, optimizer.lr / 2),
        weight_decay=optimizer.weight_decay,
        encoder_weight_decay=_or(optimizer.encoder_weight_decay, optimizer.weight_decay),
    )
    rates = ScheduleSettings(
        name=optimizer.schedule,
        monitor=run.settings.monitor,
        factor=run.settings.plateau.factor,
        patience=run.settings.plateau.patience,
        min_lr=run.settings.plateau.min_lr,
        warmup=optimizer.warmup,
        max_epochs=run.settings.trainer.max_epochs,
    )
    head = run.settings.loss.auxiliary
    geometry = Geometry.of(run.settings.street.camera)
    # Signs are looked for at the end alone: they take longer than lanes.
    road = RoadMeter.of(run.data.table, geometry, with_signs=False)
    return Segmentation(network, build_loss(run), run.data.table, weights, rates, head, road)


def build_loss(run: Run) -> Loss:
    """The loss, with the weights of the classes that follow from the masks of Train."""
    settings, data = run.settings.loss, run.data
    by_code = class_weights(
        settings.class_weights, data.table, data.audit["splits"]["Train"], data.ignored
    )
    if by_code is not None:
        by_name = {c.name: by_code[c.code] for c in data.table.classes if by_code[c.code]}
        least, most = min(by_name, key=by_name.__getitem__), max(by_name, key=by_name.__getitem__)
        log.info(
            "in the loss, pixels weigh from %.3g (%s) to %.3g (%s), by loss.class_weights=%s",
            *(by_name[least], least, by_name[most], most, settings.class_weights),
        )
    return Loss(weights_of_parts(settings), by_code, settings.smoothing)


def _or(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else value
