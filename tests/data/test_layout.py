"""Tests of jetcar.data.layout: the parts of a data set are found whatever the case."""

import pytest

from jetcar.data.layout import find_datasets, is_dataset, split_folder, subfolder


def test_a_split_is_found(street):
    assert split_folder(street, "Mask", "Val") == street / "Mask" / "Val"


def test_a_split_is_found_whatever_the_case_of_its_letters(tmp_path):
    (tmp_path / "IMG" / "train").mkdir(parents=True)
    found = split_folder(tmp_path, "Img", "Train")
    assert found is not None
    assert found.samefile(tmp_path / "IMG" / "train")


def test_the_exact_name_comes_first(tmp_path):
    (tmp_path / "Img").mkdir()
    (tmp_path / "IMG").mkdir(exist_ok=True)  # the same folder where case does not count
    assert subfolder(tmp_path, "Img") == tmp_path / "Img"


def test_what_is_missing_is_none(street):
    assert split_folder(street, "Img", "Holdout") is None
    assert split_folder(street, "Depth", "Train") is None
    assert split_folder(street / "nowhere", "Img", "Train") is None


def test_a_file_is_no_subfolder(tmp_path):
    (tmp_path / "Img").touch()
    (tmp_path / "IMAGE").touch()
    assert subfolder(tmp_path, "Img") is None
    assert subfolder(tmp_path, "image") is None
    assert subfolder(tmp_path / "Img", "Train") is None


@pytest.mark.parametrize("split", ["Train", "Val", "Test"])
def test_one_split_with_images_makes_a_data_set(tmp_path, split):
    assert not is_dataset(tmp_path)
    (tmp_path / "Mask" / split).mkdir(parents=True)
    assert not is_dataset(tmp_path)
    (tmp_path / "img" / split).mkdir(parents=True)
    assert is_dataset(tmp_path)


def test_a_data_set_is_found_in_its_own_folder(street):
    assert find_datasets(street) == [street]


def test_a_data_set_is_found_one_folder_below(street):
    assert find_datasets(street.parent) == [street]
    other = street.rename(street.parent / "irgend etwas")
    assert find_datasets(street.parent) == [other]


def test_the_folder_named_dataset_comes_before_others(street):
    (street.parent / "copy" / "Img" / "Train").mkdir(parents=True)
    assert find_datasets(street.parent) == [street]


def test_several_data_sets_are_all_found(street):
    one = street.rename(street.parent / "one")
    two = street.parent / "two"
    (two / "Img" / "Train").mkdir(parents=True)
    assert find_datasets(street.parent) == [one, two]


def test_a_folder_without_a_data_set_has_none(tmp_path):
    (tmp_path / "Train").mkdir()
    assert find_datasets(tmp_path) == []
