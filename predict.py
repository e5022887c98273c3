"""Predicts the masks of pictures; ``python predict.py --help`` explains it.

Tab completion (``python predict.py --shell-completion install=bash``) looks for the words
@hydra.main in this file.
"""

from __future__ import annotations

import jetcar.early  # noqa: F401

# isort: split
from jetcar.prediction.__main__ import run

if __name__ == "__main__":
    run()
