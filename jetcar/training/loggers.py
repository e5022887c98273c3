"""Lightning's loggers of a run: the curves for TensorBoard, and ``metrics.csv``."""

from __future__ import annotations

from abc import abstractmethod
from pathlib import Path
from typing import Any

from pytorch_lightning.loggers import Logger

from jetcar.training.history import Curves, Row, write_table

OWN = ("train/", "val/", "lr/", "seconds", "images_per_second")
"""Values of an epoch, by how their names begin; what else is logged is not in the table."""

LAST = "images_per_second"
"""Of them comes last; Lightning asks a logger to save more often than once an epoch."""


class EpochLogger(Logger):
    """Gathers the values of each epoch, and writes them when the last one is there.

    Args:
        folder: Where it writes.
        name: What Lightning calls it.
    """

    def __init__(self, folder: Path, name: str) -> None:
        super().__init__()
        self.folder, self._name = folder, name
        self.row: Row = {}

    @property
    def name(self) -> str:
        """What Lightning calls it."""
        return self._name

    @property
    def version(self) -> str:
        """None: a run that continues has the same one."""
        return ""

    @property
    def save_dir(self) -> str:
        """Where it writes."""
        return str(self.folder)

    def log_hyperparams(self, params: Any, *args: Any, **kwargs: Any) -> None:
        """Does nothing: the run's settings are in its ``config.yaml``."""

    def log_metrics(self, metrics: dict[str, float], step: int | None = None) -> None:
        """Takes values of the epoch ``step``, counted from 1; its speed completes them."""
        self.row |= {name: value for name, value in metrics.items() if name.startswith(OWN)}
        if LAST in metrics:
            row, self.row = {"epoch": step, **self.row}, {}
            self.add(row)

    @abstractmethod
    def add(self, row: Row) -> None:
        """Writes an epoch."""


class CurvesLogger(EpochLogger):
    """Curves for TensorBoard; a continued run goes on where its last checkpoint is.

    Args:
        curves: The file with the curves.
    """

    def __init__(self, curves: Curves) -> None:
        super().__init__(curves.folder, "curves")
        self.curves = curves

    @property
    def experiment(self) -> Curves:
        """The file with the curves; its ``write`` takes any summary of TensorBoard."""
        return self.curves

    def add(self, row: Row) -> None:
        """Adds an epoch."""
        self.curves.add(row)

    def finalize(self, status: str) -> None:
        """Closes the file."""
        self.curves.close()


class TableLogger(EpochLogger):
    """The table ``metrics.csv``, rewritten as a whole after each epoch.

    Args:
        path: The table.
        rows: Epochs that are over.
    """

    def __init__(self, path: Path, rows: list[Row]) -> None:
        super().__init__(path.parent, "table")
        self.path, self.rows = path, list(rows)

    def add(self, row: Row) -> None:
        """Writes the table with one more epoch."""
        self.rows.append(row)
        write_table(self.path, self.rows)
