"""Where the processes of a run meet, and how all of them end when one has to."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any, TypeVar

import torch
from lightning_fabric.plugins.environments.slurm import SLURMEnvironment
from torch import distributed as dist
from torch.distributed.rendezvous import rendezvous

from jetcar.errors import UserError
from jetcar.model.device import choose_device
from jetcar.model.over_ranks import meet_on_host, said_by_all
from jetcar.ranks import TORCHRUN, Rank
from jetcar.settings.sentences import sentence_of

log = logging.getLogger(__name__)

T = TypeVar("T")

LONGEST_WAIT = timedelta(days=2)
"""For the others: the first may have millions of pictures to look through, or masks to predict."""

ANSWER_SECONDS = 3.0
"""For another process to say why it ends."""

WHY = "jetcar/why"
"""Where it says so in the store that all share."""

LOST = ("gloo", "Connection closed by peer", "Connection reset by peer", "NCCL", "Broken pipe")
"""What is in torch's words about a process that is gone."""


@contextmanager
def meeting(rank: Rank, device: str) -> Iterator[None]:
    """Waits for the other processes of the run, and works with them while the block runs.

    Args:
        rank: This process.
        device: The setting ``trainer.device``.

    Raises:
        UserError: another process has ended; in the first one it says why.
    """
    if rank.is_alone:
        yield
        return
    on_gpu = choose_device(device).type == "cuda"
    _settle_environment(rank)
    if (threads := os.environ.get("OMP_NUM_THREADS", "")).isdecimal():
        torch.set_num_threads(int(threads))  # it may have been loaded before there were others
    store, number, size = next(rendezvous("env://", timeout=LONGEST_WAIT))
    dist.init_process_group(
        "nccl" if on_gpu else "gloo",
        store=store,
        rank=number,
        world_size=size,
        timeout=LONGEST_WAIT,
    )
    try:
        meet_on_host()
        yield
    except Exception as error:
        if not rank.is_first:
            store.set(WHY, sentence_of(error))
        elif _is_lost(error):
            raise UserError(_why(store)) from error
        raise
    part()


def part() -> None:
    """Ends what the processes have in common; each goes on for itself, if it has more to do."""
    if dist.is_available() and dist.is_initialized():
        dist.barrier()
        dist.destroy_process_group()


def done_by_all(work: Callable[[], T]) -> T:
    """Does something in every process that may fail in one of them.

    Raises:
        UserError: it has failed somewhere; all are told the first one's sentence.
    """
    result, told = None, None
    try:
        result = work()
    except Exception as error:
        if os.environ.get("JETCAR_DEBUG") == "1":
            raise
        told = sentence_of(error)
    if (first := next(filter(None, said_by_all(told)), None)) is not None:
        raise UserError(first)
    return result  # type: ignore[return-value]


def _settle_environment(rank: Rank) -> None:
    """Puts into torchrun's words what srun says."""
    if all(name in os.environ for name in TORCHRUN):
        return
    slurm = SLURMEnvironment(auto_requeue=False)
    os.environ.setdefault("MASTER_ADDR", slurm.main_address)
    os.environ.setdefault("MASTER_PORT", str(slurm.main_port))
    os.environ.update(rank.as_torchrun_says())


def _is_lost(error: Exception) -> bool:
    if isinstance(error, getattr(dist, "DistError", ())):
        return True
    return isinstance(error, RuntimeError) and any(word in str(error) for word in LOST)


def _why(store: Any) -> str:
    end = time.monotonic() + ANSWER_SECONDS
    with suppress(RuntimeError):  # the store is gone as well
        while time.monotonic() < end:
            if store.check([WHY]):
                return str(store.get(WHY), "utf-8")
            time.sleep(0.1)
    return (
        "Another process of this run was killed, or its machine is gone. What was saved last is "
        "safe, and the same command continues from there."
    )
