"""Tests of data.source.fetch: whatever is named becomes a whole data set on the local disk."""

import errno
import logging
import os
import shutil
import threading
import time
from collections import Counter, namedtuple
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from omegaconf import OmegaConf

from jetcar.data.source import fetch as module
from jetcar.data.source import unpack as unpack_module
from jetcar.data.source.fetch import WHOLE, fetch
from jetcar.errors import UserError
from jetcar.settings.recorded import street_from

LINK = "https://example.com/Straße%201/JetCar_DataSet.zip?dl=1"


@pytest.fixture(autouse=True)
def local_disk(monkeypatch):
    """Takes every path for local, also where the tests run on a network disk."""
    monkeypatch.setattr(module, "is_remote", lambda path: False)


@pytest.fixture
def remote_disk(monkeypatch, street):
    """Takes every path at the street's for one on a mounted Drive."""
    monkeypatch.setattr(module, "is_remote", lambda path: street.parent in Path(path).parents)


@pytest.fixture
def root(tmp_path):
    return tmp_path / "data"


@pytest.fixture
def street_zip(street, draw):
    return draw.zip(street, street.parent / "Straße [1].zip")


def content(folder):
    """Every file below a folder by its path, but for the marker of a whole folder."""
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file() and file.name != WHOLE
    }


# Folders


def test_a_local_folder_is_used_where_it_is(street, root):
    assert fetch(str(street), root) == street
    assert not root.exists()


def test_the_folder_around_a_data_set_may_be_named(street, root):
    assert fetch(str(street.parent), root) == street


def test_a_tilde_is_the_home_folder(street, root, monkeypatch):
    monkeypatch.setenv("HOME", str(street.parent))
    monkeypatch.setenv("USERPROFILE", str(street.parent))  # of Windows
    assert fetch("~/DataSet", root) == street


def test_a_remote_folder_is_copied_once(street, root, remote_disk, caplog):
    (street / "JetCar_Classes.txt").write_bytes(b"x")
    (street / "Notizen").mkdir()  # no part of a data set
    with caplog.at_level(logging.INFO):
        copy = fetch(str(street), root)
    assert copy.parent == root
    assert content(copy) == content(street)
    assert not (copy / "Notizen").exists()
    assert "to the local disk, so that training never waits for it" in caplog.text
    (copy / "mark").touch()
    assert fetch(str(street), root) == copy
    assert (copy / "mark").exists()


def test_a_remote_folder_is_copied_again_when_it_has_changed(street, draw, root, remote_disk):
    before = fetch(str(street), root)
    draw.image(street / "Img" / "Val" / "Img_new.jpg")
    after = fetch(str(street), root)
    assert after != before
    assert content(after) == content(street)


def test_pictures_that_are_not_copied_are_told(street, draw, root, remote_disk, caplog):
    draw.image(street / "Img" / "Train" / "city" / "x.jpg")
    copy = fetch(str(street), root)
    assert not (copy / "Img" / "Train" / "city").exists()
    assert "has 1 picture in folders below it that is left out, first city/x.jpg" in caplog.text


def test_a_mask_that_was_mended_at_the_same_size_is_copied(street, root, remote_disk):
    before = fetch(str(street), root)
    mask = street / "Mask" / "Train" / "Mask_a.png"
    other = mask.read_bytes()[::-1]
    mask.write_bytes(other)
    os.utime(mask, (0, 86_400))
    after = fetch(str(street), root)
    assert after != before
    assert (after / "Mask" / "Train" / "Mask_a.png").read_bytes() == other


def test_a_folder_without_a_data_set_is_refused(tmp_path, root):
    with pytest.raises(UserError, match=r"holds no data set\. It needs the folders Img/Train"):
        fetch(str(tmp_path), root)


def test_an_export_of_another_tool_is_told_by_its_name(tmp_path, root):
    (tmp_path / "yolo" / "labels").mkdir(parents=True)
    (tmp_path / "yolo" / "labels" / "a.txt").touch()
    with pytest.raises(UserError, match=r"looks like a YOLO export, which .*\. Export it as sem"):
        fetch(str(tmp_path / "yolo"), root)


def test_a_folder_of_several_data_sets_is_refused(street, root):
    for name in ("one", "two"):
        (street.parent / name / "Img" / "Train").mkdir(parents=True)
    street.rename(street.parent / "three")
    with pytest.raises(UserError, match=r"3 data sets, such as one and three and two\. Name one\."):
        fetch(str(street.parent), root)


def test_a_source_that_is_nothing_is_told(tmp_path, root):
    with pytest.raises(UserError, match=r"is not a folder, a file or a link\. Check the path,"):
        fetch(str(tmp_path / "nowhere.zip"), root)


@pytest.mark.parametrize("folder", ["/content/drive/MyDrive", "/content/gdrive/My Drive"])
def test_a_source_on_a_drive_that_is_not_there_is_told(root, folder):
    with pytest.raises(UserError, match=r"Check the path\. Is Google Drive mounted\?"):
        fetch(f"{folder}/JetCar/JetCar_DataSet.zip", root)


# Zips


def test_a_zip_is_unpacked_below_the_root(street, street_zip, root):
    dataset = fetch(str(street_zip), root)
    assert dataset.parent == root
    assert dataset.name.startswith("Straße [1]-")
    assert content(dataset) == content(street)


def test_an_unpacked_zip_is_used_again(street_zip, root):
    dataset = fetch(str(street_zip), root)
    (dataset / "Img" / "Train" / "Img_a.jpg").write_bytes(b"mark")
    times = {file: file.stat().st_mtime_ns for file in dataset.rglob("*")}
    os.utime(street_zip)  # copied anew, but the same
    assert fetch(str(street_zip), root) == dataset
    assert (dataset / "Img" / "Train" / "Img_a.jpg").read_bytes() == b"mark"
    assert {file: file.stat().st_mtime_ns for file in dataset.rglob("*")} == times
    assert list(root.iterdir()) == [dataset]


def test_a_changed_zip_is_unpacked_anew(street, street_zip, draw, root):
    before = fetch(str(street_zip), root)
    draw.image(street / "Img" / "Train" / "Img_a.jpg", (1, 2, 3))
    draw.zip(street, street_zip)
    after = fetch(str(street_zip), root)
    assert after != before
    assert content(after) == content(street)


def test_a_remote_zip_is_copied_first(street, street_zip, root, remote_disk, monkeypatch, caplog):
    opened = []
    unpack = module.unpack
    monkeypatch.setattr(module, "unpack", lambda path, to: (opened.append(path), unpack(path, to)))
    with caplog.at_level(logging.INFO):
        dataset = fetch(str(street_zip), root)
    assert root in opened[0].parents
    assert content(dataset) == content(street)
    assert list(root.iterdir()) == [dataset]  # the copy of the zip is gone
    assert f"copying {street_zip}" in caplog.text


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt(), SystemExit()]
)
def test_an_end_in_the_middle_leaves_nothing(
    street, street_zip, root, remote_disk, monkeypatch, error
):
    write, written = unpack_module._write, []

    def failing(*arguments):
        written.append(arguments)
        if len(written) == 4:
            raise error
        return write(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr(unpack_module, "_write", failing)
        with pytest.raises(type(error)):
            fetch(str(street_zip), root)
    assert not root.exists()
    assert content(fetch(str(street_zip), root)) == content(street)


def test_a_bad_zip_leaves_nothing(street_zip, root):
    street_zip.write_bytes(street_zip.read_bytes()[:-1])
    with pytest.raises(UserError, match="damaged or incomplete"):
        fetch(str(street_zip), root)
    assert not root.exists()


def test_a_disk_that_is_too_small_is_told(street_zip, root, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage(100, 99, 1))
    with pytest.raises(UserError, match=r"Free some space, or set data\.root to a folder on a"):
        fetch(str(street_zip), root)
    assert not root.exists()


def test_the_faster_of_two_runs_wins(street, street_zip, root, monkeypatch):
    unpack = module.unpack
    target = fetch(str(street_zip), root)
    shutil.rmtree(target)

    def slow(path, folder):
        unpack(path, folder)
        shutil.copytree(folder, target)  # another run is ready
        (target / WHOLE).touch()
        (target / "of the other").touch()

    monkeypatch.setattr(module, "unpack", slow)
    assert fetch(str(street_zip), root) == target
    assert (target / "of the other").exists()
    assert list(root.iterdir()) == [target]


@pytest.mark.parametrize("kind", ["a zip", "a link"])
def test_of_two_at_once_one_prepares_and_the_other_waits(
    street, street_zip, root, web, monkeypatch, caplog, kind
):
    unpack, unpacked, both = module.unpack, [], threading.Event()

    def slow(path, folder):
        unpacked.append(path)
        assert both.wait(60)
        unpack(path, folder)

    def first_waits(record):
        if "waiting for another process" in record.getMessage():
            both.set()
        return True

    monkeypatch.setattr(module, "unpack", slow)
    monkeypatch.setattr(logging.getLogger("jetcar.turns"), "filters", [first_waits])
    source = str(street_zip) if kind == "a zip" else LINK
    with caplog.at_level(logging.INFO), ThreadPoolExecutor(2) as pool:
        one, two = pool.map(lambda _: fetch(source, root), range(2))
    assert one == two
    assert content(one) == content(street)
    assert (len(unpacked), web.asked) == (1, kind == "a link")
    assert list(root.iterdir()) == [one]
    assert f"waiting for another process that prepares {one}" in caplog.text


def test_the_second_takes_over_when_the_first_fails(street, street_zip, root, monkeypatch):
    unpack, tries, both = module.unpack, [], threading.Event()

    def failing(path, folder):
        tries.append(path)
        if len(tries) == 1:
            assert both.wait(60)
            raise OSError(errno.EIO, "Input/output error")
        unpack(path, folder)

    def second_waits(record):
        both.set()
        return True

    monkeypatch.setattr(module, "unpack", failing)
    monkeypatch.setattr(logging.getLogger("jetcar.turns"), "filters", [second_waits])
    with ThreadPoolExecutor(2) as pool:
        results = [pool.submit(fetch, str(street_zip), root) for _ in range(2)]
    errors = [result.exception() for result in results]
    (good,) = (result.result() for result in results if not result.exception())
    assert sum(isinstance(error, OSError) for error in errors) == 1
    assert content(good) == content(street)
    assert list(root.iterdir()) == [good]


def test_what_a_killed_run_left_is_removed_at_once(street_zip, root):
    target = fetch(str(street_zip), root)
    shutil.rmtree(target)
    part = root / f"{target.name}.part-0123abcd"
    (part / "Img").mkdir(parents=True)
    part.with_name(f"{part.name}.lock").touch()  # which nobody holds any more
    fetch(str(street_zip), root)
    assert list(root.iterdir()) == [target]


@pytest.mark.parametrize("what", ["a file", "a broken link", "below a file"])
def test_a_root_that_can_be_no_folder_is_told(street, tmp_path, what):
    place = tmp_path / "data"
    if what == "a broken link":
        place.symlink_to(tmp_path / "away")
    else:
        place.write_text("mine", encoding="utf-8")
    root = place / "deeper" if what == "below a file" else place
    kind = "is a broken link" if "link" in what else "is a file, not a folder"
    with pytest.raises(UserError) as caught:
        fetch(str(street), root)
    assert str(caught.value).startswith(f"data.root={root} cannot be used, as {place} {kind}. Move")


def test_a_source_with_a_very_long_name_is_unpacked(street, draw, root):
    path = draw.zip(street, street.parent / f"{'x' * 240}.zip")
    assert content(fetch(str(path), root)) == content(street)


def test_a_folder_in_the_way_is_told(street_zip, root):
    target = fetch(str(street_zip), root)
    (target / WHOLE).unlink()
    with pytest.raises(UserError, match=r"in the way and was not made by this program\. Move it"):
        fetch(str(street_zip), root)
    assert (target / "Img").exists()


def test_what_a_killed_run_left_is_removed_after_a_day(street_zip, root):
    target = fetch(str(street_zip), root)
    shutil.rmtree(target)
    old = [root / f"{target.name}.part-old", root / f"{target.name}.part-old.zip"]
    new = root / f"{target.name}.part-new"
    other = root / "other.part-old"
    for folder in (old[0], new, other):
        (folder / "Img").mkdir(parents=True)
    old[1].touch()
    for path in (*old, other):
        os.utime(path, (time.time() - 90_000,) * 2)  # a day has 86,400 seconds
    fetch(str(street_zip), root)
    assert sorted(root.iterdir()) == sorted([target, new, other])


# Links


@pytest.fixture
def web(monkeypatch, street_zip):
    """Stands for the network: what a download writes, and how often it was asked."""
    web = SimpleNamespace(content=street_zip.read_bytes(), asked=0)

    def download(link, file):
        assert link == LINK
        if not file.exists():  # as gdown does it
            web.asked += 1
            file.write_bytes(web.content)

    monkeypatch.setattr(module, "download", download)
    return web


def test_a_link_is_downloaded_once(street, root, web, caplog):
    dataset = fetch(LINK, root)
    assert content(dataset) == content(street)
    assert list(root.iterdir()) == [dataset]  # the zip is gone
    with caplog.at_level(logging.INFO):
        assert fetch(LINK, root) == dataset
    assert web.asked == 1
    assert f"delete {dataset} to download it again" in caplog.text


def test_a_damaged_download_is_told_and_downloaded_again(street, root, web):
    good, web.content = web.content, b"<oops>"
    with pytest.raises(UserError) as caught:
        fetch(LINK, root)
    assert str(caught.value).startswith(f"The download from {LINK} cannot be used: ")
    assert "is not a zip" in str(caught.value)
    assert not root.exists()
    web.content = good
    assert content(fetch(LINK, root)) == content(street)


def test_a_download_waits_for_room_on_the_disk(street, root, web, monkeypatch):
    usage = namedtuple("usage", "total used free")
    with monkeypatch.context() as patched:
        patched.setattr(shutil, "disk_usage", lambda folder: usage(100, 99, 1))
        with pytest.raises(UserError, match="Free some space"):
            fetch(LINK, root)
    assert content(fetch(LINK, root)) == content(street)
    assert web.asked == 1


def test_a_link_that_nobody_typed_is_not_followed(street, root, web):
    with pytest.raises(UserError, match=r"not downloaded again unasked; name pictures with images"):
        fetch(LINK, root, may_download=False)
    assert (web.asked, root.exists()) == (0, False)
    dataset = fetch(LINK, root)
    assert fetch(LINK, root, may_download=False) == dataset


def test_a_path_comes_before_a_drive_id(street, root, monkeypatch):
    name = "1BxiMVs0XRA5nFMdKvBdBZjgm"  # a folder, and also what an id looks like
    street.rename(street.parent / name)
    monkeypatch.chdir(street.parent)
    assert fetch(name, root) == Path(name)


# The built-in street


@pytest.fixture
def tiny_street():
    values = OmegaConf.load(Path(__file__).parents[3] / "conf/street/default.yaml")
    few = {"size": 32, "images": {"train": 2, "val": 1, "test": 1}, "processes": 1}
    return street_from(OmegaConf.to_container(OmegaConf.merge(values, few)))


def test_the_built_in_street_is_drawn_once_and_anew_when_it_shall_look_otherwise(
    tiny_street, root, monkeypatch
):
    first = fetch("street", root, tiny_street)
    pairs = Counter(path.split("/")[1] for path in content(first) if path.count("/") == 2)
    assert pairs == {"Train": 2 * 2, "Val": 2 * 1, "Test": 2 * 1}  # an image and a mask each
    with monkeypatch.context() as patch:
        patch.setattr("jetcar.street.dataset.make_street", None)
        assert fetch("street", root, tiny_street) == first
    assert fetch("street", root, replace(tiny_street, seed=1)) != first


def test_a_street_that_cannot_be_drawn_to_the_end_leaves_nothing(tiny_street, root, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("jetcar.street.dataset.grey_png", full)
    with pytest.raises(OSError, match="No space"):
        fetch("street", root, tiny_street)
    assert not root.exists()


def test_a_folder_named_street_is_had_by_its_path(street, tiny_street, root, monkeypatch):
    street.rename(street.with_name("street"))
    monkeypatch.chdir(street.parent)
    assert fetch("./street", root, tiny_street) == Path("street")


def test_a_root_that_another_process_makes_meanwhile_is_no_obstacle(root, monkeypatch):
    """Whichever look at the root comes first, it is made right after it."""
    for name in ("is_dir", "lexists"):
        shutil.rmtree(root, ignore_errors=True)
        owner = Path if name == "is_dir" else os.path
        look = getattr(owner, name)

        def then_made(path, look=look):
            found = look(path)
            root.mkdir(parents=True, exist_ok=True)
            return found

        with monkeypatch.context() as patch:
            patch.setattr(owner, name, then_made)
            module._refuse_no_folder(root)
