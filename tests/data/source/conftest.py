"""Where a zip is unpacked to."""

import pytest


@pytest.fixture
def out(tmp_path):
    """An empty folder with a space in its name."""
    folder = tmp_path / "Daten hier"
    folder.mkdir()
    return folder
