"""The report while a run trains: at best epochs, on a stop, and never in the way of the run."""

import pytest
import torch

from jetcar.errors import Interrupted
from jetcar.model.checkpoint import read_checkpoint
from jetcar.training.callbacks import report as module
from jetcar.training.interim import most_shown
from tests.sessions import stop_at, trained

FOUR = ("trainer.max_epochs=4", "early_stop.patience=9")


@pytest.fixture
def written(monkeypatch):
    """The epochs after which a report was written while the run trained."""
    epochs, real = [], module.write_interim_report

    def write(run, history, looked):
        epochs.append(history.epochs)
        return real(run, history, looked)

    monkeypatch.setattr(module, "write_interim_report", write)
    return epochs


def test_a_stop_leaves_a_report_of_the_best_epoch_so_far(settings, monkeypatch, tmp_path, written):
    monkeypatch.setattr(module, "SECONDS_BETWEEN", 1e9)
    stop_at(monkeypatch, 3)  # an epoch is one step: in the fourth
    with pytest.raises(Interrupted):
        trained(settings(*FOUR, "name=stopped", "monitor=val/loss"))
    assert written == [1, 4]  # the first epoch, and the one in which the stop came
    page = (tmp_path / "runs/stopped/report.html").read_text("utf-8")
    assert "written after 4 epochs, while the run trained: it shows 2 pictures of Val" in page
    assert "Img_d" in page


def test_between_two_reports_there_is_a_pause(settings, monkeypatch, written):
    monkeypatch.setattr(module, "SECONDS_BETWEEN", 1e9)
    trained(settings(*FOUR))
    assert written == [1]


def test_every_best_epoch_but_the_last_one_writes_it_where_epochs_are_long(
    settings, monkeypatch, written
):
    monkeypatch.setattr(module, "SECONDS_BETWEEN", 0)
    folder = trained(settings(*FOUR))
    rows = read_checkpoint(folder.last)[0].history
    best, expected = -1.0, []
    for row in rows[:-1]:
        if row["val/iou"] > best:
            best = row["val/iou"]
            expected.append(row["epoch"])
    assert written == expected
    assert "while the run trained" not in folder.report.read_text("utf-8")


def test_the_report_changes_nothing_that_is_learnt(settings, monkeypatch):
    monkeypatch.setattr(module, "SECONDS_BETWEEN", 0)
    folders = [trained(settings(f"name=r-{on}", f"report={on}")) for on in ("true", "false")]
    ours, theirs = (read_checkpoint(folder.last) for folder in folders)
    weights, others = ours[1]["state_dict"], theirs[1]["state_dict"]
    assert all(torch.equal(weights[name], others[name]) for name in weights)
    assert torch.equal(ours[0].state["random"]["cpu"], theirs[0].state["random"]["cpu"])
    assert not folders[1].report.exists()


def test_a_report_that_cannot_be_written_is_told_and_the_training_goes_on(
    settings, monkeypatch, caplog
):
    def fail(run, history, looked):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "write_interim_report", fail)
    folder = trained(settings("trainer.max_epochs=2"))
    assert "the report is not up to date" in caplog.text
    assert folder.result.is_file()


def test_a_run_whose_val_is_large_shows_some_of_it_and_says_so(settings, monkeypatch, tmp_path):
    monkeypatch.setattr(module, "SECONDS_BETWEEN", 0)
    stop_at(monkeypatch, 1)
    with pytest.raises(Interrupted):
        trained(settings("name=few", "report_pictures=1"))
    assert "Val, 1 of 2 pictures" in (tmp_path / "runs/few/report.html").read_text("utf-8")


def test_of_larger_pictures_fewer_are_shown():
    assert most_shown(224, 224, None) == 60
    assert most_shown(224, 224, 7) == 7
    assert most_shown(1024, 512, None) == 22  # 12 million / (1024 * 512) = 22.9
    assert most_shown(8192, 8192, None) == 1


def test_of_the_batches_of_val_only_these_pictures_stay_in_memory(settings, monkeypatch):
    kept = []

    def write(run, history, looked):
        kept.extend(looked.values())
        return []

    monkeypatch.setattr(module, "write_interim_report", write)
    trained(settings("trainer.max_epochs=2"))
    assert len(kept) == 2
    for one in kept:
        assert one.image.shape == (32, 32, 3)
        assert all(part.base is None for part in (one.image, one.true, one.predicted))
