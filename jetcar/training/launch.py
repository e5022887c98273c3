"""Starts the other processes of a run on this machine, and ends them with this one.

Lightning's own launcher starts them in the middle of its ``fit``, with arguments of Hydra that this
program refuses, and knows neither ``jetcar train`` nor ``python -m jetcar`` (2.6.6). Here they are
started by the words that a sweep starts its jobs by, and are from then on as torchrun's are.
"""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from jetcar.errors import UserError
from jetcar.processes import how_many
from jetcar.ranks import Rank, this_rank
from jetcar.settings.devices import AUTO
from jetcar.settings.schema import Trainer
from jetcar.terminal import take_stdin

log = logging.getLogger(__name__)

FOLLOWS = "JETCAR_FOLLOWS"
"""Environment variable that tells a process that its standard input ends with the first one."""

LOOK_SECONDS = 0.5
"""Between two looks at the other processes."""

GRACE_SECONDS = 10.0
"""Until a process that waits for another, which is gone, is ended."""


def quiet_torch(trainer: Trainer) -> None:
    """Keeps torch, before it is loaded, from telling of each lost connection, with a stack."""
    if trainer.devices != 1 or not this_rank().is_alone:
        os.environ.setdefault("TORCH_CPP_LOG_LEVEL", "ERROR")


def devices_to_start(trainer: Trainer) -> int:
    """How many processes this machine needs; 1 where torchrun or srun has started all of them.

    Raises:
        UserError: what started them has others in mind than the settings.
    """
    rank = this_rank()
    if rank.is_alone:
        if trainer.num_nodes > 1:
            raise UserError(
                f"trainer.num_nodes={trainer.num_nodes} needs torchrun or srun, which start the "
                "run on every machine; docs/scale.md has the commands."
            )
        return _devices_here(trainer)
    # What nobody has set is left to torchrun and srun.
    for name, wanted, there in (
        ("devices", 1 if trainer.devices == AUTO else _devices_here(trainer), rank.size_here),
        ("num_nodes", trainer.num_nodes, rank.nodes),
    ):
        if wanted not in (1, there):
            raise UserError(
                f"trainer.{name}={wanted}, but the run was started with {there}. Leave it out, as "
                "torchrun and srun say it already."
            )
    return 1


def _devices_here(trainer: Trainer) -> int:
    if isinstance(trainer.devices, list):
        return len(trainer.devices)
    if trainer.devices != AUTO:
        return int(trainer.devices)
    import torch  # only it knows

    return 1 if trainer.device == "cpu" else max(1, torch.cuda.device_count())


@contextmanager
def launched(devices: int, program: Sequence[str]) -> Iterator[None]:
    """Starts the same command for every device but the first, which is this process's.

    Args:
        devices: How many; with one nothing is started.
        program: How Python is told to run the program, such as ``train.py``.
    """
    if devices == 1:
        yield
        return
    former = dict(os.environ)
    threads = str(max(1, how_many() // devices))
    shared = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(_free_port())}
    shared |= {"OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", threads)}
    others: list[subprocess.Popen[bytes]] = []
    is_over = threading.Event()
    try:
        for number in range(1, devices):
            words = Rank(number, devices, number, devices).as_torchrun_says()
            others.append(_start(program, {**former, **shared, **words, FOLLOWS: "1"}))
        os.environ.update({**shared, **Rank(0, devices, 0, devices).as_torchrun_says()})
        threading.Thread(target=_watch, args=(others, is_over), daemon=True).start()
        yield
        for other in others:  # each has come to its end, too
            with contextlib.suppress(subprocess.TimeoutExpired):
                other.wait(GRACE_SECONDS)
    finally:
        is_over.set()
        for other in others:
            other.kill()
            other.wait()
            assert other.stdin is not None
            other.stdin.close()
        for name in os.environ.keys() - former.keys():
            del os.environ[name]
        os.environ.update(former)


def follow() -> None:
    """Lets this process end with the one that has started it; does nothing without one."""
    if os.environ.pop(FOLLOWS, None) is None:
        return
    threading.Thread(target=_end_behind, args=(take_stdin(),), daemon=True).start()


def _start(program: Sequence[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, *program, *sys.argv[1:]],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        env=environment,
    )


def _watch(others: list[subprocess.Popen[bytes]], is_over: threading.Event) -> None:
    """Ends this process when another has failed and this one goes on waiting for it."""
    while all(other.poll() in (None, 0) for other in others):
        if is_over.wait(LOOK_SECONDS):
            return
    if is_over.wait(GRACE_SECONDS):  # over GPUs nobody tells the main thread, which waits
        return
    log.error("another process of this run has ended; the same command continues")
    for other in others:
        other.kill()
    os._exit(1)


def _end_behind(line: int) -> None:
    while os.read(line, 1):
        pass
    time.sleep(GRACE_SECONDS)
    os._exit(1)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port
