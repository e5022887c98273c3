"""Tests of labels.convert: splits, names, and what is said."""

import logging

import pytest

from jetcar.data.audit.audit import audit
from jetcar.data.codes import Codes
from jetcar.data.pairs import find_split
from tests.data.labels.test_shapes import SQUARE

CAR = ("car", SQUARE, "polygon")


@pytest.fixture(autouse=True)
def heard(caplog):
    caplog.set_level(logging.INFO)
    return caplog


def views(export, count):
    """Pictures of different views, and a variant of each."""
    for number in range(count):
        for variant in ("z1.00_t00_b0.0_c0.0_n00", "z1.10_t05_b0.0_c0.0_n00"):
            export.labelme(f"Img_{number:04}_{variant}", CAR)


def test_without_a_split_whole_views_are_set_apart_by_the_seed(export, heard):
    views(export, 10)
    made = export.convert()
    train, val = ({name[:8] for name in made.split(split)} for split in ("Train", "Val"))
    assert not train & val
    assert len(made.split("Val")) == 4  # a fifth of 20
    assert "4 of 20 pictures are for validation now, whole views at a time (seed 0)" in (heard.text)
    assert export.convert().split("Val") == made.split("Val")
    assert export.convert(seed=1).split("Val") != made.split("Val")


def test_without_pictures_for_validation_train_is_divided(export, heard):
    for number in range(5):
        export.labelme(f"train/Img_{number:04}_z1_t0_b0_c0_n0", CAR)
    export.labelme("test/Img_0009_z1_t0_b0_c0_n0", CAR)
    made = export.convert()
    assert [len(made.split(name)) for name in ("Train", "Val", "Test")] == [4, 1, 1]
    assert "it has no pictures for validation, so 1 of 5" in heard.text


def test_a_split_that_is_there_stays(export, heard):
    export.labelme("train/a", CAR)
    export.labelme("valid/b", CAR)
    made = export.convert()
    assert (made.split("Train"), made.split("Val")) == (["a"], ["b"])
    assert "are for validation now" not in heard.text


def test_pictures_of_one_view_are_told(export, heard):
    export.labelme("a", CAR)
    assert export.convert().split("Val") == []
    assert "all pictures show one view" in heard.text


def test_pictures_of_one_name_are_called_after_their_folders(export):
    export.labelme("x/a", CAR)
    export.labelme("y/a", CAR)
    export.labelme("y/b", CAR)
    assert sorted(export.convert().images) == ["b", "x_a", "y_a"]


def test_names_in_any_script_stay(export):
    export.labelme("straße/машина 1", CAR)
    made = export.convert()
    assert [*made.images] == ["машина 1"]
    assert made.named("машина 1")[1][1] == "car"


def test_what_is_written_is_paired_and_audited_without_a_word(export):
    export.labelme("train/Img_a", CAR)
    export.labelme("train/mask_b", CAR)
    export.labelme("val/c", CAR)
    made = export.convert()
    splits = {split: find_split(made.folder, split) for split in ("Train", "Val", "Test")}
    assert all(mask for pairs in splits.values() for mask in pairs.masks)
    found = audit(splits, made.table, Codes.of(made.table, []), {})
    assert not found.errors
    assert {"missing", "unused", "scale", "coding"}.isdisjoint(found.warnings)


def test_processes_that_share_the_work_write_the_same(export, monkeypatch):
    views(export, 4)
    alone = export.convert()
    monkeypatch.setattr("jetcar.processes.ALONE", 0)
    shared = export.convert()
    assert sorted(alone.images) == sorted(shared.images)
    for name, path in alone.images.items():
        assert path.read_bytes() == shared.images[name].read_bytes()
        assert (alone.masks[name] == shared.masks[name]).all()


def test_pictures_without_a_label_are_told(export, heard):
    export.labelme("a", CAR)
    export.labelme("b")
    assert export.convert().masks["b"].max() == 0
    assert "1 picture has no label at all" in heard.text
