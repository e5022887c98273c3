"""The command ``python -m jetcar.prediction``, which ``predict.py`` and ``jetcar predict`` are too.

Tab completion looks for the words @hydra.main in this file.
"""

from __future__ import annotations

import jetcar.early  # noqa: F401

# isort: split
import logging

from jetcar.settings.command import run_command
from jetcar.settings.schema import Predict

log = logging.getLogger("jetcar")


def main(settings: Predict) -> None:
    """Predicts, then says where the masks are."""
    from jetcar.prediction.run import run_prediction  # slow to load, and not needed for --help

    for what, where in run_prediction(settings).items():
        log.info("%s: %s", what, where)


def run() -> None:
    """Runs the command."""
    run_command("predict", Predict, main)


if __name__ == "__main__":
    run()
