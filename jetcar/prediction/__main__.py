"""The command ``python -m jetcar.prediction``, which ``predict.py`` and ``jetcar predict`` are too.

Tab completion looks for the words @hydra.main in this file.
"""

from __future__ import annotations

import jetcar.early  # noqa: F401

# isort: split
from jetcar.settings.command import run_command
from jetcar.settings.schema import Predict


def main(settings: Predict) -> None:
    """Predicts, then says where the masks are."""
    from jetcar.prediction.early import refuse_early  # not needed for --help

    refuse_early(settings)
    # Slow to load: what is missing is told before.
    from jetcar.prediction.run import run_prediction, tell_where

    tell_where(run_prediction(settings))


def run() -> None:
    """Runs the command."""
    run_command("predict", Predict, main)


if __name__ == "__main__":
    run()
