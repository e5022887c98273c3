"""Processes that share work: how many there are, how each starts, and when it ends."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import connection, get_context, parent_process
from typing import TypeVar

import cv2

Task = TypeVar("Task")
Result = TypeVar("Result")

MOST = 61
"""Windows cannot wait for more processes at once, and the disk is the limit long before."""

ALONE = 500
"""Up to so many files one process looks into more quickly than it starts others."""

CHUNK = 32
"""Files that a process looks into before it reports."""


def how_many(wanted: int | None = None) -> int:
    """Processes to start: as many as wanted, else one for each core that we may use."""
    if wanted is None:
        allowed = getattr(os, "sched_getaffinity", None)  # a container may not have all cores
        wanted = len(allowed(0)) if allowed else os.cpu_count() or 1
    return max(1, min(wanted, MOST))


@contextmanager
def pool_of(processes: int) -> Iterator[ProcessPoolExecutor]:
    """So many processes; work that has not begun when the block ends is dropped.

    They are spawned on every system, as on Windows: a fork may inherit a lock that nobody will
    open.
    """
    pool = ProcessPoolExecutor(processes, get_context("spawn"), start_worker)
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def each(
    work: Callable[[Task], Result],
    tasks: Sequence[Task],
    alone: int | None = None,
    chunk: int | None = None,
) -> Iterator[Result]:
    """The results of the tasks in their order, by all cores where there are many.

    Args:
        work: Can be pickled, as its results can.
        tasks: What to do.
        alone: Up to so many are done by this process; None for ``ALONE``.
        chunk: Tasks that a process does before it reports; None for ``CHUNK``.
    """
    if len(tasks) <= (ALONE if alone is None else alone):
        yield from map(work, tasks)
        return
    with pool_of(how_many()) as pool:
        yield from pool.map(work, tasks, chunksize=chunk or CHUNK)


def start_worker() -> None:
    """Makes a process one that only helps: it has one core, and ends with the one it helps."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the main process, which ends us
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # and so does this; a fork has its handler, too
    cv2.setNumThreads(1)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """Ends this process when its parent was killed, and could not tell it to."""
    if (parent := parent_process()) is not None:
        connection.wait([parent.sentinel])
        os._exit(1)
