"""Trains a network on pictures and masks; ``python train.py --help`` explains it.

Tab completion (``python train.py --shell-completion install=bash``) looks for the words
@hydra.main in this file.
"""

from __future__ import annotations

from jetcar.command import run_command
from jetcar.config import Train


def main(settings: Train) -> int:
    """Trains, then prints where the run is."""
    print(settings)
    return 0


if __name__ == "__main__":
    run_command("train", Train, main)
