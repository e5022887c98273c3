"""Loads whole batches, in worker processes too.

What a worker needs is imported without Lightning: on Windows each worker starts from nothing, and
Lightning would take it ten seconds.
"""

from __future__ import annotations

import signal
from typing import Any

import cv2
import torch
from torch.utils.data import DataLoader, Sampler

from jetcar.data.batches import Pictures
from jetcar.data.order import Order

PREFETCH = 4
"""Batches that each worker prepares ahead."""


class PictureLoader(DataLoader[Any]):
    """Whole batches in the order of a sampler.

    Lightning asks a loader that resumes inside an epoch for its state. Here the checkpoint holds
    the place in the epoch, and the sampler is made to start there, so there is nothing to add.
    """

    def __init__(
        self, pictures: Pictures, sampler: Sampler[Order], workers: int, pin_memory: bool
    ) -> None:
        super().__init__(
            pictures,
            sampler=sampler,
            batch_size=None,  # the data set itself makes batches
            collate_fn=_as_it_is,
            num_workers=workers,
            persistent_workers=workers > 0,
            prefetch_factor=PREFETCH if workers else None,
            worker_init_fn=_start_worker,
            pin_memory=pin_memory,
        )

    def state_dict(self) -> dict[str, Any]:
        """Nothing: see the class."""
        return {}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Takes nothing: see the class."""


def _as_it_is(batch: Any) -> Any:
    return batch


def _start_worker(worker: int) -> None:
    """Keeps a worker to its own core, and to its work: Ctrl-C reaches every process at once."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    cv2.setNumThreads(0)
    torch.set_num_threads(1)
