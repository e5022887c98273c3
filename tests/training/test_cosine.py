"""The learning rate falls along a run whose length is known."""

import csv

from jetcar.data.prepare import prepare_data
from jetcar.training.run import train


def rates_of(folder):
    with folder.metrics.open(newline="", encoding="utf-8") as file:
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
