"""Which pictures and true masks are taken, and what is told about odd ones."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from jetcar.errors import UserError
from jetcar.prediction.run import run_prediction

pytestmark = pytest.mark.usefixtures("checkpoint")


def test_masks_can_be_left_out(settings, street, draw, caplog):
    for mask in (street / "Mask" / "Test").iterdir():
        draw.mask(mask, 5, "rgba")  # of a kind that cannot be read as codes
    with pytest.raises(UserError, match="not a mask of codes"):
        run_prediction(settings())
    for way in ("masks=none", "masks=null"):
        assert "2 masks" in run_prediction(settings(way))
    assert "IoU" not in caplog.text


def test_a_folder_of_masks_that_is_not_there_is_told(settings):
    with pytest.raises(UserError, match=r"masks=gone is not a folder\. .* masks=none for no"):
        run_prediction(settings("images=Meine Straße/DataSet/Img/Val", "masks=gone"))


def test_one_picture_does_not_care_for_others_beside_it(settings, draw, tmp_path):
    for name in ("a.jpg", "a.png", "b.jpg"):
        draw.image(tmp_path / "photos" / name)
    assert "1 mask" in run_prediction(settings("images=photos/b.jpg"))
    assert "1 mask" in run_prediction(settings("images=photos/a.png"))
    with pytest.raises(UserError, match=r"a\.jpg and a\.png, which differ only"):
        run_prediction(settings("images=photos"))


@pytest.fixture
def scored(settings, draw, tmp_path):
    """A function from the values of a true mask to what comes of scoring it."""

    def scored(codes, kind="grey"):
        draw.image(tmp_path / "photos" / "a.jpg", size=(32, 32))
        draw.mask(tmp_path / "truth" / "a.png", codes, kind)
        return run_prediction(settings("images=photos", "masks=truth"))

    return scored


def test_a_true_mask_of_another_frame_is_refused(scored):
    with pytest.raises(UserError, match=r"a\.png is 64 x 32 pixels, but its image a\.jpg is 32 x"):
        scored(np.zeros((32, 64)))
    assert not Path("predictions").exists()


def test_a_true_mask_of_black_and_white_is_told(scored, caplog):
    codes = np.zeros((32, 32))
    codes[:8] = 255
    scored(codes)
    assert "a.png holds only 0 and 255; 255 counts as not labelled" in caplog.text


def test_true_masks_without_a_counting_pixel_give_no_score(scored, caplog):
    scored(255)
    assert "no pixel of the true masks counts, so that there is no score" in caplog.text
    assert "nan" not in caplog.text


def test_many_odd_masks_are_told_in_one_line(settings, street, caplog):
    run_prediction(settings(f"images={street / 'Img' / 'Test'}"))
    lines = [one.getMessage() for one in caplog.records if one.levelname == "WARNING"]
    mask = street / "Mask" / "Test" / "f.png"
    assert lines == [f"2 true masks of one value only, first: {mask} holds nothing but 5"]


def test_masks_that_are_given_as_photos_are_noticed(settings, street, caplog):
    run_prediction(settings(f"images={street / 'Mask' / 'Val'}"))
    assert f"{street / 'Mask' / 'Val'} holds what looks like masks (Mask_d.png)" in caplog.text


def test_dark_photos_are_not_taken_for_masks(settings, draw, tmp_path, caplog):
    draw.image(tmp_path / "photos" / "a.png", (1, 2, 3))
    draw.mask(tmp_path / "photos" / "b.png", 200, "rgb")  # grey, but no code of a class
    run_prediction(settings("images=photos"))
    assert "looks like masks" not in caplog.text


def test_scores_are_those_of_the_masks_that_are_written(settings, draw, tmp_path, caplog):
    # 33 of 64 rows are lane_my_dir. The network sees 32 rows, where 33 rows would be 16 or 17.
    codes = np.zeros((64, 64))
    codes[:33] = 5
    draw.image(tmp_path / "photos" / "a.jpg", size=(64, 64))
    draw.mask(tmp_path / "truth" / "a.png", codes, "grey")
    run_prediction(settings("images=photos", "masks=truth"))
    assert f"{33 / 64:.4f}" in caplog.text
    assert (
        "counted at the size of each picture, as its mask is; val/iou in training at 32 x 32"
        in caplog.text
    )


def test_out_in_the_folder_where_one_stands(settings, draw, tmp_path, monkeypatch):
    draw.image(tmp_path / "photos" / "a.jpg")
    (tmp_path / "here").mkdir()
    chosen = settings(f"images={tmp_path / 'photos'}", f"runs={tmp_path / 'runs'}", "out=.")
    monkeypatch.chdir(tmp_path / "here")
    run_prediction(chosen)
    assert Path("a.png").is_file()
    assert Path("../here.zip").is_file()


def test_a_run_is_predicted_from_another_folder_too(settings, checkpoint, monkeypatch, tmp_path):
    from jetcar.model.checkpoint import read_checkpoint, write_checkpoint

    _, content = read_checkpoint(checkpoint)
    content["jetcar"]["settings"]["data"] = {"source": "Meine Straße/DataSet", "root": "data"}
    write_checkpoint(content, checkpoint)
    chosen = settings(f"checkpoint={checkpoint}")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert run_prediction(chosen)["2 masks"] == checkpoint.parent.parent / "predictions"
    shutil.rmtree(tmp_path / "Meine Straße")
    with pytest.raises(UserError, match=r"data\.source=Meine Straße/DataSet is .* images=\.\.\."):
        run_prediction(chosen)
