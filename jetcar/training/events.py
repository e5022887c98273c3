"""A file of events as TensorBoard reads it."""

from __future__ import annotations

import os
import platform
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tensorboard.compat.proto.event_pb2 import Event
    from tensorboard.compat.proto.summary_pb2 import Summary

NUMBER = re.compile(r"tfevents\.(\d+)")


class EventFile:
    """One session's events.

    Torch's writer would do, but it writes in a thread that ends with a stack when the disk is full,
    and it names a file by the clock alone. TensorBoard reads the files of a folder in the order of
    their names, and each only until the next one begins: a clock that was put back would hide all
    that follows. So every file is named behind those that are there.

    Args:
        folder: Where to; made when it is missing.
        first_step: What earlier files hold of this step and later ones no longer counts.

    Raises:
        OSError: it cannot be written.
    """

    def __init__(self, folder: Path, first_step: int) -> None:
        from tensorboard.compat.proto.event_pb2 import Event, SessionLog
        from tensorboard.summary.writer.record_writer import RecordWriter

        folder.mkdir(exist_ok=True)
        self._event = Event
        self._file = (folder / _next_name(folder)).open("wb")
        self._records = RecordWriter(self._file)
        self._write(Event(file_version="brain.Event:2"))
        self._write(Event(step=first_step, session_log=SessionLog(status=SessionLog.START)))

    def add(self, summary: Summary, step: int) -> None:
        """Adds something of a step.

        Raises:
            OSError: it cannot be written.
        """
        self._write(self._event(summary=summary, step=step))

    def _write(self, event: Event) -> None:
        event.wall_time = time.time()
        self._records.write(event.SerializeToString())

    def flush(self) -> None:
        """Hands all to the disk.

        Raises:
            OSError: it does not take it.
        """
        self._file.flush()

    def close(self) -> None:
        """Hands all to the disk, and closes the file in any case.

        Raises:
            OSError: it does not take it.
        """
        self._file.close()


def _next_name(folder: Path) -> str:
    """By the clock, but behind every file that is there."""
    numbers = [int(found[1]) for path in folder.iterdir() if (found := NUMBER.search(path.name))]
    number = max(int(time.time()), max(numbers, default=0) + 1)
    return f"events.out.tfevents.{number:010d}.{platform.node()}.{os.getpid()}"
