"""Work that several processes may want at the same time: one does it, the others wait."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from jetcar.whole import LOCK

log = logging.getLogger(__name__)

TRIES = 10


@contextmanager
def in_turn(path: Path, name: str | None = None) -> Iterator[None]:
    """Has the enclosed work on a file or folder done by one process at a time.

    Whoever comes second says that it waits, and then finds what the first has made. On a disk
    without locks, such as some Drives, nobody waits.

    Args:
        path: What is made. Its folder is made too; the lock lies there meanwhile.
        name: Of the lock's file, without its suffix; None for that of ``path``.
    """
    lock = FileLock(path.with_name((name or path.name) + LOCK))
    try:
        _acquire(lock, path)
    except NotImplementedError:
        yield
        return
    try:
        yield
    finally:
        # Before it is released: whoever waits for it sees that it is gone, and makes a new one.
        with contextlib.suppress(OSError):  # Windows removes no open file; release does it there
            Path(lock.lock_file).unlink(missing_ok=True)
        lock.release()


def _acquire(lock: FileLock, path: Path) -> None:
    for tries_left in reversed(range(TRIES)):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            try:
                lock.acquire(timeout=0)
            except Timeout:
                log.info("waiting for another process that prepares %s", path)
                lock.acquire()
        except FileNotFoundError:  # the other one failed, and took its empty folder away
            if not tries_left:
                raise
        else:
            return
