"""How far a run is follows from its files, whatever is in them."""

import math

import pytest

from jetcar.errors import UserError
from jetcar.live.run_files import STOPPED, in_words, read_rows, read_standing, refuse_no_run
from jetcar.training.callbacks.end import STOPPED as AS_TOLD
from jetcar.training.run_folder import RunFolder
from tests.live.runs import finish, run_folder


def standing(folder, since=10.0):
    """The standing so many seconds after the last epoch was written."""
    return read_standing(folder, now=written(folder) + since)


def written(folder):
    paths = [one for one in (folder.metrics, folder.config, folder.log) if one.exists()]
    return max(one.stat().st_mtime for one in paths)


def test_a_run_that_trains_says_its_epoch_its_best_one_and_how_long_it_takes_at_most(tmp_path):
    now = standing(run_folder(tmp_path / "street1", 0.2, 0.5, 0.4))
    assert (now.state, now.is_at_rest) == ("in epoch 4 of 10", False)
    assert now.best == (0.5, 2)
    assert now.pace == 60
    assert now.left == pytest.approx(7 * 60 - 10, abs=1)
    assert now.lines == ["2026-11-28 10:00:00 INFO it begins", "epoch 1"]


def test_before_the_first_epoch_is_over_nobody_knows_how_long_it_takes(tmp_path):
    now = standing(run_folder(tmp_path / "street1"))
    assert (now.state, now.rows, now.left) == ("in epoch 1 of 10", [], None)
    assert math.isnan(now.best[0])


def test_what_was_stopped_says_so_as_the_training_has_told_it(tmp_path):
    folder = run_folder(tmp_path / "street1", 0.2)
    folder.log.write_text(f"2026-11-28 INFO {AS_TOLD}\n", encoding="utf-8")
    assert AS_TOLD.endswith(STOPPED)
    now = standing(folder)
    assert now.state == "stopped after 1 epoch; the same train.py command continues"
    assert now.is_at_rest
    assert now.left is None


def test_a_run_without_a_sign_of_life_may_be_gone_and_one_with_long_epochs_not(tmp_path):
    folder = run_folder(tmp_path / "street1", 0.2)
    assert standing(folder, 299).state == "in epoch 2 of 10"
    assert standing(folder, 2 * 3600).state == "no sign for 2 h 0 min: it may have been ended"
    text = folder.metrics.read_text("utf-8").replace("60.0", "3600")
    folder.metrics.write_text(text, encoding="utf-8")
    assert standing(folder, 2 * 3600).state == "in epoch 2 of 10"


def test_a_finished_run_says_so_until_it_trains_on(tmp_path):
    folder = run_folder(tmp_path / "street1", 0.2, 0.3)
    finish(folder, 2)
    assert standing(folder, 9e9).state == "finished after 2 epochs"
    finish(folder, 1)  # more epochs since
    assert standing(folder).state == "in epoch 3 of 10"


def test_after_the_last_epoch_the_end_is_written(tmp_path):
    now = standing(run_folder(tmp_path / "street1", *[0.2] * 10))
    assert now.state == "all epochs are over; the end is written"


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe", b"- a\n- b", b"trainer: [", b"trainer: 5", b"a: &a [*a]", b"x: y: z"],
)
def test_settings_that_are_none_cost_only_what_they_would_say(tmp_path, content):
    folder = run_folder(tmp_path / "street1", 0.2)
    folder.config.write_bytes(content)
    now = standing(folder)
    assert (now.state, now.left, now.monitor) == ("in epoch 2", None, "val/iou")


@pytest.mark.parametrize(
    ("text", "epochs"),
    [
        ("", []),
        ("epoch,val/iou\n1,0.5\n2,", [1, 2]),
        ("epoch,val/iou\n1,0.5\nx,1\n\n-1,1\n1.5,1\nnan,1\n3,0.1", [1, 3]),
        ("epoch\n1\0,2\n2,3,4,5", [2]),
        ("\0\xff,;", []),
    ],
)
def test_of_a_table_that_was_cut_off_or_edited_the_rows_remain_that_are_some(
    tmp_path, text, epochs
):
    path = tmp_path / "metrics.csv"
    path.write_text(text, encoding="utf-8")
    assert [row["epoch"] for row in read_rows(path)] == epochs


def test_of_a_long_log_the_last_lines_are_shown_without_what_a_terminal_would_do(tmp_path):
    folder = run_folder(tmp_path / "street1")
    folder.log.write_text("old\n" * 99_999 + "x\x1b[31m\n", encoding="utf-8")
    lines = standing(folder).lines
    assert len(lines) == 20
    assert lines[-1] == "x\\x1b[31m"


def test_a_folder_that_goes_away_is_told(tmp_path):
    folder = run_folder(tmp_path / "street1")
    folder.path.rename(tmp_path / "other")
    assert read_standing(folder).state == f"{folder.path} is gone"


def test_what_is_no_run_is_refused_in_a_sentence(tmp_path):
    with pytest.raises(UserError, match=r"There is no folder .*later\. Check the path"):
        refuse_no_run(RunFolder(tmp_path / "later"))
    with pytest.raises(UserError, match=r"is not the folder of a run: it has no config\.yaml\."):
        refuse_no_run(RunFolder(tmp_path))
    refuse_no_run(run_folder(tmp_path / "street1"))


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.4, "0 s"), (59, "59 s"), (90, "2 min"), (3700, "1 h 2 min")]
)
def test_times_are_said_as_roughly_as_they_are_known(seconds, words):
    assert in_words(seconds) == words
