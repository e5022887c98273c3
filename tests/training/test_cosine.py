"""The learning rate falls along a run whose length is known."""

import csv

import pytest

from jetcar.data.prepare import prepare_data
from jetcar.training.run import train
from tests.sessions import trained


def rates_of(folder):
    with folder.metrics.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [(float(row["lr/encoder"]), float(row["lr/decoder"])) for row in rows]


def test_a_continued_run_follows_the_same_cosine(settings):
    arguments = (
        "optimizer.schedule=cosine",
        "optimizer.lr=1e-2",
        "optimizer.warmup=0",
        "plateau.min_lr=0",
    )
    stopped = settings(*arguments, "trainer.max_epochs=1", "name=stopped")
    train(stopped, prepare_data(stopped.data, stopped.seed))
    for name in ("stopped", "whole"):
        whole = settings(*arguments, "trainer.max_epochs=2", f"name={name}")
        folder = train(whole, prepare_data(whole.data, whole.seed)).folder
        # The encoder has half the rate; the second of two epochs half of the first.
        assert rates_of(folder) == [(5e-3, 1e-2), (2.5e-3, 5e-3)]


def test_the_rate_rises_first_and_a_plateau_begins_at_the_full_one(settings):
    steps = (
        "data.batch_size=1",
        "data.image_size=64",
        "optimizer.warmup=1.5",
        "trainer.max_epochs=3",
    )
    folder = trained(settings(*steps))
    rising = 3 / round(1.5 * 3)
    assert [decoder for _, decoder in rates_of(folder)] == pytest.approx(
        [1e-3 * rising, 1e-3, 1e-3]
    )
