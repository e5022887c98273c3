"""Tests of jetcar.whole: a file is whole or not there."""

import json

import pytest

from jetcar.whole import whole_file, write_json, write_whole


def test_a_file_takes_its_name_at_the_end(tmp_path):
    path = tmp_path / "größe 1.bin"
    with whole_file(path) as file:
        file.write(b"abc")
        assert not path.exists()
    assert path.read_bytes() == b"abc"
    assert list(tmp_path.iterdir()) == [path]


def test_the_old_file_stays_until_the_new_one_is_whole(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"old")
    with whole_file(path) as file:
        file.write(b"new")
        file.flush()
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"


@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
def test_after_an_error_the_old_file_is_there_and_nothing_else(tmp_path, error):
    def write():
        with whole_file(path) as file:
            file.write(b"ne")
            raise error

    path = tmp_path / "x"
    path.write_bytes(b"old")
    with pytest.raises(error):
        write()
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_text_is_written_as_utf_8_without_other_line_ends(tmp_path):
    write_whole(tmp_path / "x", "Straße\n")
    assert (tmp_path / "x").read_bytes() == b"Stra\xc3\x9fe\n"


def test_json_is_read_back(tmp_path):
    value = {"Straße": [1, 0.5, None, True, {"a": "b"}]}
    write_json(tmp_path / "x", value)
    assert json.loads((tmp_path / "x").read_text(encoding="utf-8")) == value


def test_numbers_that_json_does_not_have_become_null(tmp_path):
    inf = float("inf")
    write_json(tmp_path / "x", {"a": [float("nan"), 1.5], "b": {"c": (inf, -inf)}})
    text = (tmp_path / "x").read_text(encoding="utf-8")
    assert json.loads(text) == {"a": [None, 1.5], "b": {"c": [None, None]}}


def test_what_json_cannot_hold_leaves_nothing(tmp_path):
    with pytest.raises(TypeError):
        write_json(tmp_path / "x", {"a": object()})
    assert list(tmp_path.iterdir()) == []


def test_each_row_of_a_matrix_is_a_line_and_text_stays_as_it_is(tmp_path):
    value = {"matrix": [[1, -2.5], [3e-20, 4]], "text": "[\n1,\n2]", "list": ["a", 1]}
    write_json(tmp_path / "x", value)
    text = (tmp_path / "x").read_text(encoding="utf-8")
    assert json.loads(text) == value
    assert "    [1, -2.5],\n    [3e-20, 4]\n" in text
