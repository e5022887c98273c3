"""Settles everything about a run before anything is written."""

from __future__ import annotations

import stat
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from jetcar.classes.matching import DRIVABLE
from jetcar.data.prepare import Prepared
from jetcar.data.transforms import Transforms, transforms_of
from jetcar.errors import UserError
from jetcar.model.card import Card
from jetcar.model.checkpoint import read_checkpoint
from jetcar.model.device import (
    Precision,
    choose_device,
    choose_precision,
    refuse_broken_compiler,
    refuse_devices,
)
from jetcar.model.network import Architecture, Network
from jetcar.model.over_ranks import count_ranks
from jetcar.model.suits import refuse_unsuited
from jetcar.model.transfer import refuse_other_network
from jetcar.road.classes import OWN, RoadClasses
from jetcar.settings.rules import image_height_width
from jetcar.settings.schema import Train
from jetcar.training.run_folder import RunFolder
from jetcar.training.street_run import init_checkpoint
from jetcar.wording import counted, printable

ANY_OUTPUTS = 2
"""Outputs of a network that is built before the classes are known."""


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
        transforms: What the loader changes in pictures besides; None for nothing.
    """

    settings: Train
    folder: RunFolder
    data: Prepared
    device: torch.device
    precision: Precision
    card: Card
    transforms: Transforms | None = None


def settle(settings: Train, data: Prepared) -> Run:
    """Brings settings, data and machine together.

    Raises:
        UserError: they do not fit each other.
    """
    device = choose_device(settings.trainer.device)
    refuse_devices(settings.trainer.devices, device)
    if settings.trainer.compile:
        refuse_broken_compiler(device)
    image_size = image_height_width(settings.data.image_size)
    architecture = Architecture(
        settings.model.architecture, settings.model.encoder, data.table.n_outputs
    )
    _refuse_nothing_to_learn(data)
    _refuse_no_road(settings, data)
    batch_size = min(settings.data.batch_size, len(data.splits["Train"]))
    if batch_size < count_ranks():
        raise UserError(
            f"A step has {counted(batch_size, 'picture')}, and some of {count_ranks()} devices "
            "would have none. Use fewer devices, a larger data.batch_size, or more pictures in "
            "Train."
        )
    of_norm = batch_size if settings.trainer.sync_batchnorm else batch_size // count_ranks()
    refuse_unsuited(architecture, of_norm, *image_size)
    return Run(
        settings=settings,
        folder=RunFolder(_usable_folder(Path(settings.runs).expanduser(), settings.name)),
        data=data,
        device=device,
        precision=choose_precision(settings.trainer.precision, device),
        card=Card(
            table=data.table,
            ignored=data.ignored,
            architecture=architecture,
            image_size=image_size,
            fingerprint=data.fingerprint,
            monitor=settings.monitor,
            settings=asdict(settings),
        ),
        transforms=transforms_of(settings.augment, data.chosen.table, *image_size),
    )


def refuse_machine(settings: Train, is_new: bool) -> None:
    """Refuses what this machine and the libraries cannot do, before there is any data.

    Args:
        settings: All settings.
        is_new: Whether the weights that the settings name will be needed.

    Raises:
        UserError: says what, and the fix.
    """
    device = choose_device(settings.trainer.device)
    refuse_devices(settings.trainer.devices, device)
    choose_precision(settings.trainer.precision, device)
    if settings.trainer.compile:
        refuse_broken_compiler(device)
    model = settings.model
    architecture = Architecture(model.architecture, model.encoder, ANY_OUTPUTS)
    size = image_height_width(settings.data.image_size)
    refuse_unsuited(architecture, settings.data.batch_size, *size)
    if is_new and settings.init_from is not None:
        refuse_other_network(
            architecture, read_checkpoint(init_checkpoint(settings))[0].architecture
        )
    elif is_new and model.encoder_weights is not None:
        Network(architecture, model.encoder_weights)


def _refuse_nothing_to_learn(data: Prepared) -> None:
    """Refuses classes among which there is nothing to tell apart.

    Raises:
        UserError: names the only class.
    """
    learnt = [c.name for c in data.table.classes if c.name not in data.ignored]
    if len(learnt) < 2:
        raise UserError(
            f"{printable(learnt[0])} is the only class that counts, so there is nothing to tell "
            "it from. Add a class for the rest to the table, such as 0,nothing,000000, and draw "
            "it in the masks."
        )


def _refuse_no_road(settings: Train, data: Prepared) -> None:
    """Refuses to wait for a road score that these classes cannot have.

    Raises:
        UserError: names the classes that it would need.
    """
    if settings.monitor == "val/road" and RoadClasses.of(data.table) is None:
        raise UserError(
            f"monitor=val/road needs a class {', '.join((*OWN, *DRIVABLE[:1]))} or the like, and "
            "the table has none. Use monitor=val/iou."
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
