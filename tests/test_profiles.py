"""Tests of conf/: every profile changes settings that exist, and nothing else."""

from functools import cache

import pytest
from omegaconf import OmegaConf

from jetcar.settings.arguments import CONF
from jetcar.settings.names import setting_types
from jetcar.settings.schema import Train
from tests import composed as programs
from tests.composed import settings_of


def profiles(group):
    return sorted(file.stem for file in (CONF / group).glob("*.yaml"))


@cache
def composed(*arguments):
    return programs.composed("train", "data.source=x", *arguments)


def names(node, prefix=""):
    for key, value in node.items():
        yield prefix + key
        if isinstance(value, dict):
            yield from names(value, f"{prefix}{key}.")


ALL = [
    f"{group}={profile}"
    for group in ("machine", "model", "loss", "logger")
    for profile in profiles(group)
]


def test_the_profiles_are_there():
    assert {"machine=colab", "machine=colab-pro", "machine=pc-small-batch"} < set(ALL)
    assert {"model=unet", "model=unetplusplus", "loss=default", "loss=notebook"} < set(ALL)


@pytest.mark.parametrize("choice", ALL)
def test_a_profile_holds_settings_of_the_schema_and_no_others(choice):
    values = OmegaConf.to_container(composed(choice), resolve=False)
    assert "machine" not in values
    known = set(setting_types(Train))
    left_out = {one for one in known if one.startswith(("logger.wandb", "logger.mlflow"))}
    chosen = {one for one in left_out if one.startswith(choice.replace("=", "."))}
    assert set(names(values)) == known - left_out | chosen


@pytest.mark.parametrize("choice", ALL)
def test_a_profile_breaks_no_rule(choice):
    settings_of("train", "data.source=x", choice)


@pytest.mark.parametrize("profile", profiles("machine"))
def test_a_machine_changes_something(profile):
    assert composed(f"machine={profile}") != composed()


def test_machine_may_be_written_with_a_plus_and_without():
    assert composed("machine=colab") == composed("+machine=colab")


def test_what_is_typed_wins_over_a_profile():
    assert composed("data.batch_size=7", "machine=colab-pro").data.batch_size == 7


def test_the_colab_profiles_start_with_the_constants_of_the_notebook():
    colab, pro = composed("machine=colab"), composed("machine=colab-pro")
    assert (colab.optimizer.lr, pro.optimizer.lr) == (1e-3, 2e-3)
    assert colab.optimizer.encoder_lr is pro.optimizer.encoder_lr is None  # half of lr
    assert pro.data.batch_size == 200
    assert {colab.optimizer.name, pro.optimizer.name} == {"radam"}
    assert {colab.plateau.factor, pro.plateau.factor} == {0.25}


def test_the_small_batch_has_the_effect_of_sixteen_pictures():
    small = composed("machine=pc-small-batch")
    assert small.data.batch_size * small.trainer.accumulate == 16  # 4 x 4


def test_the_loss_of_the_notebook():
    parts = {part: weight for part, weight in composed("loss=notebook").loss.items() if weight}
    assert parts == {"dice": 1.5, "jaccard": 1, "bce": 0.2}
