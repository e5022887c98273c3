"""Tests of jetcar.settings.lookups: a settings file holds values and looks up nothing outside."""

import pytest
from omegaconf import OmegaConf

from jetcar.errors import UserError
from jetcar.settings.arguments import repair_arguments
from jetcar.settings.compose import compose
from jetcar.settings.lookups import first_lookup
from jetcar.settings.schema import Train

SECRET = "hunter2"
LOOKUPS = (
    "${oc.env:JETCAR_SECRET}",
    "a/${oc.env:JETCAR_SECRET,none}/b",
    "${oc.decode:'${oc.env:JETCAR_SECRET}'}",
    "${oc.decode:'$'}",
    "${oc.create:'x: 1'}",
    "${oc.${model.encoder}:JETCAR_SECRET}",  # another file may name the rest
    "${${name}:JETCAR_SECRET}",
    "${data.${oc.env:JETCAR_SECRET}}",
    "${hydra:runtime.cwd}",
    "${somebodys:1}",
)
VALUES = (
    "${data.root}/x",
    "${.root}",
    "${data[root]}",
    r"\${oc.env:HOME}",
    "oc.env:HOME",
)


@pytest.fixture
def theirs(tmp_path, monkeypatch):
    """A function from a value of ``name`` to a stranger's profile with it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JETCAR_SECRET", SECRET)
    (tmp_path / "theirs/machine").mkdir(parents=True)

    def write(value, place="machine/x.yaml", head="# @package _global_\n"):
        text = OmegaConf.to_yaml({"data": {"root": "d"}, "name": value})
        (tmp_path / "theirs" / place).write_text(head + text, encoding="utf-8")

    return write


def run(*arguments):
    return compose(repair_arguments(list(arguments), Train), "train")


@pytest.mark.parametrize("page", [[], ["--cfg", "job", "--resolve"], ["-m", "seed=1,2"]])
@pytest.mark.parametrize("value", LOOKUPS)
def test_a_profile_that_looks_something_up_is_refused_and_shows_nothing(
    theirs, value, page, capsys
):
    theirs(value)
    with pytest.raises(UserError, match=r"machine/x\.yaml has .* type the setting") as caught:
        run("--config-dir", "theirs", "machine=x", *page)
    assert SECRET not in str(caught.value) + "".join(capsys.readouterr())


def test_so_is_a_first_file_of_ones_own(theirs):
    theirs(LOOKUPS[0], "mine.yaml", "defaults: [train, _self_]\n")
    with pytest.raises(UserError, match=r"mine\.yaml has \$\{oc\.env:JETCAR_SECRET\} in it"):
        run("--config-dir", "theirs", "--config-name", "mine")


def test_what_a_person_types_may_look_up_the_environment(theirs):
    theirs("x")
    (job,) = run("--config-dir", "theirs", "machine=x", "mirror.dir=${oc.env:JETCAR_SECRET}/m")
    assert job.settings.mirror.dir == f"{SECRET}/m"


def test_a_file_may_refer_to_its_other_settings(theirs):
    theirs("${data.root}/x")
    (job,) = run("--config-dir", "theirs", "machine=x")
    assert job.settings.name == "d/x"


@pytest.mark.parametrize("value", VALUES)
def test_what_looks_up_nothing_is_a_value(value):
    assert first_lookup(OmegaConf.create({"a": [{"b": value}]})) is None


@pytest.mark.parametrize("value", LOOKUPS)
def test_a_lookup_is_found_at_any_depth(value):
    assert first_lookup(OmegaConf.create({"a": 1, "b": [[{"c": value}]]})) == value
