"""What predict.py may replace: its own predictions of the same pictures, and nothing else."""

import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from jetcar.errors import UserError
from jetcar.prediction.run import run_prediction
from jetcar.prediction.signature import is_our_zip, key_of, signed
from jetcar.prediction.writer import encode_mask

pytestmark = pytest.mark.usefixtures("checkpoint")

MASK = encode_mask(np.full((32, 32), 5, np.uint8))


def contents(folder: Path):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def photos(draw, tmp_path):
    """A function that draws pictures of these names into a folder."""

    def draw_all(folder, *names):
        for name in names:
            draw.image(tmp_path / folder / name)
        return folder

    return draw_all


@pytest.fixture
def refused(settings, tmp_path):
    """A function from overrides to the sentence about them, after which all is as it was."""

    def refused(*overrides):
        before = contents(tmp_path)
        with pytest.raises(UserError) as caught:
            run_prediction(settings(*overrides))
        assert contents(tmp_path) == before
        return str(caught.value)

    return refused


def test_a_signature_holds_for_the_very_bytes_it_was_made_for():
    mask = signed(MASK, "abc")
    assert key_of(mask) == "abc"
    assert key_of(MASK) is None
    for place in (20, len(mask) // 2, len(mask) - 1):
        assert key_of(mask[:place] + bytes([mask[place] ^ 1]) + mask[place + 1 :]) is None
    for length in range(len(mask)):
        assert key_of(mask[:length]) is None


def test_true_masks_are_never_replaced(refused, street):
    images, masks = street / "Img" / "Test", street / "Mask" / "Test"
    told = refused(f"images={images}", f"out={masks}")
    assert told == f"out={masks} is the folder of the true masks. Choose another folder."
    told = refused(f"images={images}", f"out={masks}", "masks=none")
    assert told == (
        f"{masks} holds 2 files that this program did not write, or that were changed since, first "
        "f.png. They would be replaced: move them away, or choose another folder with out=..."
    )


def test_a_mask_that_was_corrected_by_hand_is_never_replaced(settings, refused, photos):
    photos("photos", "a.jpg", "b.jpg")
    run_prediction(settings("images=photos", "out=labels"))
    corrected = Path("labels/a.png")
    with Image.open(corrected) as mask:
        drawn = mask.copy()
    drawn.putpixel((3, 3), (1, 1, 1))
    drawn.save(corrected)
    told = refused("images=photos", "out=labels")
    assert "holds 1 file that this program did not write, or that was changed since" in told
    corrected.unlink()
    run_prediction(settings("images=photos", "out=labels"))
    assert key_of(corrected.read_bytes())


def test_a_zip_of_somebody_else_stays(settings, refused, photos, street, draw, tmp_path):
    photos("photos", "a.jpg")
    draw.zip(street, tmp_path / "street.zip")
    told = refused("images=photos", "out=street")
    assert told == (
        "street.zip is there already, and this program did not write it or it was changed since. "
        "Move it away, choose another folder with out=..., or use zip=false."
    )
    run_prediction(settings("images=photos", "out=street", "zip=false"))
    assert (tmp_path / "street.zip").is_file()


def test_a_zip_that_somebody_added_to_stays(settings, refused, photos):
    photos("photos", "a.jpg")
    run_prediction(settings("images=photos"))
    assert is_our_zip(Path("predictions/photos.zip"))
    with zipfile.ZipFile("predictions/photos.zip", "a") as archive:
        archive.writestr("notes.txt", "mine")
    assert "photos.zip is there already" in refused("images=photos")


def test_a_page_of_somebody_else_stays(refused, photos):
    photos("photos", "a.jpg")
    Path("mine_report.html").write_text("<html>mine</html>", encoding="utf-8")
    assert "mine_report.html is there already" in refused(
        "images=photos", "out=mine", "report=true"
    )


def test_a_file_that_has_the_name_of_the_folder_stays(refused, photos):
    photos("photos", "a.jpg")
    Path("mine").write_text("mine", encoding="utf-8")
    assert refused("images=photos", "out=mine") == (
        "mine is not a folder. Choose another one with out=..."
    )


def test_folders_of_one_name_do_not_share_their_predictions(settings, photos):
    first = photos("cam1/Test", "a.jpg", "only1.jpg")
    second, third = photos("cam2/Test", "a.jpg"), photos("more/cam2/Test", "a.jpg")
    for day in ("2024.05.01", "2024.05.02"):
        photos(day, "a.jpg")
        assert next(iter(run_prediction(settings(f"images={day}")).values())) == (
            Path("predictions") / day
        )
    for _ in range(2):  # again, into the same places
        for folder, name in ((first, "Test"), (second, "cam2_Test"), (third, "more_cam2_Test")):
            written = run_prediction(settings(f"images={folder}", "overlays=true"))
            assert next(iter(written.values())) == Path("predictions") / name
    assert sorted(p.name for p in Path("predictions/Test").iterdir()) == ["a.png", "only1.png"]
    assert sorted(p.name for p in Path("predictions/cam2_Test").iterdir()) == ["a.png"]


def test_the_folder_above_has_a_name_of_its_own(settings, photos, monkeypatch):
    photos("q", "a.jpg")
    (Path.cwd() / "q" / "sub").mkdir()
    chosen = settings("images=..", f"runs={Path.cwd() / 'runs'}")
    monkeypatch.chdir("q/sub")
    assert run_prediction(chosen)["1 mask"] == Path("predictions/q")


def test_masks_of_other_pictures_stay_in_a_folder_that_was_named(settings, refused, photos):
    photos("cam1", "a.jpg")
    photos("cam2", "b.jpg")
    run_prediction(settings("images=cam1", "out=all"))
    assert refused("images=cam2", "out=all") == (
        "all holds what was predicted for pictures of another folder, first a.png. Delete it, or "
        "choose another folder with out=..."
    )


def test_what_belonged_to_the_masks_before_goes_with_them(settings, photos, caplog):
    photos("photos", "a.jpg", "b.jpg")
    run_prediction(settings("images=photos", "overlays=true", "report=true"))
    Path("photos/b.jpg").unlink()
    Path("predictions/photos/notes.txt").write_text("mine", encoding="utf-8")
    run_prediction(settings("images=photos", "zip=false"))
    assert contents(Path("predictions")).keys() == {"photos/a.png", "photos/notes.txt"}
    assert "photos.zip is removed, as it belongs to the masks before" in caplog.text


def test_one_picture_leaves_the_masks_of_the_others(settings, photos):
    photos("photos", "a.jpg", "b.jpg")
    run_prediction(settings("images=photos", "out=all", "overlays=true"))
    run_prediction(settings("images=photos/a.jpg", "out=all", "overlays=true"))
    assert sorted(p.name for p in Path("all").iterdir()) == ["a.png", "b.png"]
    assert sorted(p.name for p in Path("all_overlays").iterdir()) == ["a.png", "b.png"]


def test_a_picture_of_a_person_among_the_overlays_stays(settings, photos):
    photos("photos", "a.jpg")
    photos("all_overlays", "mine.png")
    run_prediction(settings("images=photos", "out=all", "overlays=true"))
    run_prediction(settings("images=photos", "out=all", "overlays=true"))
    assert sorted(p.name for p in Path("all_overlays").iterdir()) == ["a.png", "mine.png"]


def test_what_an_older_version_left_in_a_run_is_replaced(settings, checkpoint):
    run_prediction(settings())
    run = checkpoint.parent.parent
    with zipfile.ZipFile(run / "predictions.zip", "w") as archive:
        for path in sorted((run / "predictions").iterdir()):
            path.write_bytes(MASK)  # without a signature
            archive.writestr(path.name, MASK)
    run_prediction(settings())
    assert all(key_of(path.read_bytes()) for path in (run / "predictions").iterdir())


def test_in_a_run_too_a_corrected_mask_stays(settings, refused, checkpoint):
    run_prediction(settings())
    (checkpoint.parent.parent / "predictions" / "f.png").write_bytes(MASK)
    assert "predictions holds 1 file that this program did not write" in refused()


def test_the_same_masks_again_keep_what_belongs_to_them(settings, checkpoint, photos):
    photos("photos", "a.jpg")
    run_prediction(settings("images=photos", "overlays=true", "report=true"))
    before = contents(Path("predictions"))
    run_prediction(settings("images=photos", "zip=false"))
    assert contents(Path("predictions")) == before


def test_overlays_of_training_go_with_the_masks_that_they_show(settings, street, checkpoint):
    run_prediction(settings("overlays=true"))
    run = checkpoint.parent.parent
    (run / "predictions_overlays").rename(run / "overlays")
    (street / "Img" / "Test" / "g.jpg").unlink()
    run_prediction(settings())
    assert not (run / "overlays").exists()
