"""jetcar live in this process: what ends it, and what it leaves."""

import signal
import time

import pytest

from jetcar.errors import UserError
from jetcar.live.early import refuse_early
from jetcar.live.film import show_film
from jetcar.prediction.film import source as sources
from tests.composed import settings_of
from tests.live.test_server import free_port
from tests.prediction.film.test_film import FakeCamera


@pytest.fixture
def show(checkpoint, tmp_path, monkeypatch):
    """Shows a camera until it ends."""
    monkeypatch.chdir(tmp_path)

    def show(*words):
        port = f"port={free_port()}"
        settings = settings_of("live", f"checkpoint={checkpoint}", "device=cpu", port, *words)
        show_film(settings, refuse_early(settings))

    return show


def test_a_camera_that_drops_is_told(show, monkeypatch):
    monkeypatch.setattr(sources.cv2, "VideoCapture", FakeCamera)
    with pytest.raises(UserError) as told:
        show()  # without a source it is the first camera
    assert str(told.value) == "camera:0 gives no more pictures. The same command begins again."


def test_a_stream_that_ends_by_itself_is_told_too(show, monkeypatch):
    class Over(sources._Camera):
        """One that has nothing to say about its end."""

        @property
        def missing(self):
            return ""

        @missing.setter
        def missing(self, sentence):
            pass

    monkeypatch.setattr(sources.cv2, "VideoCapture", FakeCamera)
    monkeypatch.setattr(sources, "_Camera", Over)
    with pytest.raises(UserError, match=r"camera:0 has ended\. The same command begins again\."):
        show("source=camera:0")


def test_ctrl_c_ends_it_with_a_sentence_and_leaves_no_file(show, monkeypatch, tmp_path, caplog):
    class Stopped(FakeCamera):
        """Somebody types Ctrl-C at its third picture."""

        def grab(self):
            time.sleep(0.01)
            self.given += 1
            if self.given == 3:
                signal.raise_signal(signal.SIGINT)
            return True

    monkeypatch.setattr(sources.cv2, "VideoCapture", Stopped)
    show()
    assert caplog.messages[-1] == "the page is closed"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["best.ckpt"]


def test_a_camera_that_is_not_there_is_told_before_a_page_is(show, caplog):
    with pytest.raises(UserError, match=r"camera:99 cannot be opened\. Is it plugged in"):
        show("source=camera:99")
    assert "open http" not in caplog.text
