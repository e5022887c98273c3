"""The mirror: whole files in the background, whatever happens to the folder."""

import os
import threading
from pathlib import Path

import pytest

from jetcar.errors import UserError
from jetcar.training.mirror import mirror as mirror_module
from jetcar.training.mirror import whole_copy
from jetcar.training.mirror.mirror import Mirror
from jetcar.training.mirror.whole_copy import Copy, copy_whole, make_below


@pytest.fixture
def root(tmp_path):
    (tmp_path / "Drive" / "My Drive").mkdir(parents=True)
    return tmp_path / "Drive" / "My Drive"


@pytest.fixture
def mirror(root, tmp_path, monkeypatch):
    monkeypatch.setattr(mirror_module, "RETRY_SECONDS", (0.01,))
    opened = Mirror(root, "run/lr=1", tmp_path / "outbox")
    yield opened
    opened.finish(0)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "last.ckpt"
    path.write_bytes(b"first")
    return path


def test_a_file_arrives_whole_under_its_name(mirror, root, file):
    mirror.send(file, "checkpoints/last.ckpt")
    assert mirror.finish(10) == []
    folder = root / "run" / "lr=1" / "checkpoints"
    assert (folder / "last.ckpt").read_bytes() == b"first"
    assert [path.name for path in folder.iterdir()] == ["last.ckpt"]


def test_what_is_sent_is_the_file_of_that_moment(mirror, root, file, monkeypatch):
    may_go = threading.Event()
    real = mirror_module.copy_whole
    monkeypatch.setattr(
        mirror_module, "copy_whole", lambda *args: (may_go.wait(10), real(*args))[1]
    )
    mirror.send(file, "a")
    file.write_bytes(b"later")
    may_go.set()
    assert mirror.finish(10) == []
    assert (root / "run/lr=1/a").read_bytes() == b"first"


def test_of_several_waiting_copies_of_a_file_only_the_newest_is_made(
    mirror, root, file, monkeypatch
):
    made, may_go = [], threading.Event()
    real = mirror_module.copy_whole

    def slowly(copy, *args):
        may_go.wait(10)
        made.append(copy.aside.read_bytes())
        real(copy, *args)

    monkeypatch.setattr(mirror_module, "copy_whole", slowly)
    for content in (b"first", b"second", b"third"):
        file.write_bytes(content)
        mirror.send(file, "a")
    may_go.set()
    assert mirror.finish(10) == []
    assert made[-1] == b"third"
    assert len(made) <= 2  # the first may have been under way already
    assert (root / "run/lr=1/a").read_bytes() == b"third"


def test_a_folder_that_comes_back_gets_what_it_missed(mirror, root, file, caplog):
    caplog.set_level("INFO")
    root.rename(root.with_name("away"))
    mirror.send(file, "a")
    while "fails" not in caplog.text:
        threading.Event().wait(0.01)
    root.with_name("away").rename(root)
    assert mirror.finish(10) == []
    assert (root / "run/lr=1/a").read_bytes() == b"first"
    assert caplog.text.count("fails") == 1
    assert "works again" in caplog.text


def test_a_folder_that_was_emptied_gets_everything_again(mirror, root, file):
    mirror.send(file, "a")
    while mirror.is_behind:
        threading.Event().wait(0.01)
    (root / "run/lr=1/a").unlink()
    assert mirror.finish(10) == []
    assert (root / "run/lr=1/a").read_bytes() == b"first"


def test_a_folder_that_stays_away_is_not_made_and_what_is_missing_is_told(mirror, root, file):
    root.rmdir()
    mirror.send(file, "checkpoints/best.ckpt")
    mirror.send(file, "checkpoints/last.ckpt")
    assert set(mirror.finish(0.2)) == {"checkpoints/best.ckpt", "checkpoints/last.ckpt"}
    assert not root.exists()


def test_a_folder_that_hangs_holds_nobody_up(mirror, root, file, monkeypatch):
    hung = threading.Event()
    monkeypatch.setattr(mirror_module, "copy_whole", lambda *args: hung.wait(10))
    mirror.send(file, "a")
    mirror.send(file, "b")
    assert set(mirror.finish(0.2)) == {"a", "b"}
    hung.set()


def test_a_copy_that_reads_back_otherwise_leaves_the_old_file(root, file, monkeypatch):
    target = root / "a"
    target.write_bytes(b"old")
    monkeypatch.setattr(whole_copy, "_sha256", lambda path: b"other")
    with pytest.raises(OSError, match="reads back differently"):
        copy_whole(Copy(file, "a"), root, root)
    assert target.read_bytes() == b"old"
    assert [path.name for path in root.iterdir()] == ["a"]


def test_a_full_disk_leaves_the_old_file(root, file, monkeypatch):
    target = root / "a"
    target.write_bytes(b"old")

    def full(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        copy_whole(Copy(file, "a"), root, root)
    assert target.read_bytes() == b"old"
    assert [path.name for path in root.iterdir()] == ["a"]


def test_a_replaced_file_is_emptied_before_it_is_deleted(root, file, monkeypatch):
    (root / "a").write_bytes(b"old and large")
    emptied = []
    real = os.truncate
    monkeypatch.setattr(os, "truncate", lambda p, n: (emptied.append((p.name, n)), real(p, n)))
    copy_whole(Copy(file, "a"), root, root)
    assert emptied == [("a.old", 0)]
    assert [path.name for path in root.iterdir()] == ["a"]


def test_a_file_that_may_not_be_replaced_stays(root, file):
    (root / "best.ckpt").write_bytes(b"better")
    copy_whole(Copy(file, "best.ckpt", lambda there: False), root, root)
    assert (root / "best.ckpt").read_bytes() == b"better"


def test_a_local_disk_without_room_costs_a_copy_and_not_the_run(mirror, file, monkeypatch, caplog):
    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("shutil.copyfile", full)
    mirror.send(file, "a")
    assert "is not copied" in caplog.text
    monkeypatch.undo()
    assert mirror.finish(10) == []  # sent again at the end


def test_a_replacement_that_was_cut_off_between_two_names_loses_nothing(root, file):
    (root / "best.ckpt.old").write_bytes(b"better")
    assert not copy_whole(Copy(file, "best.ckpt", lambda there: False), root, root)
    assert (root / "best.ckpt").read_bytes() == b"better"


def test_what_cannot_be_judged_is_tried_again_and_told(mirror, root, file, caplog):
    def cannot_tell(there):
        raise UserError("best.ckpt was written by a newer jetcar.")

    (root / "run/lr=1").mkdir(parents=True)
    (root / "run/lr=1/best.ckpt").write_bytes(b"newer")
    mirror.send(file, "best.ckpt", cannot_tell)
    assert mirror.finish(0.2) == ["best.ckpt"]
    assert "newer jetcar" in caplog.text
    assert (root / "run/lr=1/best.ckpt").read_bytes() == b"newer"


def test_a_mirror_that_another_run_took_over_gets_nothing_more(root, tmp_path, file, caplog):
    def taken():
        raise UserError("Another run, on pc, took over.")

    mirror = Mirror(root, "run", tmp_path / "outbox", taken)
    mirror.send(file, "a")
    assert mirror.finish(10) == ["a"]
    assert "Another run, on pc, took over. Training goes on without copies" in caplog.text
    assert not (root / "run/a").exists()


def test_a_beat_that_hangs_does_not_keep_the_program_from_its_end(root, tmp_path, monkeypatch):
    hung = threading.Event()
    mirror = Mirror(root, "run", tmp_path / "outbox", lambda: hung.wait(10))
    assert mirror.finish(0) == []
    hung.set()


@pytest.mark.parametrize("way", ["relative", "absolute"])
def test_folders_are_made_below_the_mirror_and_never_the_mirror_itself(tmp_path, monkeypatch, way):
    monkeypatch.chdir(tmp_path)
    root = Path("Drive") if way == "relative" else tmp_path / "Drive"
    with pytest.raises(FileNotFoundError):
        make_below(root, root / "run/lr=1")
    assert list(tmp_path.iterdir()) == []
    root.mkdir()
    for _ in range(2):
        make_below(root, root / "run/lr=1")
        make_below(root, root)
    assert [path.relative_to(tmp_path) for path in sorted(tmp_path.rglob("*"))] == [
        Path("Drive"),
        Path("Drive/run"),
        Path("Drive/run/lr=1"),
    ]
