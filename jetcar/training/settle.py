"""Settles everything about a run before anything is written."""

from __future__ import annotations

import stat
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from jetcar.config import Train
from jetcar.data.prepare import Prepared
from jetcar.errors import UserError
from jetcar.model.checkpoint import Card
from jetcar.model.device import Precision, choose_device, choose_precision, refuse_broken_compiler
from jetcar.model.network import Architecture
from jetcar.rules import STRIDE, image_height_width
from jetcar.training.run_folder import RunFolder
from jetcar.wording import printable


@dataclass(frozen=True)
class Run:
    """Everything that is settled before the first epoch.

    Attributes:
        settings: All settings.
        folder: The run on the local disk.
        data: Pairs, classes and codes.
        device: Where the network runs.
        precision: Its arithmetic.
        card: What the run's checkpoints say about themselves from the start.
    """

    settings: Train
    folder: RunFolder
    data: Prepared
    device: torch.device
    precision: Precision
    card: Card


def settle(settings: Train, data: Prepared) -> Run:
    """Brings settings, data and machine together.

    Raises:
        UserError: they do not fit each other.
    """
    device = choose_device(settings.trainer.device)
    if settings.trainer.compile:
        refuse_broken_compiler(device)
    image_size = image_height_width(settings.data.image_size)
    _refuse_single_value(min(settings.data.batch_size, len(data.splits["Train"])), *image_size)
    return Run(
        settings=settings,
        folder=RunFolder(_usable_folder(Path(settings.runs).expanduser(), settings.name)),
        data=data,
        device=device,
        precision=choose_precision(settings.trainer.precision, device),
        card=Card(
            table=data.table,
            ignored=data.ignored,
            architecture=Architecture(
                settings.model.architecture, settings.model.encoder, data.table.n_outputs
            ),
            image_size=image_size,
            fingerprint=data.fingerprint,
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


def _usable_folder(runs: Path, name: str) -> Path:
    """The run's folder, if it is or can be one; nothing is made.

    Raises:
        UserError: it cannot.
    """
    for setting, path in (("runs", runs), ("name", runs / name)):
        for place in (path, *path.parents):
            try:
                is_there = stat.S_ISDIR(place.stat().st_mode)
            except (FileNotFoundError, NotADirectoryError):
                if place.is_symlink():
                    raise UserError(
                        f"{setting}={name if setting == 'name' else runs}: {place} is a link to "
                        f"{place.readlink()}, which is not there. Is that disk connected? Choose "
                        f"another {setting}=..."
                    ) from None
                continue
            except OSError as error:
                raise UserError(
                    f"{printable(place)} cannot be used ({error.strerror}). Choose another "
                    f"{setting}=..."
                ) from None
            if not is_there:
                raise UserError(
                    f"{setting}={name if setting == 'name' else runs}: {place} is a file where a "
                    f"folder belongs. Move it away, or choose another {setting}=..."
                )
            break
    return runs / name
