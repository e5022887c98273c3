"""The file of decoded pictures: read by any process, and known when it is damaged."""

import os
import pickle

import numpy as np
import pytest

from jetcar.data.cache_file import PAGE, WHOLE
from jetcar.data.pairs import find_split
from jetcar.errors import UserError
from tests.cached import SIDE, holds_what_the_files_hold

PICTURE = 3 * SIDE * SIDE


def damage_a_picture(path):
    with path.open("r+b") as file:
        file.seek(PAGE + 2 * PICTURE + 100)
        file.write(b"\x80\x7f\x80")


def damage_a_mask(path):
    with path.open("r+b") as file:
        file.seek(PAGE + 5 * PICTURE + 100)
        file.write(b"\x80\x7f\x80")


def cut_off(path):
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size - 1000)


def take_away_its_end(path):
    with path.open("r+b") as file:
        file.seek(-len(WHOLE), 2)
        file.write(bytes(len(WHOLE)))


def change_its_header(path):
    with path.open("r+b") as file:
        file.write(b"{}")


@pytest.mark.parametrize(
    "harm", [damage_a_picture, damage_a_mask, cut_off, take_away_its_end, change_its_header]
)
def test_a_damaged_file_is_made_anew(opened, files, decoded, street, harm):
    opened()
    (path,) = files()
    harm(path)
    reader = opened()["Train"]
    assert len(decoded) == 10
    assert holds_what_the_files_hold(reader, find_split(street, "Train"), [0, 1, 2])


def test_damage_is_told(opened, files, caplog):
    opened()
    damage_a_picture(files()[0])
    opened()
    assert "is damaged and is rebuilt" in caplog.text


def test_a_reader_that_has_read_goes_to_another_process(opened, street):
    reader = opened()["Train"]
    reader.read([0])
    copy = pickle.loads(pickle.dumps(reader))
    assert holds_what_the_files_hold(copy, find_split(street, "Train"), [2, 0])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="workers are spawned here")
def test_forked_workers_that_have_the_file_in_common_do_not_disturb_each_other(opened, street):
    reader, pairs = opened()["Train"], find_split(street, "Train")
    reader.read([0])
    wanted = [image.tobytes() for image in reader.read([0, 1, 2])[0]]
    children = []
    for number in range(3):
        if not (child := os.fork()):
            same = all(reader.read([number])[0][0].tobytes() == wanted[number] for _ in range(2000))
            os._exit(not same)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0, 0, 0]
    assert holds_what_the_files_hold(reader, pairs, [0, 1, 2])


@pytest.mark.parametrize("with_preadv", [True, False])
def test_a_file_that_is_cut_short_while_it_is_read_is_named(
    opened, files, street, monkeypatch, with_preadv
):
    if not with_preadv:  # as on Windows
        monkeypatch.delattr(os, "preadv", raising=False)
    reader = opened()["Train"]
    assert holds_what_the_files_hold(reader, find_split(street, "Train"), [2, 0])
    os.truncate(files()[0], PAGE + PICTURE)
    with pytest.raises(UserError, match=r"\.pictures was cut short\. Start again"):
        reader.read([1])


def test_a_reader_goes_on_when_another_run_has_removed_the_file(opened, files, street):
    reader = opened()["Train"]
    reader.read([0])
    try:
        files()[0].unlink()
    except PermissionError:
        pytest.skip("an open file cannot be removed here")
    assert holds_what_the_files_hold(reader, find_split(street, "Train"), [0, 1, 2])


def test_what_was_read_can_be_changed_and_the_file_stays_as_it_is(opened):
    reader = opened()["Train"]
    images, masks = reader.read([0, 1])
    before = images.copy()
    images[:], masks[:] = 0, 9
    assert np.array_equal(reader.read([0, 1])[0], before)
