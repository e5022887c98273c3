"""Data is looked through once, and again when a file or the table has changed."""

import errno
import json
import logging
import os
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from jetcar.classes import CAR, IMAGE_SEGMENTER
from jetcar.data.audit import look
from jetcar.data.codes import PLAIN
from jetcar.data.prepare import prepare_data, remapped, with_coding
from jetcar.errors import UserError
from jetcar.settings.schema import Data


@pytest.fixture
def prepare(street, tmp_path, monkeypatch):
    """A function that prepares the street; it returns the data and how many pairs it opened."""
    opened = []
    real = look.look_at
    monkeypatch.setattr(look, "look_at", lambda *args: (opened.append(args), real(*args))[1])

    def run(**more):
        opened.clear()
        settings = {"classes": "auto", "ignore": [], "split": "folders", **more}
        data = prepare_data(Data(source=str(street), root=str(tmp_path / "data"), **settings), 0)
        return data, len(opened)

    return run


def test_a_data_set_is_looked_through_once(prepare):
    assert prepare()[1] == 7  # 3 Train, 2 Val and 2 Test pairs
    again, opened = prepare()
    assert opened == 0
    assert again.audit["splits"]["Train"]["images"] == 3


def test_a_new_mask_of_the_same_size_is_looked_at(prepare, street):
    mask = street / "Mask/Train/Mask_a.png"
    prepare()
    os.utime(mask, ns=(1, 1))
    assert prepare()[1] == 7


def test_another_table_looks_anew(prepare):
    prepare()
    assert prepare(classes="streetmaker")[1] == 7


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"format": 0}', '{"format": 2}', "[" * 100_000, "\x00\xff"]
)
def test_a_damaged_note_is_made_anew(prepare, tmp_path, content):
    prepare()
    (note,) = (tmp_path / "data/audits").iterdir()
    note.write_text(content, encoding="latin-1")
    assert prepare()[1] == 7
    assert prepare()[1] == 0


def test_errors_stop_and_leave_no_note(prepare, street, tmp_path, draw):
    draw.mask(street / "Mask/Train/Mask_a.png", 99)
    with pytest.raises(UserError, match=r"Mask_a\.png holds the code 99"):
        prepare()
    assert not (tmp_path / "data/audits").exists()


def test_the_fingerprint_comes_from_the_note_and_changes_with_a_mask(prepare, street):
    first = prepare()[0].fingerprint
    again, opened = prepare()
    assert (again.fingerprint, opened) == (first, 0)
    mask = street / "Mask/Train/Mask_a.png"
    content = mask.read_bytes()
    mask.write_bytes((street / "Mask/Train/Mask_b.png").read_bytes())
    assert prepare()[0].fingerprint != first
    mask.write_bytes(content)
    assert prepare()[0].fingerprint == first


def test_a_note_without_a_fingerprint_is_of_a_former_version(prepare, tmp_path):
    wanted = prepare()[0].fingerprint
    (note,) = (tmp_path / "data/audits").iterdir()
    plain = json.loads(note.read_text(encoding="utf-8"))
    del plain["fingerprint"]
    note.write_text(json.dumps(plain), encoding="utf-8")
    again, opened = prepare()
    assert (again.fingerprint, opened) == (wanted, 7)


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES, errno.ENOSPC])
def test_where_no_note_can_be_written_the_data_is_used_all_the_same(
    prepare, monkeypatch, caplog, number
):
    def refuse(path, plain):
        raise OSError(number, os.strerror(number), str(path))

    monkeypatch.setattr("jetcar.data.prepare.write_json", refuse)
    with caplog.at_level(logging.INFO):
        assert prepare()[0].audit["splits"]["Train"]["images"] == 3
    assert f"({os.strerror(number)}), so these files are checked again the next time" in caplog.text


def test_a_split_by_view_is_another_data_set(prepare, street):
    rng = np.random.default_rng(0)
    for image in street.glob("Img/*/*.jpg"):
        Image.fromarray(rng.integers(0, 256, (32, 32, 3), np.uint8)).save(image)
    folders, by_view = prepare()[0], prepare(split="by_view")[0]
    assert folders.fingerprint != by_view.fingerprint
    assert sum(map(len, folders.splits.values())) == sum(map(len, by_view.splits.values()))


def test_a_single_picture_cannot_be_split(prepare, street):
    for image in [*street.glob("Img/Train/*"), *street.glob("Img/Val/*")][1:]:
        image.unlink()
    with pytest.raises(UserError, match="has a single picture for Train and Val, which cannot be"):
        prepare(split="by_view")


def test_codes_are_matched_by_name(prepare):
    data = prepare()[0]
    ours = {c.name: c.code for c in IMAGE_SEGMENTER.classes}
    with pytest.raises(UserError, match="has no class 'white_solid_line'"):
        remapped(data, CAR)
    assert remapped(data, IMAGE_SEGMENTER).codes.wanted[5] == ours["lane_my_dir"]


def test_masks_are_read_by_colour_now_and_when_they_were_checked_before(prepare, street):
    colors = {c.code: c.color for c in IMAGE_SEGMENTER.classes}
    for path in street.glob("Mask/*/*.png"):
        image = Image.fromarray(np.zeros((32, 32), np.uint8))
        image.putpalette(colors[int(np.asarray(Image.open(path))[0, 0])])
        image.save(path)  # one entry: index 0 has another colour in each file
    for opened in (7, 0):
        data, count = prepare()
        assert count == opened
        assert data.codes.coding.palette == "colour"
        mask = str(street / "Mask/Train/Mask_a.png")
        assert (data.codes.read_mask(mask, 4, 4) == 5).all()
        assert remapped(data, IMAGE_SEGMENTER).codes.coding == data.codes.coding
        again = with_coding(replace(data, codes=data.codes.said_by(PLAIN))).codes
        assert again.coding == data.codes.coding
        assert (again.wanted == data.codes.wanted).all()


def test_which_table_was_taken_is_said_and_kept(prepare, caplog):
    data = prepare(classes="imagesegmenter")[0]
    assert "class table: ImageSegmenter's (data.classes=imagesegmenter), 22 classes" in caplog.text
    assert data.audit["table"] == {
        "origin": "ImageSegmenter's (data.classes=imagesegmenter)",
        "is_guess": False,
        "others": [],
    }


def test_image_segmenters_names_are_given_to_its_own_files_and_told_every_time(prepare, caplog):
    for _ in range(2):
        caplog.clear()
        data, _ = prepare()  # the names are Img_... and Mask_...
        assert data.table == IMAGE_SEGMENTER
        (told,) = data.audit["warnings"]["table"]
        assert "its classes are ImageSegmenter's (0 nothing, 1 white_solid_line, 2 white" in told
        assert "data.classes=my.csv" in told
        assert caplog.text.count(told) == 1
    assert "table" not in prepare(classes="imagesegmenter")[0].audit["warnings"]


def test_classes_of_a_foreign_data_set_are_called_after_their_values(prepare, street, caplog):
    for path in [*street.glob("Img/*/*.jpg"), *street.glob("Mask/*/*.png")]:
        path.rename(path.with_name(path.name.rpartition("_")[2]))
    for opened in (7, 0):
        caplog.clear()
        data, count = prepare()
        assert count == opened
        (told,) = data.audit["warnings"]["table"]
        assert told.startswith("The data set has no class table, and its files are not called as")
        assert "(0 class_0, 1 class_1, 5 class_5, ...)" in told
        assert "data.classes=my.csv" in told
        assert [*data.table.names] == [0, 1, 5]
        assert caplog.text.count(told) == 1
    assert "table" not in prepare(classes="imagesegmenter")[0].audit["warnings"]


def test_a_table_that_is_not_taken_is_told(prepare, street):
    (street / "classes.csv").write_text("code,name,color\n0,road,000000\n", encoding="utf-8")
    told = prepare()[0].audit["warnings"]["table"][-1]
    assert told == (
        f"{street / 'classes.csv'} is not used. Take it with data.classes={street / 'classes.csv'}"
    )
