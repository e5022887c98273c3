"""How batches cross from a worker process where the memory for that is small, full or closed.

On Linux tensors cross through files in ``/dev/shm``, of which Docker gives a container 64 MB. torch
writes them in a thread that loses the batch when there is no room, and the main process would wait
for it for ever. Here the worker itself puts a batch there; what finds no room goes through a pipe.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

FOLDER = Path("/dev/shm")
KEPT_FREE = 1 << 20
"""Bytes that batches leave, for the locks between processes."""


@dataclass(frozen=True)
class Piped:
    """A tensor on its way through a pipe.

    Attributes:
        flat: Its numbers as they lie in memory.
        shape: Of the tensor.
        strides: Of the tensor, in numbers.
    """

    flat: np.ndarray
    shape: tuple[int, ...]
    strides: tuple[int, ...]


def shared(batch: Any) -> Any:
    """The batch in memory that processes share; where there is no room, ``Piped``."""
    if not sys.platform.startswith("linux") or not isinstance(batch, dict):
        return batch
    return {name: _shared(value) for name, value in batch.items()}


def received(batch: Any) -> Any:
    """The batch in the process that asked for it: tensors, laid out as they were."""
    if not isinstance(batch, dict):
        return batch
    return {
        name: torch.from_numpy(value.flat).as_strided(value.shape, value.strides)
        if isinstance(value, Piped)
        else value
        for name, value in batch.items()
    }


def free_bytes() -> int | None:
    """Room for batches between processes; None where no such limit is known."""
    if not sys.platform.startswith("linux") or not FOLDER.is_dir():
        return None
    found = os.statvfs(FOLDER)
    return found.f_bavail * found.f_frsize


def why_no_workers() -> str | None:
    """Why this machine cannot share anything between processes; None when it can."""
    try:
        multiprocessing.get_context().Semaphore()
    except OSError as error:
        return f"{FOLDER}: {error.strerror}"
    return None


def _shared(tensor: Tensor) -> Tensor | Piped:
    room = free_bytes()
    if room is None or room >= tensor.nbytes + KEPT_FREE:
        try:
            tensor.share_memory_()  # type: ignore[no-untyped-call]
            return tensor
        except RuntimeError:  # another process was quicker, or nobody may write there
            pass
    flat = tensor.as_strided((tensor.numel(),), (1,))
    return Piped(flat.numpy(), tuple(tensor.shape), tensor.stride())
