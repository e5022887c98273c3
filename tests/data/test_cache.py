"""Decoded pictures in one file: made once, checked when opened, whole or not there."""

import errno
import logging
import shutil
from collections import namedtuple
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from jetcar.data import cache as module
from jetcar.data.cache import open_cache
from jetcar.data.coding import VALUE, Coding
from jetcar.data.pairs import find_split
from jetcar.errors import UserError
from tests.cached import SIDE, holds_what_the_files_hold


def test_it_holds_what_the_files_hold_in_any_order(opened, street):
    caches = opened()
    for split, indices in (("Train", [2, 0, 1]), ("Train", [1, 1]), ("Val", [1, 0])):
        assert holds_what_the_files_hold(caches[split], find_split(street, split), indices)


def test_pictures_are_decoded_once(opened, decoded):
    opened()
    assert len(decoded) == 5
    opened()
    assert len(decoded) == 5


def test_another_size_has_a_file_of_its_own(opened, files):
    opened()
    assert opened(64)["Train"].read([0])[0].shape == (1, 64, 64, 3)
    assert len(files()) == 2


def test_a_file_that_changed_is_noticed_and_the_former_cache_removed(opened, files, street, draw):
    opened()
    (former,) = files()
    draw.image(street / "Img/Train/Img_a.jpg", (255, 255, 255))
    image = opened()["Train"].read([0])[0]
    assert image.min() == 255
    (new,) = files()
    assert new != former


def test_another_split_of_the_same_pictures_finds_the_same_file(opened, decoded, street):
    opened()
    one, two = find_split(street, "Train"), find_split(street, "Val")
    caches = open_cache(street.parents[1] / "cache", street, {"Train": two, "Val": one}, SIDE, SIDE)
    assert len(decoded) == 5
    assert holds_what_the_files_hold(caches["Val"], one, [0, 1, 2])


def test_a_picture_that_cannot_be_read_leaves_no_file(opened, files, street):
    (street / "Img/Val/Img_d.jpg").write_bytes(b"\xff\xd8no picture")
    with pytest.raises(UserError, match=r"Img_d\.jpg cannot be read .* or move it out"):
        opened()
    assert files() == []


def test_what_a_killed_program_left_is_no_obstacle(opened, files, street):
    opened()
    (path,) = files()
    path.rename(path.with_name(path.name + ".part"))
    assert holds_what_the_files_hold(opened()["Train"], find_split(street, "Train"), [0, 1, 2])
    assert files() == [path]


def one_line(caplog):
    (line,) = (r.getMessage() for r in caplog.records if r.levelno == logging.WARNING)
    return line


def test_without_room_there_is_one_line_and_no_cache(opened, files, monkeypatch, caplog):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10**6, 10**6, 10_000))
    assert opened() == {}
    assert files() == []
    assert "no cache of decoded pictures" in one_line(caplog)
    assert "data.cache=false silences this message" in one_line(caplog)


def test_a_disk_that_fills_up_meanwhile_leaves_no_cache(opened, files, monkeypatch, caplog):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(module, "_decode_into", full)
    assert opened() == {}
    assert files() == []
    assert "No space left on device" in one_line(caplog)


def test_another_trouble_with_the_disk_is_not_hidden(opened, files, monkeypatch):
    def broken(*_):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(module, "_decode_into", broken)
    with pytest.raises(OSError, match="Input/output"):
        opened()
    assert files() == []


@pytest.fixture
def read_only(monkeypatch):
    """A function that makes the root a place that may be read and not written to, also for root."""

    def refuse(path):
        raise OSError(errno.EROFS, "Read-only file system", str(path))

    return lambda: monkeypatch.setattr(module, "in_turn", refuse)


def test_a_cache_that_is_there_is_used_where_nothing_can_be_written(
    opened, read_only, decoded, street
):
    opened()
    read_only()
    reader = opened()["Train"]
    assert len(decoded) == 5
    assert holds_what_the_files_hold(reader, find_split(street, "Train"), [0, 1, 2])


def test_where_nothing_can_be_written_there_is_one_line_and_no_cache(opened, read_only, caplog):
    read_only()
    assert opened() == {}
    assert "(Read-only file system); training decodes them again in each epoch" in one_line(caplog)


def test_what_killed_runs_left_of_other_pictures_is_removed_too(opened, files, tmp_path, street):
    opened()
    (path,) = files()
    stem = path.name.rpartition("-")[0]
    part = path.with_name(f"{stem}-0123456789ab.pictures.part-0a1b2c3d")
    part.write_bytes(b"x")
    part.with_name(f"{part.name}.lock").touch()  # which nobody holds any more
    path.unlink()
    opened()
    assert files() == [path]


def test_of_two_that_start_at_once_one_decodes(opened, decoded, street):
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _: opened(), range(2))
    assert len(decoded) == 5
    for caches in (first, second):
        assert holds_what_the_files_hold(caches["Train"], find_split(street, "Train"), [0, 1, 2])


def test_many_pictures_are_decoded_by_several_processes(opened, street, monkeypatch):
    monkeypatch.setattr(module, "ALONE", 1)
    assert holds_what_the_files_hold(opened()["Train"], find_split(street, "Train"), [0, 1, 2])


def test_masks_that_say_their_codes_in_another_way_are_decoded_anew(street):
    for path in street.glob("Mask/*/*.png"):
        with Image.open(path) as image:
            code = int(np.asarray(image)[0, 0])
        image = Image.fromarray(np.zeros((SIDE, SIDE), np.uint8))
        image.putpalette([code] * 3)  # its only index is 0, and its grey the code
        image.save(path)
    train = {"Train": find_split(street, "Train")}
    codes = []
    for coding in (Coding(), Coding(VALUE), Coding()):
        reader = open_cache(street.parent, street, train, SIDE, SIDE, coding)["Train"]
        codes.append(reader.read([0, 1, 2])[1][:, 0, 0].tolist())
    assert codes == [[0, 0, 0], [5, 0, 1], [0, 0, 0]]
