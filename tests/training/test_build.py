"""A run's settings become its network, loss and optimizer."""

import logging

import pytest

from jetcar.data.prepare import prepare_data
from jetcar.training.build import build_module
from jetcar.training.settle import settle


@pytest.fixture
def module(settings):
    """A function from overrides to the module of a new run on the tiny street."""

    def make(*overrides):
        chosen = settings(*overrides)
        return build_module(settle(chosen, prepare_data(chosen.data, chosen.seed)), is_new=True)

    return make


def test_class_weights_follow_from_the_masks_of_train_and_are_told(module, caplog):
    caplog.set_level(logging.INFO)
    weights = module("loss.class_weights=median_frequency").loss.class_weights
    # Each of three pictures shows one class alone, so that all frequencies are 1.
    assert {code for code, weight in enumerate(weights.tolist()) if weight} == {0, 1, 5}
    assert set(weights.tolist()) == {0.0, 1.0}
    assert (
        "in the loss, pixels weigh from 1 (nothing) to 1 (nothing), by loss.class_w" in caplog.text
    )


def test_classes_weigh_alike_if_asked_for(module):
    assert module("loss.class_weights=null").loss.class_weights is None


def test_a_second_head_learns_unless_it_weighs_nothing(module):
    assert module("loss.auxiliary=0.3").auxiliary_weight == 0.3
    assert module("loss.auxiliary=0").auxiliary is None


def test_smoothing_and_the_parts_come_from_the_settings(module):
    loss = module("loss.smoothing=0.1", "loss.thin=0.5", "loss.dice=0").loss
    assert loss.smoothing == 0.1
    assert loss.weights == {"cross_entropy": 1, "thin": 0.5}
