"""Which versions of everything made a result."""

from __future__ import annotations

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


def versions() -> dict[str, str | None]:
    """Versions of the program, its git revision, Python, the system and the main libraries."""
    return {
        "jetcar": __version__,
        "git": _git_revision(Path(__file__).parent),
        "python": platform.python_version(),
        "system": platform.platform(),
        **{name: version(name) for name in LIBRARIES},
    }


def _git_revision(folder: Path) -> str | None:
    """The commit of the folder, with ``+`` after it when files were changed; None without git."""
    command = ["git", "-C", str(folder), "describe", "--always", "--abbrev=12", "--dirty=+"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
