"""What a run shows in TensorBoard beside its curves, once each, and at no cost to training."""

import pytest
import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from jetcar.errors import Interrupted
from jetcar.model.checkpoint import read_checkpoint
from jetcar.training.callbacks.pictures import spread
from jetcar.training.summaries import hyper_parameters
from tests.sessions import stop_at, trained

MATRIX = "Val confusion/percent of each true class"
FOUR = ("trainer.max_epochs=4", "tensorboard.every=2", "early_stop.patience=9")


def shown(folder):
    """The epochs of every picture, and the values of every scalar, as TensorBoard reads them."""
    events = EventAccumulator(str(folder.curves), size_guidance={"images": 0})
    events.Reload()
    pictures = {tag: [one.step for one in events.Images(tag)] for tag in events.Tags()["images"]}
    scalars = {
        tag: [(one.step, one.value) for one in events.Scalars(tag)]
        for tag in events.Tags()["scalars"]
    }
    return pictures, scalars, events.summary_metadata


def test_a_run_shows_pictures_confusions_and_its_result(settings):
    folder = trained(settings(*FOUR))
    pictures, scalars, metadata = shown(folder)
    # The first epoch, every second one, and the last.
    assert pictures == {
        tag: [1, 2, 4] for tag in (MATRIX, "Val pictures/Img_d", "Val pictures/Img_e")
    }
    best = read_checkpoint(folder.best)[0]
    assert scalars["result/val/iou"] == [(5, pytest.approx(best.score))]  # behind the last epoch
    assert scalars["result/best epoch"] == [(5, best.epoch)]
    assert "_hparams_/session_start_info" in metadata


def test_pictures_change_nothing_that_is_learnt(settings):
    with_pictures = trained(settings("name=on", "tensorboard.every=1"))
    without = trained(settings("name=off", "tensorboard.every=0", "tensorboard.pictures=0"))
    assert shown(without)[0] == {}
    ours, theirs = (
        read_checkpoint(folder.last)[1]["state_dict"] for folder in (with_pictures, without)
    )
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)
    states = [read_checkpoint(folder.last)[0].state for folder in (with_pictures, without)]
    assert torch.equal(states[0]["random"]["cpu"], states[1]["random"]["cpu"])


def test_after_a_stop_and_after_more_epochs_nothing_stands_twice(settings, monkeypatch):
    stop_at(monkeypatch, 1)  # in the second epoch of one batch
    each = ("tensorboard.every=1", "early_stop.patience=9")
    with pytest.raises(Interrupted):
        trained(settings(*each))
    monkeypatch.undo()
    folder = trained(settings(*each))
    folder.result.unlink()  # as after a kill between the curves and the result
    trained(settings(*each))
    assert [step for step, _ in shown(folder)[1]["result/val/iou"]] == [3]
    trained(settings(*each, "trainer.max_epochs=3"))
    pictures, scalars, _ = shown(folder)
    assert pictures[MATRIX] == pictures["Val pictures/Img_d"] == [1, 2, 3]
    assert [step for step, _ in scalars["result/val/iou"]] == [4]


@pytest.mark.parametrize(
    ("total", "count", "chosen"),
    [(101, 4, [0, 33, 67, 100]), (2, 4, [0, 1]), (9, 1, [0]), (9, 0, []), (0, 4, [])],
)
def test_pictures_are_spread_over_val(total, count, chosen):
    assert spread(total, count) == chosen


def test_hyper_parameters_are_what_can_change_a_score():
    settings = {
        "name": "a",
        "seed": 0,
        "data": {"source": "x", "image_size": [32, 64], "remap": False},
        "optimizer": {"lr": 1e-3, "encoder_lr": None},
        "init_from": "\x1b[2J",
        "mirror": {"dir": None},
    }
    assert hyper_parameters(settings) == {
        "seed": 0,
        "data.image_size": "[32, 64]",
        "optimizer.lr": 1e-3,
        "optimizer.encoder_lr": "null",
        "init_from": r"\x1b[2J",
    }
