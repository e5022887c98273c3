"""Runs a function in several processes that train together, over gloo, on this machine."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
import socket
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from jetcar.ranks import Rank
from tests.forked import context


def in_ranks(size: int, work: Callable[..., Any], *args: Any, meet: bool = True) -> list[Any]:
    """What ``work(*args)`` gives in each of so many processes, in their order.

    Args:
        size: How many.
        work: A function of a module.
        args: Can be pickled, as the results can.
        meet: Whether they have met when the work begins; else it is theirs to do so, as when
            torchrun has started them.
    """
    pipes = [multiprocessing.Pipe(duplex=False) for _ in range(size)]
    processes = started(size, _answer, work, args, meet, pipes=[end for _, end in pipes])
    for _, end in pipes:
        end.close()
    # As bytes, as torch would hand over a tensor by a process that may be gone by then.
    results = [pickle.loads(answer.recv()) for answer, _ in pipes]  # EOFError: it said why
    for process in processes:
        process.join()
    return results


def started(size: int, work: Callable[..., Any], *args: Any, pipes: Any = None) -> list[Any]:
    """So many processes, started as torchrun starts them; each gets its pipe first."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        where = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(one.getsockname()[1])}
    processes = []
    for number in range(size):
        words = {**where, **Rank(number, size, number, size).as_torchrun_says()}
        own = [] if pipes is None else [pipes[number]]
        process = context().Process(
            target=_begin, args=({} if size == 1 else words, work, *own, *args)
        )
        process.start()
        processes.append(process)
    return processes


def _begin(words, work, *args):
    import torch

    os.environ.update(words)
    torch.set_num_threads(1)
    work(*args)


def _answer(end, work, args, meet):
    from torch import distributed as dist

    from jetcar.model.over_ranks import meet_on_host

    meets = meet and "RANK" in os.environ
    if meets:
        dist.init_process_group("gloo", timeout=timedelta(seconds=60))
        meet_on_host()
    end.send(pickle.dumps(work(*args)))
    if meets:
        dist.barrier()
        dist.destroy_process_group()


def type_train(folder: Path, output: Path, arguments: list[str]) -> None:
    """Becomes ``train.py`` with these arguments; what it says is added to a file.

    Raises:
        SystemExit: with its exit code, unless that is 0.
    """
    from jetcar.training.__main__ import run

    os.chdir(folder)
    handle = os.open(output, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(line_buffering=True)
    sys.argv = ["train.py", *arguments]
    run()


def train_noting_losses(arguments: list[str], folder: Path) -> tuple[int, list[float]]:
    """What ``train.py`` does in this process: its exit code, and the loss of every step.

    Args:
        arguments: Of ``train.py``.
        folder: Where it is started.
    """
    from jetcar.model.module import Segmentation
    from jetcar.training.__main__ import run

    losses: list[float] = []
    real = Segmentation._note_loss

    def note(self, loss, batch_idx):
        losses.append(float(loss))
        real(self, loss, batch_idx)

    Segmentation._note_loss = note
    os.chdir(folder)
    sys.argv = ["train.py", *arguments]
    code = 0
    with contextlib.suppress(SystemExit):
        code = 1
        run()
        code = 0
    return code, losses
