"""Which loggers a run has, as ``logger=`` chooses them."""

import csv

import pytest

from jetcar.training.loggers import EpochLogger
from tests.sessions import trained


def rows_of(folder):
    with folder.metrics.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_a_logger_must_say_what_it_adds(tmp_path):
    with pytest.raises(TypeError, match=r"abstract method '?add"):
        EpochLogger(tmp_path, "nothing")


def test_an_epoch_is_whole_when_its_speed_is_there(tmp_path):
    class Kept(EpochLogger):
        def add(self, row):
            kept.append(row)

    kept = []
    logger = Kept(tmp_path, "kept")
    for epoch in (1, 2):
        logger.log_metrics({"train/loss": 0.5, "epoch": epoch - 1.0, "mine": 3.0}, epoch)
        logger.log_metrics({"val/iou": 0.25 * epoch}, epoch)
        logger.log_metrics({"seconds": 2.0, "images_per_second": 1.5}, epoch)
    rest = {"seconds": 2.0, "images_per_second": 1.5}
    assert kept == [
        {"epoch": 1, "train/loss": 0.5, "val/iou": 0.25, **rest},
        {"epoch": 2, "train/loss": 0.5, "val/iou": 0.5, **rest},
    ]


def test_without_loggers_the_table_of_the_epochs_stays_and_the_curves_are_gone(settings):
    folder = trained(settings("name=none", "logger=none"))
    assert [row["epoch"] for row in rows_of(folder)] == ["1", "2"]
    assert not folder.curves.exists()
    assert folder.report.is_file()
    assert trained(settings("name=default")).events
