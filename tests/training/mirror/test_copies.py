"""What of a run goes to the mirror, and what there may be replaced."""

import errno
import shutil
import threading
from dataclasses import replace

import pytest

from jetcar.errors import UserError
from jetcar.model.checkpoint import read_checkpoint
from jetcar.settings.schema import Mirror as MirrorSettings
from jetcar.training.mirror import copies as module
from jetcar.training.mirror import mirror as mirror_module
from jetcar.training.mirror import standing
from jetcar.training.mirror.copies import Copies
from jetcar.training.mirror.lock import LOCK_FILE
from jetcar.training.run_folder import RunFolder
from tests.cards import card_of, save_checkpoint

CARD = card_of()


@pytest.fixture
def local(tmp_path):
    return RunFolder(tmp_path / "runs" / "a")


@pytest.fixture
def there(tmp_path):
    return RunFolder(tmp_path / "Drive" / "a")


@pytest.fixture
def copies(local, there, monkeypatch):
    monkeypatch.setattr(mirror_module, "RETRY_SECONDS", (0.01,))
    return Copies(MirrorSettings(dir=str(there.path.parent), wait_minutes=0.1), "a", local)


def save(path, score, epoch=1):
    save_checkpoint(path, replace(CARD, score=score, epoch=epoch))


def score_of(path):
    return read_checkpoint(path)[0].score


@pytest.fixture(autouse=True)
def drive(tmp_path):
    (tmp_path / "Drive").mkdir()


def test_a_worse_best_replaces_none_and_a_better_one_does(copies, local, there, caplog):
    save(there.best, 0.5)
    save(local.best, 0.4)
    with copies:
        copies.send_best(local.best, 0.4, "val/iou")
    assert score_of(there.best) == 0.5
    assert "has a better score (0.5000) and stays" in caplog.text
    assert copies.missing == []
    save(local.best, 0.6)
    with copies:
        copies.send_best(local.best, 0.6, "val/iou")
    assert score_of(there.best) == 0.6


def test_of_losses_the_lower_one_is_better(copies, local, there):
    save(there.best, 0.5)
    save(local.best, 0.4)
    with copies:
        copies.send_best(local.best, 0.4, "val/loss")
    assert score_of(there.best) == 0.4


def test_a_drive_that_fails_for_a_moment_does_not_make_a_better_best_look_damaged(
    copies, local, there, monkeypatch
):
    save(there.best, 0.5)
    save(local.best, 0.4)
    real, count = standing.read_checkpoint, iter(range(99))

    def fails_once(path):
        if next(count) == 0:
            raise OSError(errno.EIO, "Input/output error")
        return real(path)

    monkeypatch.setattr(standing, "read_checkpoint", fails_once)
    with copies:
        copies.send_best(local.best, 0.4, "val/iou")
    assert score_of(there.best) == 0.5


def test_a_damaged_best_is_replaced(copies, local, there):
    save(there.best, 0.5)
    there.best.write_bytes(there.best.read_bytes()[:100])
    save(local.best, 0.4)
    with copies:
        copies.send_best(local.best, 0.4, "val/iou")
    assert score_of(there.best) == 0.4


def test_catching_up_looks_into_checkpoints_as_all_are_of_one_size(copies, local, there):
    save(local.last, 0.5, epoch=7)
    save(there.last, 0.5, epoch=6)
    assert local.last.stat().st_size == there.last.stat().st_size
    with copies:
        copies.catch_up("val/iou")
    assert read_checkpoint(there.last)[0].epoch == 7


def test_catching_up_goes_by_the_score_in_the_file(copies, local, there):
    save(there.best, 0.5, epoch=4)
    save(local.best, 0.1, epoch=1)
    with copies:
        copies.catch_up("val/iou")
    assert score_of(there.best) == 0.5


def test_a_mirror_that_does_not_answer_is_told(copies, monkeypatch):
    def silent(seconds, question):
        raise TimeoutError

    monkeypatch.setattr(module, "with_timeout", silent)
    with pytest.raises(UserError, match=r"does not answer\. Mount it again, .* mirror\.dir=null"):
        copies.ask(lambda: 1)


def test_a_folder_has_some_seconds_to_answer_also_where_nobody_wants_to_wait(local, there):
    given = Copies(MirrorSettings(dir=str(there.path.parent), wait_minutes=0), "a", local)
    assert given.ask(lambda: 1) == 1


def further(tmp_path, there):
    """The mirror as it comes back from elsewhere: best of epoch 24, last of 25."""
    save(there.best, 0.8, epoch=24)
    save(there.last, 0.7, epoch=25)
    return there.best.read_bytes(), there.last.read_bytes()


@pytest.mark.parametrize("is_held", [True, False])
def test_a_mirror_that_comes_back_further_keeps_both_and_gets_nothing_more(
    copies, local, there, tmp_path, caplog, is_held
):
    save(local.best, 0.73, epoch=12)
    save(local.last, 0.7, epoch=13)
    local.log.write_text("ours", encoding="utf-8")
    copies.reached(read_checkpoint(local.last)[0])
    with copies:
        copies.send_best(local.best, 0.73, "val/iou")
        copies.send_last()
        while copies._mirror.is_behind:
            threading.Event().wait(0.01)
        before = further(tmp_path, there)
        if not is_held:
            (there.path / LOCK_FILE).unlink()
        copies.send(local.log)
        copies.send_best(local.best, 0.73, "val/iou")
        copies.send_last()
    assert (there.best.read_bytes(), there.last.read_bytes()) == before
    assert not there.log.exists()
    assert copies.is_taken
    assert set(copies.missing) == {"log.txt", "checkpoints/best.ckpt", "checkpoints/last.ckpt"}
    assert "last.ckpt there is of 25 epochs, and this run has 13 epochs" in caplog.text


def test_a_better_best_that_comes_while_the_run_trains_stays(copies, local, there, caplog):
    save(local.best, 0.4, epoch=3)
    save(local.last, 0.4, epoch=5)
    copies.reached(read_checkpoint(local.last)[0])
    with copies:
        copies.send_best(local.best, 0.4, "val/iou")
        while copies._mirror.is_behind:
            threading.Event().wait(0.01)
        save(there.best, 0.5, epoch=2)
        copies.send_best(local.best, 0.4, "val/iou")
    assert score_of(there.best) == 0.5
    assert "has a better score (0.5000) and stays" in caplog.text


def test_an_emptied_mirror_is_filled_again(copies, local, there):
    save(local.best, 0.4, epoch=3)
    save(local.last, 0.4, epoch=5)
    copies.reached(read_checkpoint(local.last)[0])
    with copies:
        copies.send_last()
        while copies._mirror.is_behind:
            threading.Event().wait(0.01)
        shutil.rmtree(there.path)
        copies.send_best(local.best, 0.4, "val/iou")
    assert copies.missing == []
    assert read_checkpoint(there.last)[0].epoch == 5
    assert score_of(there.best) == 0.4


def test_a_finished_run_whose_mirror_lacks_nothing_writes_nothing_there(local, there, monkeypatch):
    save(local.last, 0.5, epoch=7)
    save(there.last, 0.5, epoch=7)

    def read_only(*_):
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(module.MirrorLock, "claim", read_only)
    given = Copies(MirrorSettings(dir=str(there.path.parent), wait_minutes=0.1), "a", local)
    given.complete("val/iou")
    save(local.last, 0.5, epoch=8)
    with pytest.raises(OSError, match="Read-only"):
        given.complete("val/iou")


def test_what_could_not_be_put_aside_is_missing(copies, local, monkeypatch):
    save(local.last, 0.5)

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("shutil.copyfile", full)
    with copies:
        copies.send_last()
    assert copies.missing == ["checkpoints/last.ckpt"]
