"""What images=... names: a film, a camera, a stream or frames; what is not there is told."""

import pytest

from jetcar.errors import UserError
from jetcar.prediction.early import refuse_early
from jetcar.prediction.film.named import CAMERAS, FILE, PICTURES, STREAM, named_film

pytestmark = pytest.mark.usefixtures("checkpoint")


@pytest.mark.parametrize(
    ("images", "kind", "title", "stem"),
    [
        ("camera:0", CAMERAS, "camera:0", "camera0"),
        ("rtsp://10.0.0.5:554/live", STREAM, "rtsp://10.0.0.5:554/live", "10.0.0.5"),
        ("http://me:secret@car/mjpeg?key=1", STREAM, "http://car/mjpeg", "car"),
    ],
)
def test_cameras_and_streams_are_told_without_their_passwords(images, kind, title, stem):
    named = named_film(images, None)
    assert (named.kind, named.title, named.stem, named.is_live) == (kind, title, stem, True)


def test_films_are_told_by_their_suffix_in_any_case(tmp_path):
    for name in ("drive.mp4", "b.AVI", "c.mov", "d.WebM"):
        (tmp_path / name).touch()
        named = named_film(str(tmp_path / name), None)
        assert (named.kind, named.is_live) == (FILE, False)


def test_frames_are_a_glob_or_what_is_asked_to_be_a_film(draw, tmp_path):
    for name in ("b.png", "a.jpg", "note.txt"):
        draw.image(tmp_path / "frames" / name) if name != "note.txt" else None
    (tmp_path / "frames" / "note.txt").touch()
    folder = str(tmp_path / "frames")
    assert named_film(folder, None) is None  # pictures, one by one
    named = named_film(folder, "overlay")
    assert (named.kind, named.stem) == (PICTURES, "frames")
    assert [one.rpartition("/")[2] for one in named.pictures] == ["a.jpg", "b.png"]
    assert named_film(f"{folder}/*.png", None).pictures == (f"{folder}/b.png",)


@pytest.mark.parametrize(
    ("wishes", "sentence"),
    [
        (["images=lost.mp4"], r"images=lost\.mp4 is not there\. Check the path of the film"),
        (["images=lost/*.jpg"], r"images=lost/\*\.jpg holds no picture \(\.jpg"),
        (["film=mask"], r"film=mask needs moving pictures; name them with images="),
        (["images=http://"], r"images=http:// names no computer"),
        (["images=http://[1"], r"images=http://\[1 is no address"),
        (["images=camera:0", "report=true"], r"report=true is for pictures, and images=camera:0"),
        (["images=camera:0", "masks=runs"], r"masks=runs is for pictures"),
        (["images=camera:0", "layout=streetmaker"], r"layout=streetmaker is for pictures"),
    ],
)
def test_what_cannot_be_a_film_is_told_first(settings, wishes, sentence):
    with pytest.raises(UserError, match=sentence):
        refuse_early(settings(*wishes))
