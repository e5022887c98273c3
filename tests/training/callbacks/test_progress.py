"""The line of an epoch."""

from jetcar.training.callbacks.progress import epoch_line
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


def test_the_line_says_the_road_score_where_there_is_one():
    road = {"val/road": 0.9125, "val/road/centre_300_mm": 7.4}
    line = epoch_line(History("val/iou", [{**row(1, 0.5), **road}]), 9, None)
    assert "val/iou 0.5000 (best)  val/road 0.912 (7 mm off at 300)  lr 0.00025" in line
    free = {"val/road": 0.5, "val/road/free_way_mm": 80.0}
    assert "  val/road 0.500  lr" in epoch_line(
        History("val/iou", [{**row(1, 0.5), **free}]), 9, None
    )
    no_lane = {"val/road": float("nan"), "val/road/centre_300_mm": float("nan")}
    assert "road" not in epoch_line(History("val/iou", [{**row(1, 0.5), **no_lane}]), 9, None)
