"""Films of every kind are decoded frame by frame, and what is wrong with one is told."""

import http.server
import logging
import threading

import av
import numpy as np
import pytest

from jetcar.errors import UserError
from jetcar.prediction.film import container
from jetcar.prediction.film.container import Container
from tests.films import CLOCKWISE, cut_off, film, moving


def frames_of(path, every=1):
    """Numbers, times and pictures, and what is missing."""
    with Container(str(path), path.name, False) as opened:
        found = list(opened.frames(every))
        return [[one[i] for one in found] for i in range(3)], opened.missing


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".avi", ".webm", ".mkv"])
def test_each_kind_of_film_gives_its_frames_upright_and_in_time(tmp_path, suffix):
    drawn = moving(12, (48, 64))
    path = film(tmp_path / f"drive{suffix}", drawn, rate=4)
    (numbers, seconds, images), missing = frames_of(path)
    assert numbers == list(range(1, 13))
    assert seconds == pytest.approx([i / 4 for i in range(12)], abs=0.01)
    assert missing == ""
    for image, pixels in zip(images, drawn, strict=True):
        assert image.shape == (48, 64, 3)
        assert np.abs(image.astype(int) - pixels).mean() < 12  # these codecs lose a little


def test_odd_sizes_and_a_single_frame_are_films_too(tmp_path):
    (numbers, _, images), missing = frames_of(film(tmp_path / "one.mp4", moving(1, (33, 51))))
    assert (numbers, images[0].shape, missing) == ([1], (33, 51, 3), "")


def test_frames_that_are_not_evenly_spaced_keep_their_times(tmp_path):
    times = [0, 0.1, 0.5, 0.55, 2]
    (_, seconds, _), _ = frames_of(film(tmp_path / "a.mp4", moving(5), seconds=times))
    assert seconds == pytest.approx(times, abs=0.002)


def test_every_third_frame_keeps_its_number_and_its_time(tmp_path):
    (numbers, seconds, _), missing = frames_of(film(tmp_path / "a.mp4", moving(10)), every=3)
    assert numbers == [1, 4, 7, 10]
    assert seconds == pytest.approx([0, 0.3, 0.6, 0.9], abs=0.002)
    assert missing == ""


def test_a_film_of_a_phone_held_upright_is_turned(tmp_path):
    pixels = np.zeros((32, 64, 3), np.uint8)
    pixels[:, :32] = (200, 30, 30)
    (_, _, images), _ = frames_of(film(tmp_path / "a.mp4", [pixels] * 3, matrix=CLOCKWISE))
    assert images[0].shape == (64, 32, 3)
    assert images[0][:28, :, 0].min() > 150  # what was left is at the top
    assert images[0][36:, :, 0].max() < 50


@pytest.mark.parametrize("suffix", [".mp4", ".avi", ".mkv"])
def test_of_a_film_that_is_cut_off_what_was_there_is_given_and_the_rest_is_told(tmp_path, suffix):
    rng = np.random.default_rng(0)  # noise needs many bytes, so that the cut is among them
    drawn = [rng.integers(0, 255, (64, 64, 3), dtype=np.uint8) for _ in range(60)]
    path = cut_off(film(tmp_path / f"drive{suffix}", drawn), 0.6)
    (numbers, _, _), missing = frames_of(path)
    assert 25 <= len(numbers) <= 40
    assert f"drive{suffix} ends after {len(numbers)} frames, " in missing or (
        f"drive{suffix} ends after {len(numbers)} frames of 60: the rest is cut off" == missing
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "Invalid data"), (b"no film at all" * 99, "Invalid data")],
)
def test_what_is_no_film_is_refused_in_a_sentence(tmp_path, content, reason):
    path = tmp_path / "drive.mp4"
    path.write_bytes(content)
    with pytest.raises(UserError, match=rf"drive\.mp4 cannot be opened as a film \({reason}"):
        frames_of(path)


def test_a_film_of_too_many_pixels_is_refused_before_it_is_decoded(tmp_path, monkeypatch):
    monkeypatch.setattr(container, "MAX_PIXELS", 3_000_000)
    with pytest.raises(UserError, match=r"a\.mp4 has 2000 x 2000 pixels, more than 3 million"):
        frames_of(film(tmp_path / "a.mp4", moving(1, (2000, 2000))))


def test_a_film_of_sound_alone_is_refused(tmp_path):
    path = tmp_path / "a.mp4"
    with av.open(str(path), "w") as opened:
        stream = opened.add_stream("aac", rate=8000)
        sound = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
        sound.sample_rate = 8000
        opened.mux(stream.encode(sound))
        opened.mux(stream.encode(None))
    with pytest.raises(UserError, match=r"a\.mp4 holds no moving pictures\. Name another film"):
        frames_of(path)


def test_a_playlist_that_calls_itself_a_film_leads_nowhere(tmp_path):
    film(tmp_path / "secret.mp4", moving(3))
    path = tmp_path / "drive.mp4"
    path.write_text(
        "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nsecret.mp4\n#EXT-X-ENDLIST\n", "utf-8"
    )
    with pytest.raises(UserError, match=r"drive\.mp4 cannot be opened as a film"):
        frames_of(path)


@pytest.fixture
def served(tmp_path):
    """The address of a server of the files in a folder."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments):
            super().__init__(*arguments, directory=str(tmp_path))

        def log_message(self, *arguments):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_a_stream_by_http_is_read_until_it_ends(tmp_path, served):
    film(tmp_path / "drive.webm", moving(8))
    with Container(f"{served}/drive.webm", "the stream", True) as opened:
        assert len(list(opened.frames(1))) == 8
        assert opened.missing == ""


def test_a_stream_that_drops_is_told_and_what_came_before_is_given(tmp_path, served, monkeypatch):
    path = film(tmp_path / "drive.mkv", moving(60, (128, 128)))
    whole = path.stat().st_size
    cut_off(path, 0.5)

    def says_more_than_it_sends(handler, name, value):
        original(handler, name, str(whole) if name == "Content-Length" else value)

    original = http.server.BaseHTTPRequestHandler.send_header
    monkeypatch.setattr(http.server.BaseHTTPRequestHandler, "send_header", says_more_than_it_sends)
    with Container(f"{served}/drive.mkv", "the stream", True) as opened:
        frames = list(opened.frames(1))
        assert 10 < len(frames) < 60
        assert opened.missing.startswith("the stream has dropped (")


def test_a_stream_that_is_not_there_is_told(served, caplog):
    caplog.set_level(logging.DEBUG)
    with pytest.raises(UserError, match=r"the stream cannot be opened \(.*Not Found"):
        Container(f"{served}/lost.webm", "the stream", True)
