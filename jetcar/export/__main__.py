"""The command ``python -m jetcar.export``: from a checkpoint to files that other programs load.

Tab completion looks for the words @hydra.main in this file.
"""

from __future__ import annotations

import jetcar.early  # noqa: F401

# isort: split
import logging

from jetcar.settings.command import run_command
from jetcar.settings.schema import Export

log = logging.getLogger("jetcar")


def main(settings: Export) -> None:
    """Exports, then says where the result is and what to do with it."""
    from jetcar.export.run import run_export  # slow to load, and not needed for --help

    out = run_export(settings)
    log.info("%s: %s", settings.to, out)


def run() -> None:
    """Runs the command."""
    run_command("export", Export, main)


if __name__ == "__main__":
    run()
