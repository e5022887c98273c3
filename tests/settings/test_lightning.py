"""Arguments of Lightning's Trainer reach it, but for those that would break a promise."""

import inspect
import re

import pytest
from pytorch_lightning import Trainer

from jetcar.settings.lightning import HANDED_ON, INSTEAD, lightning_rules


def test_every_argument_of_lightnings_trainer_is_handed_on_or_has_a_reason():
    arguments = set(inspect.signature(Trainer.__init__).parameters) - {"self"}
    assert arguments == {*HANDED_ON, *INSTEAD}
    assert not set(HANDED_ON) & set(INSTEAD)


def test_what_breaks_a_promise_says_what_to_use():
    (told,) = lightning_rules({"profiler": "simple", "max_time": "00:01:00:00"})
    assert told == "trainer.lightning.max_time is not handed on: use trainer.budget_hours"


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("limit_trian_batches", r"no argument limit_trian_batches .* Did you mean limit_train_"),
        ("x", "There are benchmark, detect_anomaly"),
    ],
)
def test_a_name_that_lightning_does_not_know_is_told(typed, told):
    (broken,) = lightning_rules({typed: 1})
    assert re.search(told, broken)
