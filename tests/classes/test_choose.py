"""Tests of jetcar.classes.choose: which table is taken, and from where."""

import os

import pytest

from jetcar.classes import CAR, IMAGE_SEGMENTER, ClassTable, SegmClass, write_classes, write_csv
from jetcar.classes.choose import choose_table
from jetcar.errors import UserError

ROAD = ClassTable((SegmClass(0, "road", (1, 2, 3)),))


@pytest.fixture
def dataset(tmp_path):
    folder = tmp_path / "above" / "DataSet"
    folder.mkdir(parents=True)
    return folder


def test_a_named_table_is_no_guess(dataset):
    chosen = choose_table("car", dataset)
    assert (chosen.table, chosen.is_guess) == (CAR, False)
    assert str(chosen) == "the car's (data.classes=car), 19 classes"


def test_a_file_says_where_it_is(dataset, tmp_path):
    write_csv(ROAD, tmp_path / "mine.csv")
    chosen = choose_table(str(tmp_path / "mine.csv"), dataset)
    assert (chosen.table, chosen.is_guess) == (ROAD, False)
    assert str(chosen) == f"{tmp_path / 'mine.csv'}, 1 class"


def test_the_data_sets_own_table_is_no_guess(dataset):
    write_classes(ROAD, dataset / "JETCAR_classes.txt")
    chosen = choose_table("auto", dataset)
    assert (chosen.table, chosen.is_guess) == (ROAD, False)
    assert str(chosen) == "JETCAR_classes.txt of the data set, 1 class"


def test_without_a_table_image_segmenters_is_a_guess(dataset):
    chosen = choose_table("auto", dataset)
    assert (chosen.table, chosen.is_guess, chosen.others) == (IMAGE_SEGMENTER, True, ())
    assert str(chosen).startswith("ImageSegmenter's, as the data set has no JetCar_Classes.txt")


def test_tables_of_other_names_are_seen_and_not_taken(dataset):
    write_csv(ROAD, dataset / "labels.csv")
    write_classes(ROAD, dataset.parent / "any.txt")
    (dataset / "list.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    (dataset / "notes.txt").write_text("nothing of use", encoding="utf-8")
    (dataset / "large.csv").write_text(
        "code,name,color\n0,road,000000\n" + "\n" * 100_000, encoding="utf-8"
    )
    if hasattr(os, "mkfifo"):
        os.mkfifo(dataset / "pipe.csv")
    chosen = choose_table("auto", dataset)
    assert chosen.table == IMAGE_SEGMENTER
    assert chosen.others == (dataset / "labels.csv", dataset.parent / "any.txt")


def test_a_misspelt_table_is_told_with_the_near_one(dataset):
    with pytest.raises(UserError, match=r"class file\. Did you mean imagesegmenter\?"):
        choose_table("ImageSegmentor", dataset)


def test_plain_values_say_where_a_table_is_from(dataset):
    write_csv(ROAD, dataset / "labels.csv")
    assert choose_table("auto", dataset).to_plain() == {
        "origin": "ImageSegmenter's, as the data set has no JetCar_Classes.txt",
        "is_guess": True,
        "others": [str(dataset / "labels.csv")],
    }
