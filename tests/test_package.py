"""The package as pip installs it, without the folder that it was made from."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

from hatchling.builders.wheel import WheelBuilder

PROJECT = Path(__file__).parent.parent


def test_an_installed_package_brings_its_settings_along(tmp_path):
    (wheel,) = WheelBuilder(str(PROJECT)).build(directory=str(tmp_path), versions=["standard"])
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    done = subprocess.run(
        [sys.executable, "-m", "jetcar.street", "out=street", "images.train=7", "--cfg", "job"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "installed")},
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""
    assert "train: 7" in done.stdout
    assert (tmp_path / "installed" / "jetcar" / "conf" / "machine" / "colab.yaml").is_file()
