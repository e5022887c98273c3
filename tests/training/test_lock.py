"""Two runs never write to the same folder."""

import json
import time

import pytest

from jetcar.errors import UserError
from jetcar.training.lock import LOCK_FILE, STALE_SECONDS, MirrorLock, lock_run, refuse_busy


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


def test_a_mirror_folder_belongs_to_one_run_at_a_time(tmp_path):
    MirrorLock(tmp_path, "pc:/runs/a").claim()
    with pytest.raises(UserError, match=r"Another run .* choose another name=\.\.\."):
        MirrorLock(tmp_path, "laptop:/runs/a").claim()


def test_a_run_that_starts_again_in_place_keeps_its_mirror(tmp_path):
    MirrorLock(tmp_path, "pc:/runs/a").claim()
    MirrorLock(tmp_path, "pc:/runs/a").claim()


def test_a_released_mirror_is_free(tmp_path):
    lock = MirrorLock(tmp_path, "pc:/runs/a")
    lock.claim()
    lock.release()
    MirrorLock(tmp_path, "laptop:/runs/a").claim()


def test_a_machine_that_has_vanished_loses_its_claim_after_a_while(tmp_path):
    sign = {"owner": "colab-1", "machine": "colab-1", "alive": time.time() - STALE_SECONDS - 1}
    (tmp_path / LOCK_FILE).write_text(json.dumps(sign))
    MirrorLock(tmp_path, "colab-2").claim()


def test_a_damaged_claim_holds_nobody_up(tmp_path):
    (tmp_path / LOCK_FILE).write_text("{")
    MirrorLock(tmp_path, "pc").claim()


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_that_is_wrong_by_an_hour_keeps_nobody_out(tmp_path, hours):
    sign = {"owner": "nas", "machine": "nas", "alive": time.time() + 3600 * hours}
    (tmp_path / LOCK_FILE).write_text(json.dumps(sign))
    MirrorLock(tmp_path, "pc").claim()


def test_a_run_whose_mirror_was_taken_over_notices_and_leaves_it_alone(tmp_path):
    slept = MirrorLock(tmp_path, "laptop")
    slept.claim()
    (tmp_path / LOCK_FILE).unlink()
    MirrorLock(tmp_path, "pc").claim()
    with pytest.raises(UserError, match=r"Another run, on .*, took over"):
        slept.beat()
    slept.release()
    with pytest.raises(UserError, match="Another run"):
        MirrorLock(tmp_path, "third").claim()


@pytest.mark.parametrize("sign", ["[]", '{"owner": 1}', '{"owner":"a","machine":"b","alive":"x"}'])
def test_a_claim_of_nonsense_holds_nobody_up(tmp_path, sign):
    (tmp_path / LOCK_FILE).write_text(sign)
    MirrorLock(tmp_path, "pc").claim()
