"""Frames are saved to the last pixel, at their own size, and nothing is replaced."""

import numpy as np
import pytest

from jetcar.data.pictures import read_image
from jetcar.live.snapshot import save_snapshot
from jetcar.prediction.film.source import Frame


@pytest.fixture
def frame():
    image = np.random.default_rng(0).integers(0, 256, (37, 51, 3), np.uint8)
    return Frame(7, "drive_000007", 0.7, image)


def test_a_frame_is_saved_as_it_is_in_a_folder_that_is_made(tmp_path, frame):
    path = save_snapshot(tmp_path / "new" / "snapshots", frame)
    assert path.name == "drive_000007.png"
    assert (read_image(str(path)) == frame.image).all()


def test_what_is_there_stays_and_the_name_gets_a_number(tmp_path, frame):
    (tmp_path / "drive_000007.png").write_bytes(b"mine")
    names = [save_snapshot(tmp_path, frame).name for _ in range(2)]
    assert names == ["drive_000007-2.png", "drive_000007-3.png"]
    assert (tmp_path / "drive_000007.png").read_bytes() == b"mine"


def test_a_disk_that_is_full_leaves_nothing_behind(tmp_path, frame, monkeypatch):
    def fail(fd):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(OSError, match="No space left"):
        save_snapshot(tmp_path, frame)
    assert list(tmp_path.iterdir()) == []
