"""What the street is worth: all ways know the same pictures, and learn for as long."""

import sys

import pytest

from tests.test_quality import cells


@pytest.fixture
def few(benchmark_module, street, tmp_path, monkeypatch):
    """A function that runs the benchmark without training, and the runs that it asks for."""
    module, recipes = benchmark_module("few"), benchmark_module("recipes")
    asked = {}

    def learn(bench, trial, needs_weights=False):
        asked[trial.recipe] = (trial, needs_weights)
        return recipes.Found(0.1 * len(asked), 0.0, {}, 1.0, None)

    monkeypatch.setattr(module, "learn", learn)

    def run(*more):
        words = ["--data", street, "--runs", tmp_path / "runs", "--seeds", 0, *more]
        monkeypatch.setattr(sys, "argv", ["few.py", *map(str, words)])
        return module.main(), asked

    return run


def setting(trial, name):
    """The last value of a setting, as later ones win."""
    return [one.partition("=")[2] for one in trial.settings if one.startswith(f"{name}=")][-1]


def test_all_ways_know_the_same_pictures_each_as_often_as_fills_an_epoch(few, tmp_path):
    code, asked = few("--counts", 2)
    assert code == 0
    alone, then, both, then_both = (
        setting(asked[name][0], "data.source")
        for name in ("alone-2", "street-then-they-2", "street-and-they-2", "street-then-both-2")
    )
    assert then == alone
    assert both == then_both == f"[street,{alone}]"
    images, masks = (
        sorted((tmp_path / alone / kind / "Train").iterdir()) for kind in ("Img", "Mask")
    )
    assert len(images) == 3  # as many as there are: one of the two comes again
    assert len({path.read_bytes() for path in images}) == 2
    assert [one.stem for one in masks] == [one.stem.replace("Img", "Mask", 1) for one in images]


def test_both_at_once_takes_as_many_steps_as_the_pictures_alone(few):
    _, asked = few("--counts", 2, "--epochs", 40, "--street-pictures", 17)
    assert setting(asked["alone-2"][0], "trainer.max_epochs") == "40"  # of 3 pictures
    assert setting(asked["street-and-they-2"][0], "trainer.max_epochs") == "6"  # of 3 and 17


def test_what_begins_with_the_street_takes_the_weights_of_its_run(few):
    _, asked = few("--counts", 2)
    street, needs_weights = asked["street"]
    assert needs_weights
    started = {
        name
        for name, (one, _) in asked.items()
        if any("init_from" in word for word in one.settings)
    }
    assert started == {"street-then-they-2", "street-then-both-2"}
    assert street.name in setting(asked["street-then-they-2"][0], "init_from")


def test_without_need_for_it_the_street_is_not_trained(few):
    _, asked = few("--counts", 2, "--ways", "alone")
    assert list(asked) == ["alone-2"]


def test_more_pictures_than_there_are_means_all(few, capsys):
    few("--counts", 2, 1000)
    lines = [cells(line) for line in capsys.readouterr().out.splitlines() if line.startswith("|")]
    assert [line[0] for line in lines] == ["pictures", "---", "2", "3"]
    assert lines[2][1:] == ["0.2000", "0.3000", "0.4000", "0.5000", "0"]
