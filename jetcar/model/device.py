"""Which device and which arithmetic this machine is good at."""

from __future__ import annotations

import warnings
from typing import Any, Literal

import torch

from jetcar.errors import UserError
from jetcar.wording import counted

Precision = Literal["32-true", "bf16-mixed", "16-mixed"]
IN_WORDS: dict[Precision, str] = {
    "32-true": "float32",
    "bf16-mixed": "bfloat16 where it is safe",
    "16-mixed": "float16 where it is safe",
}


def choose_device(wanted: str) -> torch.device:
    """The device for ``auto``, ``cpu`` or ``gpu``.

    Raises:
        UserError: a GPU is wanted and there is none.
    """
    if wanted == "gpu" and not torch.cuda.is_available():
        raise UserError(
            "This machine has no GPU that torch can use. On Colab choose Runtime > Change runtime "
            "type > T4 GPU; on a PC use trainer.device=auto, or +machine=pc-small-batch."
        )
    return torch.device("cpu" if wanted == "cpu" or not torch.cuda.is_available() else "cuda")


def refuse_devices(devices: Any, device: torch.device, setting: str = "trainer.devices") -> None:
    """Refuses more GPUs, or others, than this machine has.

    Args:
        devices: A number, ``auto``, or a list of numbers of GPUs.
        device: Where training or prediction runs.
        setting: What the person has set.

    Raises:
        UserError: it has not as many.
    """
    if device.type != "cuda":
        if isinstance(devices, list):
            raise UserError(
                f"{setting}={devices} are GPUs, and this machine has none that torch can "
                f"use. Say how many processes shall share its CPU, such as {setting}=2."
            )
        return
    there = torch.cuda.device_count()
    wanted = max(devices) + 1 if isinstance(devices, list) else devices
    if wanted != "auto" and wanted > there:
        raise UserError(
            f"{setting}={devices}, and this machine has {counted(there, 'GPU')}. Use fewer, "
            f"or {setting}=auto."
        )


def devices_of(devices: Any, device: torch.device) -> list[torch.device]:
    """The devices that share the pictures of a prediction.

    Args:
        devices: A number, ``auto`` for all GPUs, or a list of numbers of GPUs.
        device: Of the kind that is wanted.

    Raises:
        UserError: this machine has not as many.
    """
    refuse_devices(devices, device, "devices")
    if device.type == "cpu":
        return [device] * (1 if devices == "auto" else devices)
    if not isinstance(devices, list):
        devices = range(torch.cuda.device_count() if devices == "auto" else devices)
    return [torch.device(device.type, number) for number in devices]


def choose_precision(wanted: str, device: torch.device) -> Precision:
    """The arithmetic for ``auto``, ``32``, ``bf16`` or ``16``.

    ``auto`` takes bfloat16 where the processor has instructions for it, else float16 on a GPU and
    float32 on a CPU, where both short formats would be emulated, slowly.

    Raises:
        UserError: ``16`` is wanted on a CPU, which would take bfloat16 instead.
    """
    if wanted == "16" and device.type == "cpu":
        raise UserError(
            "precision=16 needs a GPU that torch can use, and this machine has none. Use "
            "precision=auto, which takes what the processor is good at."
        )
    if wanted == "auto":
        without = "16" if device.type == "cuda" else "32"
        wanted = "bf16" if _has_bfloat16(device) else without
    precisions: dict[str, Precision] = {"32": "32-true", "bf16": "bf16-mixed", "16": "16-mixed"}
    return precisions[wanted]


def _has_bfloat16(device: torch.device) -> bool:
    if device.type == "cuda":
        return torch.cuda.get_device_capability(device) >= (8, 0)
    able = torch.cpu.get_capabilities() if hasattr(torch.cpu, "get_capabilities") else {}
    return bool(able.get("avx512_bf16") or able.get("amx_bf16"))


def refuse_broken_compiler(device: torch.device) -> None:
    """Compiles next to nothing, to see whether ``torch.compile`` works here.

    Raises:
        UserError: it does not, and why.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what of itself is deprecated is for torch to know
            torch.compile(_next)(torch.zeros(2, device=device))
    except (RuntimeError, ImportError) as error:  # what all its errors are
        reason = str(error).strip().splitlines()[0]
        raise UserError(
            f"trainer.compile=true does not work on this machine ({reason}). Install what is "
            "missing (on Linux the package g++, on Windows Visual Studio's Build Tools), or leave "
            "it false."
        ) from None


def _next(number: torch.Tensor) -> torch.Tensor:
    return number + 1


def device_name(device: torch.device) -> str:
    """What a person calls the device."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return f"CPU with {counted(torch.get_num_threads(), 'thread')}"


def autocast(precision: Precision, device: torch.device) -> torch.autocast:
    """The context in which a forward pass uses that arithmetic."""
    short = torch.float16 if precision == "16-mixed" else torch.bfloat16
    return torch.autocast(device.type, dtype=short, enabled=precision != "32-true")
