"""Tests of jetcar.data.source.other_tools: an export is known by its names."""

import pytest

from jetcar.data.source.other_tools import looks_like, names_below

EXPORTS = {
    "a YOLO export": ["data.yaml", "train/images/a.jpg", "train/labels/a.txt"],
    "boxes of Pascal VOC": ["JPEGImages/a.jpg", "Annotations/a.xml"],
    "Label Studio's brushes as PNG": ["task-1-annotation-1-by-1-tag-road-0.png", "a.jpg"],
    "a TFRecord export": ["train/x.tfrecord", "train/x_label_map.pbtxt"],
}


@pytest.mark.parametrize("tool", EXPORTS)
def test_an_export_is_known_whatever_lies_around_it(tool):
    names = ["readme.md", *(f"My Set/{name}" for name in EXPORTS[tool])]
    told = looks_like(names)
    assert told.startswith(f" What is there looks like {tool}")
    assert told.endswith(".")
    assert looks_like(name.replace("/", "\\") for name in names) == told


@pytest.mark.parametrize("names", [[], ["holiday/a.jpg", "b.png"], ["package.json", "index.js"]])
def test_of_what_is_not_known_nothing_is_said(names):
    assert looks_like(names) == ""


def test_names_below_a_folder_have_slashes(tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "c.png").touch()
    (tmp_path / "d.txt").touch()
    assert sorted(names_below(tmp_path)) == ["a/", "a/b/", "a/b/c.png", "d.txt"]
