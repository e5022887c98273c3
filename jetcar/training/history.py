"""What every epoch brought: kept in the checkpoint, written as a table and as curves."""

from __future__ import annotations

import csv
import io
import logging
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jetcar.whole import write_whole

if TYPE_CHECKING:
    from tensorboard.compat.proto.summary_pb2 import Summary
    from torch.utils.tensorboard import SummaryWriter

log = logging.getLogger(__name__)

Row = dict[str, Any]
"""Values of one epoch by name; ``epoch`` counts from 1."""


def is_better(score: float, best: float, monitor: str) -> bool:
    """Whether a score beats the best so far; losses shall fall, everything else shall rise."""
    if math.isnan(score):
        return False
    if math.isnan(best):
        return True
    return score < best if falls(monitor) else score > best


def falls(monitor: str) -> bool:
    """Whether less is better, judged by the name of the score."""
    return monitor.rpartition("/")[2] == "loss"


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
        """Writes all epochs as csv, whole; a value that an epoch lacks is left empty.

        A table that is open in another program, which Windows then protects, is written after the
        next epoch.
        """
        columns = list(dict.fromkeys(name for row in self.rows for name in row))
        text = io.StringIO()
        writer = csv.DictWriter(text, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.rows)
        try:
            write_whole(path, text.getvalue())
        except PermissionError as error:
            log.warning(
                "%s cannot be written (%s). Close it in other programs; the next epoch writes it",
                path,
                error.strerror,
            )


class Curves:
    """The same epochs for TensorBoard.

    Args:
        folder: Receives the event files; those of earlier sessions are continued.
        rows: Epochs that are over; written again where the folder has lost them.
    """

    def __init__(self, folder: Path, rows: list[Row]) -> None:
        self.folder, self.rows = folder, rows
        self._writer: SummaryWriter | None = None

    @property
    def writer(self) -> SummaryWriter:
        """The writer, made when first needed, as its library is slow to load."""
        if self._writer is None:
            from torch.utils.tensorboard import SummaryWriter

            lost = not any(self.folder.glob("events.*"))
            # What a killed session wrote of the epoch that is done again is purged.
            self._writer = SummaryWriter(str(self.folder), purge_step=len(self.rows) + 1)
            for row in self.rows if lost else ():
                self._add(row)
        return self._writer

    def add(self, row: Row) -> None:
        """Adds one epoch and flushes it to the disk."""
        assert self.writer is not None
        self._add(row)
        self.writer.flush()

    def write(self, summary: Summary, step: int) -> None:
        """Adds something of an epoch; ``add`` of that epoch flushes it."""
        file: Any = self.writer.file_writer  # there as long as the writer is open
        file.add_summary(summary, step)

    def _add(self, row: Row) -> None:
        assert self._writer is not None
        for name, value in row.items():
            if name != "epoch":
                self._writer.add_scalar(name, value, row["epoch"])

    def close(self) -> None:
        """Closes the event file."""
        if self._writer is not None:
            self._writer.close()
