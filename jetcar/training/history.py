"""What every epoch brought: kept in the checkpoint, written as a table and as curves."""

from __future__ import annotations

import csv
import io
import logging
import math
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jetcar.model.monitor import is_better
from jetcar.training.events import EventFile
from jetcar.whole import write_whole

if TYPE_CHECKING:
    from tensorboard.compat.proto.summary_pb2 import Summary

log = logging.getLogger(__name__)

Row = dict[str, Any]
"""Values of one epoch by name; ``epoch`` counts from 1."""


class History:
    """The epochs of a run.

    Args:
        monitor: Name of the value that decides what is best.
        rows: Epochs that are over.
    """

    def __init__(self, monitor: str, rows: list[Row]) -> None:
        self.monitor, self.rows = monitor, list(rows)

    @property
    def epochs(self) -> int:
        """Epochs that are over."""
        return len(self.rows)

    @property
    def best(self) -> tuple[float, int]:
        """The best score and its epoch; NaN and 0 as long as there is none."""
        score, epoch = math.nan, 0
        for row in self.rows:
            if is_better(row[self.monitor], score, self.monitor):
                score, epoch = row[self.monitor], row["epoch"]
        return score, epoch

    @property
    def epochs_without_better(self) -> int:
        """Epochs since the best one."""
        return self.epochs - self.best[1]

    def write_table(self, path: Path) -> None:
        """Writes all epochs as csv; see ``write_table``."""
        write_table(path, self.rows)


def write_table(path: Path, rows: list[Row]) -> None:
    """Writes epochs as csv, whole; a value that an epoch lacks is left empty.

    A table that is open in another program, which Windows then protects, is written after the next
    epoch.
    """
    columns = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    try:
        write_whole(path, text.getvalue())
    except PermissionError as error:
        log.warning(
            "%s cannot be written (%s). Close it in other programs; the next epoch writes it",
            path,
            error.strerror,
        )


class Curves:
    """The same epochs for TensorBoard; they are worth less than the run, which goes on without.

    Args:
        folder: Receives the event files; those of earlier sessions are continued.
        rows: Epochs that are over; written again where the folder has lost them.
    """

    def __init__(self, folder: Path, rows: list[Row]) -> None:
        self.folder, self.rows = folder, list(rows)
        self._file: EventFile | None = None
        self._has_failed = False

    def add(self, row: Row) -> None:
        """Adds one epoch and hands it to the disk."""
        with self._told():
            file = self._opened()
            _add(file, row)
            file.flush()
        self.rows.append(row)

    def write(self, summary: Summary, step: int) -> None:
        """Adds something of an epoch; ``add`` of that epoch hands it to the disk."""
        with self._told():
            self._opened().add(summary, step)

    def close(self) -> None:
        """Closes the event file."""
        with self._told():
            if self._file is not None:
                self._file.close()

    def _opened(self) -> EventFile:
        """The file, opened when first needed, as its library is slow to load."""
        if self._file is None:
            lost = self._has_failed or not any(self.folder.glob("events.*"))
            # What a killed session wrote of the epoch that is done again no longer counts.
            file = EventFile(self.folder, first_step=1 if lost else len(self.rows) + 1)
            for row in self.rows if lost else ():
                _add(file, row)
            self._file = file
        return self._file

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Tells of a failure once; the next epoch tries to write all of them in a new file."""
        try:
            yield
        except OSError as error:
            file, self._file = self._file, None
            if file is not None:
                with suppress(OSError):  # it is the same failure
                    file.close()
            if not self._has_failed:
                log.warning(
                    "the curves in %s cannot be written (%s); training goes on, and the next epoch "
                    "tries it again",
                    self.folder,
                    error.strerror or error,
                )
            self._has_failed = True


def _add(file: EventFile, row: Row) -> None:
    from tensorboard.compat.proto.summary_pb2 import Summary

    for name, value in row.items():
        if name != "epoch" and value is not None:
            file.add(Summary(value=[Summary.Value(tag=name, simple_value=value)]), row["epoch"])
