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
    assert "weights of the classes in the loss: nothing 1, white_solid_line 1, " in caplog.text


def test_classes_weigh_alike_unless_asked_for(module):
    assert module().loss.class_weights is None


def test_smoothing_and_the_parts_come_from_the_settings(module):
    loss = module("loss.smoothing=0.1", "loss.thin=0.5", "loss.dice=0").loss
    assert loss.smoothing == 0.1
    assert loss.weights == {"cross_entropy": 1, "thin": 0.5}
