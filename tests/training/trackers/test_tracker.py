"""Epochs reach a tracker once, when they are saved, and no failure of it stops a training."""

import pytest

from jetcar.errors import UserError
from jetcar.training.early import refuse_early
from jetcar.training.history import History
from jetcar.training.trackers import early
from jetcar.training.trackers.mlflow_place import place_of, without_password
from jetcar.training.trackers.mlflow_runs import metric_key
from jetcar.training.trackers.tracker import Tracker, TrackerLogger, run_ids
from tests.composed import settings_of


class Kept(Tracker):
    """A tracker in memory, which fails where it is told to."""

    key, title, remedy = "kept", "Kept", "nothing is lost"

    def __init__(self, has=0):
        self.has, self.run_id, self.experiment_ = has, None, object()
        self.epochs, self.ends = [], []
        self.fails = False

    @property
    def experiment(self):
        return self.experiment_

    def begin(self):
        self._fail()
        self.run_id = "id"
        return self.has

    def add(self, row):
        self._fail()
        self.epochs.append(row["epoch"])

    def close(self, status):
        self._fail()
        self.ends.append(status)

    def _fail(self):
        if self.fails:
            raise ConnectionError("no route to host\nmore of it")


def history_of(epochs):
    return History("val/iou", [{"epoch": n, "val/iou": 0.1 * n} for n in range(1, epochs + 1)])


def test_an_epoch_is_sent_when_it_is_saved_and_not_before():
    tracker, history = Kept(), history_of(0)
    logger = TrackerLogger(tracker, history)
    assert logger.experiment is tracker.experiment
    history.rows.append({"epoch": 1})
    logger.log_metrics({"val/iou": 0.5}, 1)
    assert tracker.epochs == []
    logger.after_save_checkpoint(None)
    logger.after_save_checkpoint(None)  # inside the next epoch
    history.rows.append({"epoch": 2})  # a fault comes before its checkpoint
    logger.finalize("failed")
    assert (tracker.epochs, tracker.ends) == ([1], ["failed"])


@pytest.mark.parametrize(("has", "sent"), [(0, [1, 2, 3]), (2, [3]), (3, []), (5, [])])
def test_a_run_that_continues_sends_what_the_tracker_lacks(has, sent):
    tracker = Kept(has)
    assert TrackerLogger(tracker, history_of(3)).experiment is not None
    assert tracker.epochs == sent


def test_an_epoch_that_is_trained_again_is_not_sent_again():
    tracker, history = Kept(has=3), history_of(2)  # the checkpoint of the third is lost
    logger = TrackerLogger(tracker, history)
    for epoch in (3, 4):
        history.rows.append({"epoch": epoch})
        logger.after_save_checkpoint(None)
    assert tracker.epochs == [4]


def test_a_failure_is_told_once_and_what_could_not_be_sent_follows(caplog):
    tracker, history = Kept(), history_of(1)
    tracker.fails = True
    logger = TrackerLogger(tracker, history)
    assert logger.experiment is None
    assert run_ids([logger]) == {}
    history.rows.append({"epoch": 2})
    logger.after_save_checkpoint(None)
    (line,) = caplog.messages
    assert line == (
        "Kept does not take the values of this run (no route to host); training goes on, and "
        "nothing is lost"
    )
    tracker.fails = False
    logger.after_save_checkpoint(None)
    assert tracker.epochs == [1, 2]
    assert run_ids([logger]) == {"kept": "id"}
    tracker.fails = True
    logger.finalize("success")
    assert len(caplog.messages) == 1


@pytest.mark.parametrize(("name", "package"), [("wandb", "wandb"), ("mlflow", "mlflow-skinny")])
def test_a_library_that_is_missing_is_told_with_the_command(settings, monkeypatch, name, package):
    monkeypatch.setattr(early, "find_spec", lambda name: None)
    with pytest.raises(UserError, match=rf"logger={name} needs .* pip install {package}$"):
        refuse_early(settings(f"logger={name}", "data.source=not-looked-at"))


def test_a_folder_of_that_name_is_no_library(settings, monkeypatch, tmp_path):
    (tmp_path / "a_tracker").mkdir()  # as W&B leaves wandb/ where it was used
    monkeypatch.syspath_prepend(tmp_path)
    real = early.find_spec
    monkeypatch.setattr(early, "find_spec", lambda name: real("a_tracker"))
    with pytest.raises(UserError, match="pip install wandb"):
        refuse_early(settings("logger=wandb"))


def test_trackers_are_chosen_together_and_their_settings_are_checked():
    chosen = settings_of("train", "logger=[wandb,mlflow]", "logger.wandb.tags=[night]").logger
    assert (chosen.tensorboard, chosen.wandb.project, chosen.wandb.tags) == (
        True,
        "jetcar",
        ["night"],
    )
    assert chosen.mlflow.experiment_name == "jetcar"
    alone = settings_of("train").logger
    assert (alone.tensorboard, alone.wandb, alone.mlflow) == (True, None, None)
    with pytest.raises(UserError, match=r"logger\.wandb\.offline=perhaps must be true or false"):
        settings_of("train", "logger=wandb", "logger.wandb.offline=perhaps")
    with pytest.raises(UserError, match=r"logger\.wandb=true must be a section"):
        settings_of("train", "logger=wandb", "logger.wandb=true")


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("val/iou", "val/iou"),
        ("val/iou/straße 2.b", "val/iou_straße 2.b"),
        ("val/iou/a/b:c", "val/iou_a_b_c"),
        ("seconds", "seconds"),
    ],
)
def test_a_name_becomes_one_that_mlflow_can_store_in_a_folder(name, key):
    assert metric_key(name) == key


def test_mlflow_goes_where_it_is_told_to(tmp_path, monkeypatch):
    def place(*typed):
        return place_of(settings_of("train", "logger=mlflow", *typed).logger.mlflow, tmp_path)

    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    assert place() == (tmp_path / "mlruns").as_uri()
    for address in ("http://127.0.0.1:5000", "sqlite:///mlflow.db", "databricks"):
        assert place(f"logger.mlflow.tracking_uri={address}") == address
    folder = tmp_path / "Läufe 1"
    assert place(f"logger.mlflow.tracking_uri={folder}") == folder.as_uri()
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://server")
    assert place() == "http://server"


def test_a_password_gets_neither_into_checkpoints_nor_onto_the_screen():
    address = "logger.mlflow.tracking_uri=http://me:secret@server:5000"
    with pytest.raises(UserError, match="in the environment, as MLFLOW_TRACKING_URI") as caught:
        settings_of("train", "logger=mlflow", address)
    assert "secret" not in str(caught.value)
    assert without_password("http://me:secret@server:5000/x") == "http://server:5000/x"
