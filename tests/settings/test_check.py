"""Tests of settings.check: each setting has a name and a type; wrong ones are told at once."""

import pytest
from omegaconf import OmegaConf

from jetcar.errors import UserError
from jetcar.settings.check import settings_from
from jetcar.settings.names import is_text, setting_types, unknown_setting
from jetcar.settings.schema import Predict, Train
from tests.composed import composed

ALL_LOGGERS = "logger=[wandb,mlflow]"
"""The choice with which no section is left out."""


@pytest.fixture(scope="module")
def base():
    """What conf/train.yaml says, with a source."""
    values = composed("train", "data.source=x")
    OmegaConf.set_struct(values, False)
    return values


@pytest.fixture
def settings(base):
    """A function from changed values to checked settings."""

    def make(**changes):
        values = base.copy()
        for name, value in changes.items():
            OmegaConf.update(values, name.replace("__", "."), value, merge=False)
        return settings_from(values, Train)

    return make


def sentence(settings, **changes):
    with pytest.raises(UserError) as caught:
        settings(**changes)
    return str(caught.value)


def test_the_base_values_break_no_rule(settings):
    assert settings().data.source == "x"


@pytest.mark.parametrize(
    ("typed", "schema"), [(("train", ALL_LOGGERS), Train), (("predict",), Predict)]
)
def test_the_files_and_the_schema_have_the_same_settings(typed, schema):
    plain = OmegaConf.to_container(composed(*typed), resolve=False)

    def names(node, prefix=""):
        for key, value in node.items():
            yield prefix + key
            if isinstance(value, dict):
                yield from names(value, f"{prefix}{key}.")

    assert sorted(names(plain)) == sorted(setting_types(schema))


def test_values_get_the_types_of_the_schema(settings):
    s = settings(name=5, loss__dice=1, optimizer__lr="1e-3", data__ignore=["a"], seed="7")
    assert s.name == "5"
    assert type(s.loss.dice) is float
    assert s.optimizer.lr == 0.001
    assert s.data.ignore == ["a"]
    assert s.seed == 7


@pytest.mark.parametrize("size", [224, [224, 320]])
def test_an_image_size_is_one_number_or_two(settings, size):
    assert settings(data__image_size=size).data.image_size == size


def test_interpolations_are_resolved(settings):
    assert settings(data__root="${runs}/data").data.root == "runs/data"


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("data.batch_size", "many", "data.batch_size=many must be a whole number"),
        ("data.batch_size", 4.5, "data.batch_size=4.5 must be a whole number"),
        ("data.batch_size", True, "data.batch_size=true must be a whole number"),
        ("data.workers", "all", "data.workers=all must be a whole number or null"),
        ("optimizer.lr", "slow", "optimizer.lr=slow must be a number"),
        ("optimizer.encoder_lr", "slow", "optimizer.encoder_lr=slow must be a number or null"),
        ("trainer.compile", "perhaps", "trainer.compile=perhaps must be true or false"),
        ("name", None, "name=null must be text"),
        ("mirror.dir", [1], "mirror.dir=[1] must be text or null"),
        ("data.ignore", "void", "data.ignore=void must be a list such as [a,b]"),
        ("data.ignore", None, "data.ignore=null must be a list such as [a,b]"),
        ("data", 5, "data=5 must be a section with settings of its own"),
        ("data", None, "data=null must be a section with settings of its own"),
    ],
)
def test_a_value_of_another_type_is_told_with_the_type(settings, name, value, told):
    assert sentence(settings, **{name.replace(".", "__"): value}) == told


def test_a_list_of_numbers_is_called_so():
    from dataclasses import dataclass

    from omegaconf import MISSING

    @dataclass
    class Camera:
        gain: list[float] = MISSING

    with pytest.raises(UserError, match=r"^gain=5 must be a list of numbers such as \[1,2\]$"):
        settings_from(OmegaConf.create({"gain": 5}), Camera)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("data.source", "data.source has no value; give it as data.source=..."),
        ("mirror.dir", "mirror.dir has no value; give it as mirror.dir=... or mirror.dir=null"),
    ],
)
@pytest.mark.parametrize("value", ["???", ""])
def test_a_setting_without_a_value_is_told(settings, name, value, told):
    assert sentence(settings, **{name.replace(".", "__"): value}) == told


def test_an_unknown_setting_is_told_with_the_nearest(settings):
    told = sentence(settings, trainer__max_epoch=3)
    assert told == "there is no setting trainer.max_epoch. Did you mean trainer.max_epochs?"


def test_everything_that_is_wrong_is_told_at_once(settings):
    told = sentence(settings, data__sorce="y", data__batch_size="x", data__root="???")
    assert told.splitlines() == [
        "3 settings are wrong:",
        "  data.batch_size=x must be a whole number",
        "  there is no setting data.sorce. Did you mean data.source?",
        "  data.root has no value; give it as data.root=...",
    ]


def test_every_broken_rule_is_told_at_once(settings):
    told = sentence(settings, seed=-1, monitor="iou").splitlines()
    assert told[0] == "2 settings are wrong:"
    assert told[1].startswith("  monitor=iou must be one of")
    assert told[2].startswith("  seed=-1 must be")


@pytest.mark.parametrize(
    ("wrong", "near"),
    [
        ("lr", "optimizer.lr"),
        ("optimiser.lr", "optimizer.lr"),
        ("data.batchsize", "data.batch_size"),
        ("patience", "plateau.patience or early_stop.patience"),
    ],
)
def test_a_near_setting_is_proposed(wrong, near):
    told = unknown_setting(wrong, setting_types(Train))
    assert told == f"there is no setting {wrong}. Did you mean {near}?"


def test_without_a_near_setting_the_list_is_named():
    told = unknown_setting("xyzzy", setting_types(Train))
    assert told == "there is no setting xyzzy. --cfg job lists all settings."


def test_paths_links_and_names_are_text():
    types = setting_types(Train)
    texts = {name for name, kind in types.items() if is_text(kind)}
    assert {"name", "data.source", "mirror.dir", "model.encoder_weights"} <= texts
    assert not texts & {"data", "data.image_size", "data.ignore", "optimizer.lr", "resume"}


def test_a_recipe_holds_lists_and_pairs(settings):
    made = settings(augment__transforms=[{"Blur": {"p": 1}}], augment__swap={"a": "b"}).augment
    assert (made.transforms, made.swap) == ([{"Blur": {"p": 1}}], {"a": "b"})
