"""Gathers and checks everything that a run needs, before anything is written."""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from jetcar.classes import ClassTable, load_table
from jetcar.config import Train
from jetcar.data.codes import Codes
from jetcar.data.layout import SPLITS
from jetcar.data.pairs import Pairs, find_split, fingerprint
from jetcar.data.source import fetch
from jetcar.errors import UserError
from jetcar.model.checkpoint import Card
from jetcar.model.device import Precision, choose_device, choose_precision
from jetcar.model.network import Architecture
from jetcar.rules import STRIDE, image_height_width
from jetcar.training.run_folder import RunFolder

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Run:
    """Everything that is settled before the first epoch.

    Attributes:
        settings: All settings.
        folder: The run on the local disk.
        splits: Pairs of Train, Val and Test; images of Test may lack masks.
        table: The classes.
        codes: What the values of the masks mean.
        device: Where the network runs.
        precision: Its arithmetic.
        card: What the run's checkpoints say about themselves from the start.
    """

    settings: Train
    folder: RunFolder
    splits: dict[str, Pairs]
    table: ClassTable
    codes: Codes
    device: torch.device
    precision: Precision
    card: Card


def prepare(settings: Train) -> Run:
    """Gathers and checks what the settings name; only data sets are fetched and unpacked.

    Raises:
        UserError: something is wrong with the machine, the data or the settings.
    """
    device = choose_device(settings.trainer.device)
    dataset = fetch(settings.data.source, Path(settings.data.root))
    splits = {split: find_split(dataset, split) for split in SPLITS}
    counts = ", ".join(f"{len(pairs)} {split}" for split, pairs in splits.items())
    log.info("data set %s: %s images", dataset, counts)
    table = load_table(settings.data.classes, dataset)
    ignored = list(settings.data.ignore)
    image_size = image_height_width(settings.data.image_size)
    _refuse_single_value(min(settings.data.batch_size, len(splits["Train"])), *image_size)
    return Run(
        settings=settings,
        folder=RunFolder(Path(settings.runs) / settings.name),
        splits=splits,
        table=table,
        codes=Codes.of(table, ignored),
        device=device,
        precision=choose_precision(settings.trainer.precision, device),
        card=Card(
            table=table,
            ignored=ignored,
            architecture=Architecture(
                settings.model.architecture, settings.model.encoder, table.n_outputs
            ),
            image_size=image_size,
            fingerprint=fingerprint(splits),
            monitor=settings.monitor,
            settings=asdict(settings),
        ),
    )


def _refuse_single_value(batch_size: int, height: int, width: int) -> None:
    """Refuses batches in which a channel of the smallest layer has one value: it has no spread."""
    if batch_size * (height // STRIDE) * (width // STRIDE) < 2:
        raise UserError(
            f"A batch of {batch_size} picture of {height} x {width} pixels is too small for batch "
            "normalisation. Use a larger data.batch_size or data.image_size, or more pictures."
        )
