"""Trains a network on pictures and masks; ``python train.py --help`` explains it.

Tab completion (``python train.py --shell-completion install=bash``) looks for the words
@hydra.main in this file.
"""

from __future__ import annotations

import jetcar.early  # noqa: F401

# isort: split
from jetcar.training.__main__ import run

if __name__ == "__main__":
    run([__file__])
