"""Loads whole batches, in worker processes too.

What a worker needs is imported without Lightning: on Windows each worker starts from nothing, and
Lightning would take it ten seconds.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from typing import Any

import cv2
import torch
from torch.utils.data import DataLoader, Sampler, get_worker_info
from torch.utils.data.dataloader import _BaseDataLoaderIter, _MultiProcessingDataLoaderIter

from jetcar.data.batches import Pictures
from jetcar.data.order import Order
from jetcar.data.shared_memory import received, shared
from jetcar.errors import UserError

PREFETCH = 4
"""Batches that each worker prepares ahead."""

LOOK_SECONDS = 1.0
"""Between two looks at the clock and the signals while no batch comes."""

SILENT_MINUTES = 15.0
"""So long a worker may take for a batch: pictures on a slow Drive come within that."""


def wait_on(seconds: float) -> None:
    """Goes on waiting for a batch."""


class PictureLoader(DataLoader[Any]):
    """Whole batches in the order of a sampler.

    Lightning asks a loader that resumes inside an epoch for its state. Here the checkpoint holds
    the place in the epoch, and the sampler is made to start there, so there is nothing to add.

    Args:
        pictures: Makes the batches.
        sampler: Says which.
        workers: Processes that make them; 0 makes them in this one.
        pin_memory: Whether batches go to a GPU.
        while_waiting: Called about every second while workers let this process wait for a batch,
            with the seconds so far. What it raises ends the waiting.
    """

    def __init__(
        self,
        pictures: Pictures,
        sampler: Sampler[Order],
        workers: int,
        pin_memory: bool,
        while_waiting: Callable[[float], None] = wait_on,
    ) -> None:
        super().__init__(
            pictures,
            sampler=sampler,
            batch_size=None,  # the data set itself makes batches
            collate_fn=_to_the_asker,
            num_workers=workers,
            persistent_workers=workers > 0,
            prefetch_factor=PREFETCH if workers else None,
            worker_init_fn=_start_worker,
            pin_memory=pin_memory,
            # What is random in a batch follows from seed and epoch alone. But torch would draw from
            # its global generator at each start of an epoch, and a network with dropout then
            # continues otherwise after a stop.
            generator=torch.Generator(),
        )
        self.while_waiting = while_waiting

    def state_dict(self) -> dict[str, Any]:
        """Nothing: see the class."""
        return {}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Takes nothing: see the class."""

    def _get_iterator(self) -> _BaseDataLoaderIter:
        return _Waiting(self) if self.num_workers else super()._get_iterator()


class _Waiting(_MultiProcessingDataLoaderIter):
    """Torch's iterator over what workers make, which does not wait for ever."""

    def __init__(self, loader: PictureLoader) -> None:
        self.while_waiting, self.since = loader.while_waiting, time.monotonic()
        super().__init__(loader)

    def __next__(self) -> Any:
        self.since = time.monotonic()
        return received(super().__next__())

    def _reset(self, loader: DataLoader[Any], first_iter: bool = False) -> None:
        self.since = time.monotonic()
        super()._reset(loader, first_iter)

    def _try_get_data(self, timeout: float = LOOK_SECONDS) -> tuple[bool, Any]:
        """One try to get a batch; torch repeats it until it succeeds."""
        success, data = super()._try_get_data(LOOK_SECONDS)  # type: ignore[no-untyped-call]
        waited = time.monotonic() - self.since
        if not success:
            self.while_waiting(waited)
            if waited > SILENT_MINUTES * 60:
                raise UserError(
                    f"No worker process has made a batch for {SILENT_MINUTES:.0f} minutes. Is the "
                    "disk with the pictures still there? Start again with data.workers=0, which "
                    "says what is wrong."
                )
        return success, data


def _to_the_asker(batch: Any) -> Any:
    return shared(batch) if get_worker_info() is not None else batch


def _start_worker(worker: int) -> None:
    """Keeps a worker to its own core, and to its work: a stop is for the main process to handle."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches every process at once
    if hasattr(signal, "sigwaitinfo"):  # Linux, where a service is stopped by SIGTERM to all of it
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        threading.Thread(target=_obey_parent, daemon=True).start()
    cv2.setNumThreads(0)
    torch.set_num_threads(1)


def _obey_parent() -> None:
    """Ends this worker when its main process says so; anybody else means the main process too."""
    parent = os.getppid()
    while signal.sigwaitinfo({signal.SIGTERM}).si_pid != parent:
        pass
    os._exit(0)
