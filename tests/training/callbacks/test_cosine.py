"""The learning rate falls along a run whose length is known."""

import csv

import pytest

from jetcar.data.prepare import prepare_data
from jetcar.training.callbacks.cosine import cosine
from jetcar.training.run import train


def test_a_cosine_by_hand():
    rates = [cosine(1.0, epoch, 4, 0.2) for epoch in range(5)]
    half = 2**0.5 / 4  # of the cosine of an eighth of a turn
    assert rates == pytest.approx(
        [1.0, 0.2 + 0.8 * (0.5 + half), 0.6, 0.2 + 0.8 * (0.5 - half), 0.2]
    )


def rates_of(folder):
    with folder.metrics.open(newline="") as file:
        rows = list(csv.DictReader(file))
    return [(float(row["lr/encoder"]), float(row["lr/decoder"])) for row in rows]


def test_a_continued_run_follows_the_same_cosine(settings):
    arguments = ("optimizer.schedule=cosine", "optimizer.lr=1e-2", "plateau.min_lr=0")
    stopped = settings(*arguments, "trainer.max_epochs=1", "name=stopped")
    train(stopped, prepare_data(stopped.data, stopped.seed))
    for name in ("stopped", "whole"):
        whole = settings(*arguments, "trainer.max_epochs=2", f"name={name}")
        folder = train(whole, prepare_data(whole.data, whole.seed)).folder
        # The encoder has half the rate; the second of two epochs half of the first.
        assert rates_of(folder) == [(5e-3, 1e-2), (2.5e-3, 5e-3)]
