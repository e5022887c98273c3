"""Whatever makes a run faster leaves its results as they are."""

import csv
import json

import pytest
import torch
from torch import nn

from jetcar.data.prepare import prepare_data
from jetcar.model.checkpoint import read_checkpoint
from jetcar.model.network import Network
from jetcar.training.run import train


@pytest.fixture
def outcome(settings):
    """A function from overrides to what a run leaves: weights, losses, scores and masks."""

    def run(name, *overrides):
        small = ("data.batch_size=1", "data.image_size=64", "augment.noise=0.1")
        chosen = settings(f"name={name}", *small, *overrides)
        folder = train(chosen, prepare_data(chosen.data, chosen.seed)).folder
        with folder.metrics.open(newline="", encoding="utf-8") as file:
            rows = [{k: v for k, v in r.items() if "second" not in k} for r in csv.DictReader(file)]
        return {
            "weights": read_checkpoint(folder.last)[1]["state_dict"],
            "rows": rows,
            "scores": json.loads(folder.result.read_text(encoding="utf-8"))["scores"],
            "masks": {p.name: p.read_bytes() for p in sorted(folder.predictions.glob("*.png"))},
        }

    return run


def test_cache_and_workers_change_nothing(outcome):
    plain = outcome("plain", "data.cache=false", "data.workers=0")
    assert len(plain["masks"]) == 2
    for number, overrides in enumerate(
        [("data.workers=0",), ("data.workers=2",), ("data.cache=false", "data.workers=2")]
    ):
        other = outcome(f"other{number}", *overrides)
        weights = other.pop("weights")
        assert all(torch.equal(plain["weights"][name], weights[name]) for name in weights)
        assert other == {name: value for name, value in plain.items() if name != "weights"}


# On Python 3.13.0 torch's own modules warn while they trace.
@pytest.mark.filterwarnings("ignore:::torch")
def test_a_network_that_is_traced_for_compiling_gives_the_same_scores(outcome, monkeypatch):
    # Without the last step, to machine code, which needs a compiler and takes minutes.
    traced = []

    def trace(network):
        traced.append(network)
        nn.Module.compile(network, backend="aot_eager")

    monkeypatch.setattr(Network, "compile", trace)
    monkeypatch.setattr("jetcar.training.settle.refuse_broken_compiler", lambda device: None)
    # Nothing is learnt, as Adam makes whole steps of what is rounding in a gradient near 0.
    still = ("trainer.max_epochs=1", "optimizer.name=sgd", "optimizer.lr=1e-30", "plateau.min_lr=0")
    plain = outcome("plain", *still)
    compiled = outcome("compiled", *still, "trainer.compile=true")
    assert len(traced) == 1
    assert plain["weights"].keys() == compiled["weights"].keys()
    for name in ("train/loss", "val/loss", "val/iou"):
        ours, theirs = (float(run["rows"][0][name]) for run in (compiled, plain))
        assert ours == pytest.approx(theirs, abs=1e-5), name
    assert compiled["masks"] == plain["masks"]
