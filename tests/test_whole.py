"""Tests of jetcar.whole: a file is whole or not there."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from jetcar import whole
from jetcar.whole import remove_abandoned, whole_file, whole_folder, write_json, write_whole


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


def test_two_writers_of_one_file_do_not_share_what_they_write(tmp_path):
    path = tmp_path / "x"
    with whole_file(path) as first:
        first.write(b"first")
        with whole_file(path) as second:
            second.write(b"second")
        assert path.read_bytes() == b"second"
    assert path.read_bytes() == b"first"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_takes_its_name_at_the_end(tmp_path):
    path = tmp_path / "größe"
    with whole_folder(path) as part:
        (part / "a").touch()
        assert not path.exists()
    assert [p.name for p in path.iterdir()] == ["a"]
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_appears_meanwhile_stays(tmp_path):
    path = tmp_path / "x"

    def both_make_it():
        with whole_folder(path) as part:
            (part / "ours").touch()
            path.mkdir()
            (path / "theirs").touch()

    with pytest.raises(FileExistsError, match=r"is there already: .*x"):
        both_make_it()
    assert [p.name for p in path.iterdir()] == ["theirs"]
    assert list(tmp_path.iterdir()) == [path]


KILLED = """
import os, sys
from pathlib import Path
from jetcar import whole
from jetcar.whole import remove_abandoned, whole_file, whole_folder, write_json, write_whole
folder = Path(sys.argv[1])
with whole_file(folder / "file"), whole_folder(folder / "folder") as part:
    (part / "a").touch()
    print(flush=True)
    sys.stdin.read()
"""


def test_what_a_killed_writer_left_is_removed_by_the_next(tmp_path):
    writer = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert writer.stdin is not None
    assert writer.stdout is not None
    writer.stdout.readline()
    at_work = sorted(tmp_path.iterdir())
    assert len(at_work) == 4  # a file and a folder, and a lock for each
    remove_abandoned(tmp_path / "file")
    remove_abandoned(tmp_path / "folder")
    assert sorted(tmp_path.iterdir()) == at_work
    writer.kill()
    writer.communicate()
    write_whole(tmp_path / "file", "whole")
    with whole_folder(tmp_path / "folder"):
        pass
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "folder"]


def test_a_part_without_a_lock_is_removed_when_it_was_not_touched_for_a_day(tmp_path):
    old, new = tmp_path / "x.part-old", tmp_path / "x.part-new"
    other = tmp_path / "xy.part-old"
    for path in (old, new, other):
        path.touch()
    for path in (old, other):
        os.utime(path, (0, 0))
    remove_abandoned(tmp_path / "x")
    assert not old.exists()
    assert new.exists()
    assert other.exists()


def test_a_rename_that_a_virus_scanner_blocks_is_tried_again(tmp_path, monkeypatch):
    monkeypatch.setattr(whole, "HOLDS_OPEN_FILES", True)
    monkeypatch.setattr(whole, "PAUSES", (0.0, 0.0, 0.0))
    tries, rename = [], Path.replace

    def blocked_twice(source, target):
        tries.append(source)
        if len(tries) <= 2:
            raise PermissionError(13, "Access is denied", str(source), 32, str(target))
        return rename(source, target)

    monkeypatch.setattr(Path, "replace", blocked_twice)
    write_whole(tmp_path / "x", "whole")
    assert (tmp_path / "x").read_text(encoding="utf-8") == "whole"
    assert len(tries) == 3


def test_a_rename_that_stays_blocked_is_an_error_that_names_the_file(tmp_path, monkeypatch):
    def blocked(source, target):
        raise PermissionError(13, "Access is denied", str(source), 32, str(target))

    monkeypatch.setattr(whole, "HOLDS_OPEN_FILES", True)
    monkeypatch.setattr(whole, "PAUSES", (0.0,))
    monkeypatch.setattr(Path, "replace", blocked)
    with pytest.raises(PermissionError) as caught:
        write_whole(tmp_path / "x", "whole")
    assert caught.value.filename == str(tmp_path / "x")
    assert list(tmp_path.iterdir()) == []


def test_the_longest_name_that_a_disk_takes_can_be_written(tmp_path):
    path = tmp_path / ("ä" * 127)
    write_whole(path, "whole")
    assert list(tmp_path.iterdir()) == [path]


def renames(path):
    """The lines of a module that rename a file by themselves; ``str.replace`` takes two texts."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            name, module = node.func.attr, getattr(node.func.value, "id", "")
            of_a_path = name == "rename" or (name == "replace" and len(node.args) == 1)
            if of_a_path or (module, name) in {("os", "replace"), ("shutil", "move")}:
                yield f"{path.name}:{node.lineno}"


def test_whatever_takes_a_name_is_tried_again_when_a_virus_scanner_blocks_it():
    package = Path(whole.__file__).parent
    modules = [path for path in package.rglob("*.py") if path != Path(whole.__file__)]
    assert len(modules) > 100
    assert [line for path in modules for line in renames(path)] == []
    assert len([*renames(Path(whole.__file__))]) == 2  # the two of ``move``


@pytest.mark.parametrize("made", [whole_file, whole_folder])
def test_a_folder_that_is_gone_is_not_made_again(tmp_path, made):
    with pytest.raises(FileNotFoundError, match="there is no such folder"), made(tmp_path / "a/b"):
        pass
    assert list(tmp_path.iterdir()) == []
