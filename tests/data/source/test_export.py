"""Exports of labelling tools as data.source: made a data set once, and again when they change."""

import json
import logging
import os
import zipfile

import numpy as np
import pytest
from PIL import Image

from jetcar.classes import IMAGE_SEGMENTER, read_classes
from jetcar.data.labels.class_codes import Choices
from jetcar.data.layout import CONVERTED
from jetcar.data.prepare import gather, prepare_data
from jetcar.data.source.__main__ import main
from jetcar.data.source.fetch import convert_source, fetch
from jetcar.data.source.of_run import dataset_of_run
from jetcar.errors import UserError
from tests.composed import settings_of

SQUARE = [[1, 1], [3, 1], [3, 3], [1, 3]]


@pytest.fixture
def root(tmp_path):
    return tmp_path / "data"


@pytest.fixture
def labelled(tmp_path, draw):
    """A folder with four labelled pictures, of a car each."""
    folder = tmp_path / "meine Bilder"
    for number in range(4):
        name = f"Img_{number:04}_z1.00_t00_b0.0_c0.0_n00"
        draw.image(folder / f"{name}.png", size=(3, 4))
        shape = {"label": "car", "points": SQUARE, "shape_type": "polygon"}
        content = {"shapes": [shape], "imagePath": f"{name}.png"}
        (folder / f"{name}.json").write_text(json.dumps(content), "utf-8")
    return folder


def data(source, root, *more):
    return settings_of("train", f"data.source={source}", f"data.root={root}", *more).data


def test_train_reads_what_a_tool_exports(labelled, root, caplog):
    caplog.set_level(logging.INFO)
    found = prepare_data(data(labelled, root), 0)
    assert [len(found.splits[name]) for name in ("Train", "Val", "Test")] == [3, 1, 0]
    assert found.table.names == {0: "nothing", 1: "car"}
    assert "labelme: 4 pictures; classes: 0 nothing, 1 car" in caplog.text
    assert "1 of 4 pictures are for validation now" in caplog.text


def test_it_is_made_once_and_again_when_a_label_or_a_choice_changes(labelled, root, caplog):
    caplog.set_level(logging.INFO)
    first = fetch(str(labelled), root, choices=Choices())
    caplog.clear()
    assert fetch(str(labelled), root, choices=Choices()) == first
    assert caplog.text == ""
    assert fetch(str(labelled), root, choices=Choices(unlabelled="ignore")) != first
    path = min(labelled.glob("*.json"))
    os.utime(path, (1, 1))
    assert fetch(str(labelled), root, choices=Choices()) != first


def test_the_zip_of_an_export_is_read_too(labelled, root, draw, tmp_path):
    for top in ("", "project/"):
        path = draw.zip(labelled, tmp_path / f"export{len(top)}.zip", top)
        made = fetch(str(path), root, choices=Choices())
        assert len(list(made.glob("Mask/*/*.png"))) == 4


def test_an_unsafe_zip_is_refused_before_it_is_read(labelled, root, tmp_path):
    path = tmp_path / "bad.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../a.json", '{"shapes": []}')
    with pytest.raises(UserError, match="would land outside its folder"):
        fetch(str(path), root, choices=Choices())
    assert not root.exists()


def test_without_choices_nothing_is_made(labelled, root):
    with pytest.raises(UserError, match="holds no data set"):
        fetch(str(labelled), root)
    assert not root.exists()


def test_what_was_made_is_no_part_of_the_export(labelled):
    inside = labelled / "data"
    first = fetch(str(labelled), inside, choices=Choices())
    assert fetch(str(labelled), inside, choices=Choices()) == first


def test_a_run_finds_the_data_set_that_was_made_for_it_and_makes_none(labelled, root, tmp_path):
    settings = vars(data(labelled, root, "data.unlabelled=ground"))
    run = {"data": {**settings, "image_size": 32}}
    with pytest.raises(UserError, match=r"The data set was converted from .* and is not in"):
        dataset_of_run(run, tmp_path / "x.ckpt")
    assert not root.exists()
    made = gather(data(labelled, root, "data.unlabelled=ground"), 0).dataset
    assert dataset_of_run(run, tmp_path / "x.ckpt") == made


@pytest.mark.parametrize(
    "wrong", [{"merge": 7}, {"line_width": -1}, {"unlabelled": ""}, {"merge": {"a": ["b"] * 2}}]
)
def test_a_run_with_choices_that_are_none_finds_nothing(labelled, root, tmp_path, wrong):
    run = {"data": {**vars(data(labelled, root)), **wrong}}
    with pytest.raises(UserError, match="holds no data set"):
        dataset_of_run(run, tmp_path / "x.ckpt")


def test_classes_of_a_data_set_are_merged(street, root):
    merge = "data.merge={line: [white_solid_line], ignore: [nothing]}"
    found = prepare_data(data(street, root, merge), 0)
    assert (found.dataset / CONVERTED).is_file()
    assert found.table.names == {
        code: "line" if name == "white_solid_line" else name
        for code, name in IMAGE_SEGMENTER.names.items()
        if name != "nothing"
    }
    masks = [np.array(Image.open(mask)) for mask in found.splits["Train"].masks]
    assert [int(mask[0, 0]) for mask in masks] == [5, 255, 1]
    assert list(street.rglob(".jetcar*")) == []


def test_the_nearest_colours_of_a_data_set_are_taken(street, root):
    (street / "classes.csv").write_text("code,name,color\n0,a,000000\n1,b,FF0000\n", "utf-8")
    table = f"data.classes={street / 'classes.csv'}"
    for mask in street.glob("Mask/*/*.png"):
        Image.fromarray(np.full((32, 32, 3), (250, 5, 0), np.uint8)).save(mask)
    with pytest.raises(UserError, match="holds colours instead of class codes"):
        prepare_data(data(street, root, table), 0)
    found = prepare_data(data(street, root, table, "data.nearest_color=true"), 0)
    assert {np.array(Image.open(mask)).max() for mask in found.splits["Val"].masks} == {1}


def test_the_command_writes_a_data_set_that_stands_on_its_own(labelled, root, tmp_path, caplog):
    caplog.set_level(logging.INFO)
    out = tmp_path / "sets" / "mine"
    words = (f"source={labelled}", f"out={out}", f"root={root}")
    main(settings_of("convert", *words, "merge={vehicle: [car]}"))
    assert read_classes(out / "JetCar_Classes.txt").names == {0: "nothing", 1: "vehicle"}
    assert f"{out}: 3 Train, 1 Val images" in caplog.text
    assert not (out / CONVERTED).exists()
    assert len(prepare_data(data(out, root), 0).splits["Train"]) == 3
    with pytest.raises(UserError, match=r"out=.* is there already\. Delete it"):
        main(settings_of("convert", *words))


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("merge={car: truck}", r"merge=.* must list labels for each class, such as merge={car: "),
        ("merge=[a]", "must list labels for each class"),
        ("merge={car: [a], bus: [a]}", "merge names a twice"),
        ("line_width=0", "line_width=0.0 must be from 1 to 1000"),
        ("unlabelled=' '", "unlabelled has no name"),
        ("seed=-1", "seed=-1 must be from 0"),
        ("nearest_color=maybe", "must be true or false"),
    ],
)
def test_a_wrong_setting_is_told(word, told):
    with pytest.raises(UserError, match=told):
        settings_of("convert", "source=x", "out=y", word)


@pytest.mark.parametrize(("program", "section"), [("train", "data."), ("audit", "")])
def test_other_programs_tell_it_too(program, section):
    words = [] if program == "train" else ["source=x"]
    with pytest.raises(UserError, match=f"{section}merge=7 must list labels for each class"):
        settings_of(program, *words, f"{section}merge=7")


def test_a_folder_with_all_that_somebody_has_is_told(labelled, root, monkeypatch):
    monkeypatch.setattr("jetcar.data.labels.folder.MOST_FILES", 7)
    with pytest.raises(UserError, match=r"holds more than 7 files\. Name the folder of the data"):
        fetch(str(labelled), root, choices=Choices())


def test_files_of_a_run_are_no_export(tmp_path, root):
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "audit.json").write_text('{"splits": {"Train": {"images": 3}}}', "utf-8")
    with pytest.raises(UserError, match="holds no data set"):
        fetch(str(tmp_path), root, choices=Choices())


def test_a_folder_that_is_no_export_is_told(tmp_path, root):
    (tmp_path / "holiday").mkdir()
    with pytest.raises(UserError, match="holds no data set"):
        convert_source(str(tmp_path / "holiday"), root, Choices(), tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no such pipes")
def test_a_pipe_in_an_export_is_left_alone(labelled, root):
    os.mkfifo(labelled / "x.json")
    assert len(list(fetch(str(labelled), root, choices=Choices()).glob("Img/*/*"))) == 4
