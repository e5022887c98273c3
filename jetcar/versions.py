"""Which versions of everything made a result."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

from jetcar import __version__

LIBRARIES = (
    "torch",
    "pytorch-lightning",
    "segmentation-models-pytorch",
    "torchmetrics",
    "numpy",
    "opencv-python-headless",
)

PROJECT = Path(__file__).resolve().parent.parent

GIT_PLACES = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX")
"""Where git sets these, as in its hooks, it would speak of another repository."""


def versions() -> dict[str, str | None]:
    """Versions of the program, its git revision, Python, the system and the main libraries."""
    return {
        "jetcar": __version__,
        "git": _git_revision(),
        "python": platform.python_version(),
        "system": platform.platform(),
        **{name: version(name) for name in LIBRARIES},
    }


def _git_revision() -> str | None:
    """The commit of the project, with ``+`` after it when files were changed.

    None without git, and where the project is no repository of its own: one that only surrounds it,
    such as that of a folder into which it was unpacked or installed, knows nothing of its files.
    """
    try:
        if _git("rev-parse", "--show-prefix"):
            return None  # the repository begins further up
        _git("ls-files", "--error-unmatch", "jetcar/versions.py")
        return _git("describe", "--always", "--abbrev=12", "--dirty=+")
    except (OSError, subprocess.SubprocessError):
        return None


def _git(*words: str) -> str:
    """What git says about the project, whatever repository it was told of by its environment."""
    done = subprocess.run(
        ["git", "-C", str(PROJECT), *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=10,
        check=True,
        env={name: value for name, value in os.environ.items() if name not in GIT_PLACES},
    )
    return done.stdout.strip()
