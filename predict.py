"""Predicts the masks of pictures; ``python predict.py --help`` explains it.

Tab completion (``python predict.py --shell-completion install=bash``) looks for the words
@hydra.main in this file.
"""

from __future__ import annotations

import jetcar.early  # noqa: F401

# isort: split
import logging

from jetcar.command import run_command
from jetcar.config import Predict

log = logging.getLogger("jetcar")


def main(settings: Predict) -> None:
    """Predicts, then says where the masks are."""
    from jetcar.prediction.run import run_prediction  # slow to load, and not needed for --help

    for what, where in run_prediction(settings).items():
        log.info("%s: %s", what, where)


if __name__ == "__main__":
    run_command("predict", Predict, main)
