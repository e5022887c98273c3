"""The lines that a run prints, kept in its folder too."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class _FileHandler(logging.FileHandler):
    """Loses a line rather than print a stack when the disk is full, which others tell."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        """Does nothing."""


@contextmanager
def log_file(path: Path) -> Iterator[None]:
    """Writes every line of the program to a file too, with its time."""
    handler = _FileHandler(path, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    program = logging.getLogger("jetcar")
    program.addHandler(handler)
    try:
        yield
    finally:
        program.removeHandler(handler)
        handler.close()
