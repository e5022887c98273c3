"""Decoded pictures in one file: made once, checked when opened, whole or not there."""

import errno
import logging
import os
import pickle
import shutil
from collections import namedtuple
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from jetcar.data import cache as module
from jetcar.data.cache import PAGE, open_cache
from jetcar.data.codes import read_pair
from jetcar.data.coding import VALUE, Coding
from jetcar.data.pairs import find_split
from jetcar.errors import UserError

SIDE = 32
PICTURE = 3 * SIDE * SIDE


@pytest.fixture
def opened(street, tmp_path):
    """A function that opens the cache of the street's Train and Val, which hold 5 pairs."""

    def open_(side=SIDE, splits=("Train", "Val")):
        found = {split: find_split(street, split) for split in splits}
        return open_cache(tmp_path / "cache", street, found, side, side)

    return open_


@pytest.fixture
def files(tmp_path):
    """A function that lists the caches there are, locks aside."""
    return lambda: sorted(p for p in (tmp_path / "cache").iterdir() if p.suffix != ".lock")


@pytest.fixture
def decoded(monkeypatch):
    """The images that were decoded so far."""
    seen = []

    def note(image, *more):
        seen.append(image)
        return read_pair(image, *more)

    monkeypatch.setattr(module, "read_pair", note)
    return seen


def holds_what_the_files_hold(reader, pairs, indices):
    images, masks = reader.read(indices)
    for i, image, mask in zip(indices, images, masks, strict=True):
        wanted = read_pair(pairs.images[i], pairs.masks[i], SIDE, SIDE)
        if not ((image == wanted[0]).all() and (mask == wanted[1]).all()):
            return False
    return True


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
        file.seek(-len(module.WHOLE), 2)
        file.write(bytes(len(module.WHOLE)))


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
    assert "is damaged and made anew" in caplog.text


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
    assert "data.cache=false leaves this line out" in one_line(caplog)


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
    assert "(Read-only file system); training decodes them anew in each epoch" in one_line(caplog)


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
