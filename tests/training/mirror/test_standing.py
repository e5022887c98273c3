"""What in the mirror may give way to this session, and what is another run's."""

import math
from dataclasses import replace

import pytest

from jetcar.model.checkpoint import write_checkpoint
from jetcar.training.mirror import standing as module
from jetcar.training.mirror.lock import TakenOverError
from jetcar.training.mirror.standing import Standing, State
from jetcar.training.run_folder import RunFolder
from tests.cards import card_of, save_checkpoint

CARD = card_of()


def card(epoch, batch=0, seconds=1.0):
    """As far as that; ``seconds`` is what its last epoch took."""
    rows = [{"epoch": one, "val/iou": 0.5, "seconds": 1.0} for one in range(1, epoch + 1)]
    if rows:
        rows[-1]["seconds"] = seconds
    return replace(CARD, epoch=epoch, batch=batch, history=rows, score=0.5)


@pytest.fixture
def there(tmp_path):
    return RunFolder(tmp_path)


def save(path, **what):
    save_checkpoint(path, card(**what))


def reached(there, **what):
    standing = Standing(there)
    standing.reached = State.of(card(**what))
    return standing


@pytest.mark.parametrize(
    ("theirs", "is_taken"),
    [
        ({"epoch": 4}, False),
        ({"epoch": 5}, False),  # ours, as it was copied
        ({"epoch": 5, "batch": 3}, False),
        ({"epoch": 5, "batch": 7}, False),
        ({"epoch": 5, "batch": 8}, True),
        ({"epoch": 6}, True),
        ({"epoch": 5, "seconds": 2.0}, False),  # another's that is behind, as since the start
    ],
)
@pytest.mark.parametrize("name", ["last", "best"])
def test_what_is_further_is_another_runs(there, name, theirs, is_taken):
    save(getattr(there, name), **theirs)
    standing = reached(there, epoch=5, batch=7)
    if not is_taken:
        standing.refuse_another_run()
        return
    with pytest.raises(TakenOverError, match=rf"{name}\.ckpt there is of .* and this run has 5 ep"):
        standing.refuse_another_run()


def test_who_came_as_far_by_another_way_is_another_run(there):
    save(there.last, epoch=5, seconds=2.0)
    with pytest.raises(TakenOverError):
        reached(there, epoch=5).refuse_another_run()


def test_where_the_sign_is_gone_only_what_led_to_this_session_is_its_own(there):
    save(there.last, epoch=4)
    reached(there, epoch=5).refuse_another_run(is_held=False)
    save(there.last, epoch=4, seconds=2.0)
    reached(there, epoch=5).refuse_another_run(is_held=True)
    with pytest.raises(TakenOverError):
        reached(there, epoch=5).refuse_another_run(is_held=False)


def test_an_empty_folder_is_nobodys(there):
    reached(there, epoch=0).refuse_another_run(is_held=False)


def test_a_new_run_finds_anothers_first_epoch_too_far(there):
    save(there.best, epoch=1)
    with pytest.raises(TakenOverError):
        reached(there, epoch=0).refuse_another_run()


def test_what_is_damaged_is_nobodys(there):
    save(there.last, epoch=9)
    there.last.write_bytes(there.last.read_bytes()[:-100])
    reached(there, epoch=5).refuse_another_run(is_held=False)


def test_a_checkpoint_of_a_newer_version_is_another_runs(there):
    there.last.parent.mkdir(parents=True)
    write_checkpoint({"jetcar": {"format": 99}}, there.last)
    with pytest.raises(TakenOverError, match="Update jetcar"):
        reached(there, epoch=5).refuse_another_run()


def test_what_a_cut_off_copy_left_counts(there):
    save(there.last, epoch=9)
    there.last.rename(there.last.with_name("last.ckpt.old"))
    with pytest.raises(TakenOverError):
        reached(there, epoch=5).refuse_another_run()


def test_files_are_read_again_only_when_they_changed_or_it_matters(there, monkeypatch):
    save(there.last, epoch=4)
    standing, reads = reached(there, epoch=5), []
    real = module.read_checkpoint
    monkeypatch.setattr(module, "read_checkpoint", lambda path: (reads.append(path), real(path))[1])
    for _ in range(3):
        standing.refuse_another_run()
    assert len(reads) == 1
    standing.found(there.last, anew=True)
    assert len(reads) == 2
    save(there.last, epoch=9)
    with pytest.raises(TakenOverError):
        standing.refuse_another_run()


def test_scores_that_are_no_numbers_are_equal_to_themselves():
    rows = [{"epoch": 1, "val/iou": math.nan}]
    one, other = (replace(CARD, epoch=1, history=[dict(row) for row in rows]) for _ in range(2))
    assert State.of(one).leads_to(State.of(other))
