"""predict.py with moving pictures, from a film to a film; the network says lane everywhere."""

import re
import signal
import time
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest

from jetcar.data.pictures import read_mask
from jetcar.errors import UserError
from jetcar.prediction.film import source as sources
from jetcar.prediction.film.drawing import CAPTION
from jetcar.prediction.film.signed import key_of_film
from jetcar.prediction.overlay import LEGEND_WIDTH
from jetcar.prediction.run import run_prediction
from tests.films import cut_off, film, moving, read_film

pytestmark = pytest.mark.usefixtures("checkpoint")

LANE = 5


def test_a_film_becomes_a_film_with_the_masks_laid_over_it(settings, tmp_path, caplog):
    film(tmp_path / "drive.mp4", moving(10, (48, 64)), rate=4)
    run_prediction(settings("images=drive.mp4", "batch_size=4"))
    frames, seconds, codec = read_film(Path("predictions/drive.mp4"))
    assert codec == "h264"
    assert seconds == pytest.approx([i / 4 for i in range(10)], abs=0.001)
    assert frames[0].shape == (448 + CAPTION, 598 + LEGEND_WIDTH, 3)  # 598 = 448 * 64 / 48, even
    red, green, blue = frames[5][100, 30].astype(int)  # half of (40, 40, 40) and of (0, 255, 0)
    assert abs(green - 148) < 12
    assert max(abs(red - 20), abs(blue - 20)) < 12
    assert f"film of 10 frames: {Path('predictions/drive.mp4')}" in caplog.text
    assert "0.00 % of the pixels change from a frame to the next" in caplog.text


def test_every_other_frame_at_its_own_time(settings, tmp_path):
    film(tmp_path / "drive.avi", moving(9))
    run_prediction(settings("images=drive.avi", "every=2", "film=mask", "out=mine"))
    frames, seconds, _ = read_film(Path("mine.mp4"))
    assert seconds == pytest.approx([0, 0.2, 0.4, 0.6, 0.8], abs=0.001)
    assert abs(frames[2][100, 100].astype(int) - (0, 255, 0)).max() < 12


def test_frames_get_masks_of_their_own_size_numbered(settings, tmp_path):
    film(tmp_path / "drive.mp4", moving(3, (50, 70)))
    run_prediction(settings("images=drive.mp4", "film=frames", "overlays=true"))
    folder = Path("predictions/drive")
    names = [f"drive_{number:06}.png" for number in (1, 2, 3)]
    assert sorted(path.name for path in folder.iterdir()) == names
    mask = read_mask(str(folder / names[0]))
    assert mask.shape == (50, 70)
    assert (mask == LANE).all()
    with zipfile.ZipFile("predictions/drive.zip") as archive:
        assert archive.namelist() == names
    assert len(list(Path("predictions/drive_overlays").iterdir())) == 3
    run_prediction(settings("images=drive.mp4", "film=frames"))  # again, over its own


def test_a_folder_of_frames_becomes_a_film(settings, draw, tmp_path):
    for i in range(4):
        draw.image(tmp_path / "frames" / f"{i}.jpg")
    run_prediction(settings("images=frames/*.jpg", "rate=4", "smooth=0.5"))
    _, seconds, _ = read_film(Path("predictions/frames.mp4"))
    assert seconds == pytest.approx([0, 0.25, 0.5, 0.75], abs=0.001)


def test_smoothing_says_what_it_has_done(settings, tmp_path, caplog):
    film(tmp_path / "drive.mp4", moving(3))
    run_prediction(settings("images=drive.mp4", "smooth=0.5"))
    told = r"0\.00 % of the pixels change from a frame to the next, 0\.00 % without smooth=0\.5"
    assert re.search(told, caplog.text)


def test_a_film_that_is_cut_off_keeps_what_was_there_and_says_so(settings, tmp_path):
    rng = np.random.default_rng(0)
    drawn = [rng.integers(0, 255, (64, 64, 3), dtype=np.uint8) for _ in range(60)]
    cut_off(film(tmp_path / "drive.mp4", drawn), 0.6)
    with pytest.raises(UserError, match=r"of 60: the rest is cut off\. What there was of it is w"):
        run_prediction(settings("images=drive.mp4"))
    frames, _, _ = read_film(Path("predictions/drive.mp4"))
    assert 25 <= len(frames) <= 40


def test_a_picture_among_frames_that_cannot_be_read_is_told(settings, draw, tmp_path):
    for i in range(3):
        draw.image(tmp_path / "frames" / f"{i}.jpg")
    (tmp_path / "frames" / "1.jpg").write_bytes(b"broken")
    with pytest.raises(UserError, match=r"1 frame could not be read, first: .*1\.jpg cannot be re"):
        run_prediction(settings("images=frames", "film=overlay"))
    assert len(read_film(Path("predictions/frames.mp4"))[0]) == 2


def test_a_film_without_a_frame_leaves_nothing_behind(settings, draw, tmp_path):
    draw.image(tmp_path / "frames" / "1.jpg").write_bytes(b"broken")
    with pytest.raises(UserError, match="frames has no frame that can be decoded"):
        run_prediction(settings("images=frames", "film=overlay"))
    assert not Path("predictions").exists()


def test_a_film_is_replaced_by_one_of_the_same_source_alone(settings, tmp_path):
    film(tmp_path / "drive.mp4", moving(2))
    film(tmp_path / "other" / "drive.mp4", moving(3))
    run_prediction(settings("images=drive.mp4"))
    first = key_of_film(Path("predictions/drive.mp4"))
    run_prediction(settings("images=drive.mp4"))
    assert key_of_film(Path("predictions/drive.mp4")) == first
    run_prediction(settings("images=other/drive.mp4"))
    assert len(read_film(Path("predictions/other_drive.mp4"))[0]) == 3
    with pytest.raises(UserError, match=r"was made of another film\. Delete it, or choose another"):
        run_prediction(settings("images=other/drive.mp4", "out=predictions/drive.mp4"))


def test_what_this_program_did_not_write_or_somebody_changed_stays(settings, tmp_path):
    film(tmp_path / "drive.mp4", moving(2))
    run_prediction(settings("images=drive.mp4"))
    path = Path("predictions/drive.mp4")
    path.write_bytes(path.read_bytes() + b"cut")
    content = path.read_bytes()
    for images in ("drive.mp4", "predictions/drive.mp4"):
        with pytest.raises(UserError, match=r"did not write it or it was changed since\. Move it"):
            run_prediction(settings(f"images={images}", "out=predictions/drive"))
    assert path.read_bytes() == content


class FakeCamera:
    """Gives three pictures in OpenCV's order of colours, then no more."""

    def __init__(self, number):
        assert number == 0
        self.given = 0
        self.is_open = True

    def isOpened(self):  # noqa: N802 (OpenCV's name)
        return True

    def grab(self):
        self.given += 1
        return self.given <= 3

    def retrieve(self):
        return True, np.full((32, 32, 3), (0, 0, 200), np.uint8)

    def release(self):
        self.is_open = False


def recorded():
    (path,) = Path("predictions").glob("camera0_*.mp4")
    return read_film(path)[0]


def test_a_camera_is_recorded_until_it_gives_no_more(settings, monkeypatch):
    monkeypatch.setattr(sources.cv2, "VideoCapture", FakeCamera)
    with pytest.raises(UserError, match=r"camera:0 gives no more pictures\. What there was of it"):
        run_prediction(settings("images=camera:0"))
    frames = recorded()
    assert len(frames) == 3
    assert frames[0][100, 100, 0] > 80 > frames[0][100, 100, 2]  # red is red


def test_ctrl_c_ends_a_recording_that_is_whole(settings, monkeypatch):
    class Stopped(FakeCamera):
        """Somebody types Ctrl-C at its third picture."""

        def grab(self):
            time.sleep(0.01)
            self.given += 1
            if self.given == 3:
                signal.raise_signal(signal.SIGINT)
            return self.given < 5000

    monkeypatch.setattr(sources.cv2, "VideoCapture", Stopped)
    run_prediction(settings("images=camera:0"))
    assert 2 <= len(recorded()) < 1000


def test_a_camera_that_is_not_there_is_told(settings):
    with pytest.raises(UserError, match=r"camera:99 cannot be opened\. Is it plugged in"):
        run_prediction(settings("images=camera:99"))
    assert cv2.VideoCapture(99).isOpened() is False
