"""Before the first epoch: a run is described in its folder, and its checkpoint brought there."""

from __future__ import annotations

import logging
from dataclasses import replace
from functools import partial
from pathlib import Path

from omegaconf import OmegaConf

from jetcar.classes import write_csv
from jetcar.data.sheet import write_sheet
from jetcar.model.device import IN_WORDS, device_name
from jetcar.model.module import Segmentation
from jetcar.training.mirror.copies import Copies
from jetcar.training.resume import (
    Start,
    bring_back,
    changed_settings,
)
from jetcar.training.settle import Run
from jetcar.whole import write_json, write_whole
from jetcar.wording import counted

log = logging.getLogger(__name__)


def begin(
    run: Run, start: Start | None, module: Segmentation, copies: Copies
) -> tuple[Run, Path | None]:
    """Writes what describes the run, and brings here what it continues from.

    Returns:
        The run as it goes on, and its checkpoint on the local disk; None for a new run.
    """
    folder = run.folder
    weights = sum(p.numel() for p in module.network.parameters())
    log.info(
        "run %s: %s on %s, %.1f million weights, %s; %s, %s",
        folder.path,
        run.card.architecture.name,
        run.card.architecture.encoder,
        weights / 1e6,
        counted(run.data.table.n_outputs, "output"),
        device_name(run.device),
        IN_WORDS[run.precision],
    )
    folder.last.parent.mkdir(exist_ok=True)
    copies.reached(start.card if start is not None else run.card)
    checkpoint = None
    if start is not None:
        checkpoint = copies.ask(partial(bring_back, start, folder, copies.folder))
        now = run.card
        card = replace(start.card, settings=now.settings, fingerprint=now.fingerprint)
        changed = changed_settings(start.card.settings, card.settings)
        module.takes_new_rates = any(name.startswith("optimizer.") for name in changed)
        module.begins_new_optimizer = any(name.startswith("optimizer.name:") for name in changed)
        run = replace(run, card=card)
        inside = f" after {counted(card.batch, 'batch', 'batches')}" if card.batch else ""
        log.info("continuing in epoch %d%s", card.epoch + 1, inside)
        if changed:
            log.info("settings that changed since: %s", "; ".join(changed))
        if module.begins_new_optimizer:
            log.info("the new optimizer starts without the state of the former one")
    write_whole(folder.config, OmegaConf.to_yaml(OmegaConf.create(run.card.settings)))
    write_csv(run.data.table, folder.classes)
    write_json(folder.audit, run.data.audit)
    augment, seed = run.settings.augment, run.settings.seed
    write_sheet(folder.sheet, run.data, augment, run.transforms, seed, *run.card.image_size)
    copies.send(folder.config, folder.classes, folder.audit, folder.sheet)
    if checkpoint is not None:  # the mirror may have missed the end of the last session
        copies.catch_up_best(run.card.monitor)
        copies.send_last()
    return run, checkpoint
