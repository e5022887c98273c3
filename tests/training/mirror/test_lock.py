"""Two runs never write to the same folder."""

import json
import time

import pytest
from filelock import FileLock

from jetcar.errors import UserError
from jetcar.training.mirror import lock as module
from jetcar.training.mirror.lock import (
    LOCK_FILE,
    STALE_SECONDS,
    MirrorLock,
    TakenOverError,
    lock_run,
    place_of,
    refuse_busy,
)


@pytest.fixture
def drive(tmp_path):
    (tmp_path / "Drive").mkdir()
    return tmp_path / "Drive"


@pytest.fixture
def pc(tmp_path):
    """A run's folder on a local disk that was locked once."""
    lock_run(tmp_path / "pc").release()
    return tmp_path / "pc"


@pytest.fixture
def laptop(tmp_path):
    """Another one."""
    lock_run(tmp_path / "laptop").release()
    return tmp_path / "laptop"


def test_a_run_folder_belongs_to_one_process_at_a_time(tmp_path):
    with (
        lock_run(tmp_path / "run"),
        pytest.raises(UserError, match=r"Another process .* Wait for it, or choose another name"),
    ):
        lock_run(tmp_path / "run")
    lock_run(tmp_path / "run").release()


def test_whether_a_run_folder_is_free_is_seen_without_making_one(tmp_path):
    refuse_busy(tmp_path / "run")
    assert not (tmp_path / "run").exists()
    with lock_run(tmp_path / "run"), pytest.raises(UserError, match="Another process"):
        refuse_busy(tmp_path / "run")


def test_a_run_folder_that_nobody_can_write_to_is_free(pc, monkeypatch):
    def read_only(*_, **__):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(FileLock, "acquire", read_only)
    refuse_busy(pc)


def test_a_disk_without_locks_is_told_and_used(tmp_path, monkeypatch, caplog):
    def no_locks(*_, **__):
        raise NotImplementedError

    monkeypatch.setattr(FileLock, "acquire", no_locks)
    lock_run(tmp_path / "run")
    assert "has no locks: make sure yourself" in caplog.text


def test_a_mirror_folder_belongs_to_one_run_at_a_time(drive, pc, laptop):
    MirrorLock(drive, pc).claim()
    with pytest.raises(UserError, match=r"Another run .* choose another name=\.\.\."):
        MirrorLock(drive, laptop).claim()


def test_a_run_that_starts_again_in_place_keeps_its_mirror(drive, pc):
    MirrorLock(drive, pc).claim()
    MirrorLock(drive, pc).claim()


def test_a_session_that_was_succeeded_in_place_notices(drive, pc):
    former, latter = MirrorLock(drive, pc), MirrorLock(drive, pc)
    former.claim()
    latter.claim()
    with pytest.raises(TakenOverError, match="took over"):
        former.beat()
    latter.beat()


def test_folders_of_the_same_name_on_cloned_machines_are_two_places(tmp_path, pc, monkeypatch):
    here = place_of(pc)
    assert place_of(pc) == here
    monkeypatch.setattr(module, "BOOT", tmp_path / "boot_id")
    (tmp_path / "boot_id").write_text("the clone's\n", encoding="utf-8")
    assert place_of(pc) != here


def test_a_folder_that_was_never_locked_is_no_place_of_anybody(drive, tmp_path, pc):
    assert place_of(tmp_path / "new") == ""
    MirrorLock(drive, tmp_path / "new").claim()
    with pytest.raises(UserError, match="Another run"):
        MirrorLock(drive, tmp_path / "new too").claim()


def test_a_released_mirror_is_free(drive, pc, laptop):
    lock = MirrorLock(drive, pc)
    lock.claim()
    lock.release()
    assert list(drive.iterdir()) == []
    MirrorLock(drive, laptop).claim()


def write_sign(drive, **sign):
    (drive / LOCK_FILE).write_text(
        json.dumps({"owner": "colab", "machine": "colab", **sign}), encoding="utf-8"
    )


def test_a_machine_that_has_vanished_loses_its_claim_after_a_while(drive, pc):
    write_sign(drive, alive=time.time() - STALE_SECONDS - 1)
    MirrorLock(drive, pc).claim()


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_that_is_wrong_by_an_hour_keeps_nobody_out(drive, pc, hours):
    write_sign(drive, alive=time.time() + 3600 * hours)
    MirrorLock(drive, pc).claim()


def test_a_run_whose_mirror_was_taken_over_notices_and_leaves_it_alone(drive, pc, laptop, tmp_path):
    slept = MirrorLock(drive, laptop)
    slept.claim()
    (drive / LOCK_FILE).unlink()
    MirrorLock(drive, pc).claim()
    with pytest.raises(TakenOverError, match=r"Another run, on .*, took over"):
        slept.beat()
    slept.release()
    with pytest.raises(UserError, match="Another run"):
        MirrorLock(drive, tmp_path / "third").claim()


def test_a_sign_that_is_gone_is_noticed_and_given_again(drive, pc):
    lock = MirrorLock(drive, pc)
    lock.claim()
    assert lock.is_held()
    (drive / LOCK_FILE).unlink()
    assert not lock.is_held()
    lock.beat()
    assert lock.is_held()


@pytest.mark.parametrize(
    "sign",
    [
        "{",
        "[]",
        "7",
        '{"owner": 1}',
        '{"owner":"a","machine":"b","alive":"x"}',
        '{"owner":"a","machine":"b","alive":1' + "0" * 400 + "}",
        '{"owner":"a","machine":"b","alive":NaN}',
        "[" * 100_000,
    ],
)
def test_a_claim_of_nonsense_holds_nobody_up(drive, pc, sign):
    (drive / LOCK_FILE).write_text(sign, encoding="utf-8")
    MirrorLock(drive, pc).claim()


def test_the_name_of_another_machine_is_fit_to_print(drive, pc):
    write_sign(drive, machine="\x1b[31mpc", alive=time.time())
    with pytest.raises(UserError, match=r"on \\x1b\[31mpc writes"):
        MirrorLock(drive, pc).claim()


def test_a_folder_in_the_place_of_a_claim_is_told(drive, pc):
    (drive / LOCK_FILE).mkdir()
    with pytest.raises(UserError, match=r"is a folder where a file belongs\. Remove it, or choose"):
        MirrorLock(drive, pc).claim()


def test_a_sign_of_an_older_version_still_counts(drive, pc):
    write_sign(drive, owner="colab:/content/runs/first", alive=time.time())
    with pytest.raises(UserError, match="Another run on colab"):
        MirrorLock(drive, pc).claim()
