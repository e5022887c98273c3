"""What must hold for the devices that work together."""

from __future__ import annotations

from typing import Any

from jetcar.settings.limits import one_of, within
from jetcar.settings.schema import Train

STRATEGIES = ("auto", "ddp", "ddp_find_unused_parameters_true")
"""Lightning's names for those in which every device holds the whole network."""

AUTO = "auto"

BEFORE = {
    "trainer.devices": 1,
    "trainer.num_nodes": 1,
    "trainer.strategy": "auto",
    "trainer.sync_batchnorm": True,
}
"""What held for runs of versions that could not say so."""


def devices_rules(s: Train) -> list[str]:
    """Every rule that the devices of a training break, each with its fix."""
    trainer = s.trainer
    broken = [
        *one_of("trainer.strategy", trainer.strategy, STRATEGIES),
        *within("trainer.num_nodes", trainer.num_nodes, 1),
    ]
    devices = trainer.devices
    if wrong := which_devices(devices, trainer.device, "trainer."):
        broken += wrong
    elif devices != AUTO and trainer.num_nodes > 0:
        each = len(devices) if isinstance(devices, list) else devices
        if 1 <= s.data.batch_size < each * trainer.num_nodes:
            broken.append(too_few_pictures(s.data.batch_size, each * trainer.num_nodes))
    return broken


def which_devices(devices: Any, device: str, prefix: str = "") -> list[str]:
    """What is wrong with a number or a list of devices, with its fix.

    Args:
        devices: A number, ``auto``, or a list of numbers of GPUs.
        device: ``auto``, ``cpu`` or ``gpu``.
        prefix: Before the names of both settings.
    """
    if not (devices == AUTO or _is_count(devices) or _is_list(devices)):
        return [
            f"{prefix}devices={devices} must be how many, auto for all GPUs, or numbers of GPUs "
            "such as [0,1]"
        ]
    if isinstance(devices, list) and device == "cpu":
        return [f"{prefix}devices={devices} are GPUs; with {prefix}device=cpu say how many"]
    return []


def too_few_pictures(batch_size: int, devices: int) -> str:
    """A sentence about a step that has not a picture for every device."""
    return (
        f"data.batch_size={batch_size} is the pictures of a step on all devices together, and has "
        f"none for some of {devices}; use a larger one, or fewer devices"
    )


def _is_count(devices: Any) -> bool:
    return type(devices) is int and devices >= 1


def _is_list(devices: Any) -> bool:
    if not isinstance(devices, list) or not devices or len(set(map(str, devices))) < len(devices):
        return False
    return all(type(one) is int and one >= 0 for one in devices)
