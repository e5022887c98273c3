"""The line of an epoch, and the bar inside it."""

import sys
from types import SimpleNamespace

from jetcar.training.callbacks.progress import StepBar, epoch_line
from jetcar.training.history import History


def row(epoch, iou):
    return {
        "epoch": epoch,
        "train/loss": 1.25,
        "train/loss/dice": 0.5,
        "train/loss/bce": 0.75,
        "val/loss": 1.5,
        "val/iou": iou,
        "lr/decoder": 0.00025,
        "seconds": 61.7,
        "images_per_second": 123.45,
    }


def test_the_line_of_the_best_epoch():
    history = History("val/iou", [row(1, 0.5), row(2, 0.625)])
    assert epoch_line(history, 9, None) == (
        "epoch 2/9  loss 1.250 (dice 0.500, bce 0.750)  val/loss 1.500  val/iou 0.6250 (best)  "
        "lr 0.00025  62 s  123.5 images/s"
    )


def test_the_line_names_the_best_epoch_so_far_and_where_copies_go():
    history = History("val/iou", [row(1, 0.625), row(2, 0.5)])
    line = epoch_line(history, 9, "/drive/run")
    assert "val/iou 0.5000 (best 0.6250 in epoch 1)" in line
    assert line.endswith("last -> /drive/run")
    assert epoch_line(History("val/iou", [row(1, 1)]), 9, "/drive/run").endswith(
        "best and last -> /drive/run"
    )


TRAINER = SimpleNamespace(current_epoch=0, num_training_batches=3, num_val_batches=[2])


def test_a_log_gets_no_bar(capsys):
    bar = StepBar()
    bar.on_train_epoch_start(TRAINER, None)
    bar.on_train_batch_end()
    assert bar.bar is None
    assert capsys.readouterr().out == ""


def test_on_a_terminal_a_bar_counts_batches_and_goes(monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    bar = StepBar()
    bar.on_train_epoch_start(TRAINER, None)
    bar.on_train_batch_end()
    task = bar.bar.tasks[0]
    assert (task.description, task.completed, task.total) == ("epoch 1", 1, 3)
    bar.on_validation_epoch_start(TRAINER, None)
    assert (bar.bar.tasks[0].description, bar.bar.tasks[0].total) == ("validation", 2)
    bar.on_exception(TRAINER, None, KeyboardInterrupt())
    assert bar.bar is None
