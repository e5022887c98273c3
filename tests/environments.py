"""Environments with packages that the project itself does not need."""

import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest


def python_with(folder, packages, *options):
    """Python with more packages in front of the installed ones.

    The test is skipped where the package index cannot be reached.

    Args:
        folder: Becomes the environment.
        packages: What to install.
        options: More for ``uv pip install``.
    """
    uv = [sys.executable, "-m", "uv"]
    subprocess.run([*uv, "venv", "--quiet", "--python", sys.executable, folder], check=True)
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    command = [*uv, "pip", "install", "--quiet", "--python", python, *options, *packages]
    installed = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    if installed.returncode and is_unreachable(installed.stderr):
        pytest.skip(f"the package index cannot be reached, so {packages[0]} is not here")
    assert installed.returncode == 0, installed.stderr
    asked = [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    found = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    # Its own packages come first, what a path file names comes last.
    (Path(found) / "of_the_tests.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    return python


def is_unreachable(text):
    signs = ("error sending request", "dns error", "Failed to fetch", "network", "timed out")
    return any(sign in text for sign in signs)
