"""The measuring of recipes trains what is missing, and shows what was found and nothing else."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.composed import settings_of
from tests.sessions import trained
from tests.training.conftest import TINY

PROGRAM = Path(__file__).parents[1] / "benchmarks/quality.py"


@pytest.fixture
def write(benchmark_module, tmp_path):
    """A function that writes what a run has found, and gives the trial."""

    def make(recipe, seed, iou, pole=0.5, last=0.1, seconds=(9, 2, 3), is_over=True, git="c0ffee"):
        trial = benchmark_module("recipes").Trial(recipe, seed, (f"seed={seed}",), tmp_path)
        folder = tmp_path / trial.name
        folder.mkdir()
        classes = {"pole": {"iou": pole}, "absent": {"iou": None}}
        result = {
            "monitor": "val/iou",
            "score": iou,
            "best_epoch": 1,
            "epochs": 3,
            "training_seconds": 1.0,
            "is_over": is_over,
            "scores": {"val": {"iou": iou, "classes": classes}},
            "versions": {"git": git},
        }
        (folder / "result.json").write_text(json.dumps(result), encoding="utf-8")
        rows = [f"{n},{last},{one}\n" for n, one in enumerate(seconds, 1)]
        text = "".join(["epoch,val/iou,seconds\n", *rows])
        (folder / "metrics.csv").write_text(text, encoding="utf-8")
        return trial

    return make


def cells(line):
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_a_recipe_has_mean_spread_and_its_gain_seed_by_seed(benchmark_module, write):
    trials = [
        write("today", 0, 0.60),
        write("better", 0, 0.63, pole=0.2),
        write("today", 1, 0.70),
        write("better", 1, 0.71, pole=0.3),
    ]
    lines = benchmark_module("scored").table(trials, ["pole"]).splitlines()
    assert cells(lines[0])[:3] == ["recipe", "val/iou", "against today"]
    assert cells(lines[2])[:3] == ["today", "0.6500 ± 0.0707", ""]
    # The gains are 0.03 and 0.01; their standard deviation is 0.01 times the root of 2.
    better = ["better", "0.6700 ± 0.0566", "+0.0200 ± 0.0141", "0.1000 ± 0.0000"]
    assert cells(lines[3]) == [*better, "0.250", "3.0", "0, 1"]


def test_one_seed_has_no_spread_and_an_absent_class_no_score(benchmark_module, write):
    text = benchmark_module("scored").table([write("today", 0, 0.6)], ["absent", "unheard"])
    assert cells(text.splitlines()[2]) == ["today", "0.6000", "", "0.1000", "", "", "3.0", "0"]


def test_the_table_compares_only_seeds_that_both_have(benchmark_module, write):
    trials = [
        write("today", 0, 0.60),
        write("today", 1, 0.80),
        write("better", 0, 0.61),
        write("better", 1, 0.99, is_over=False),
    ]
    line = benchmark_module("scored").table(trials).splitlines()[3]
    assert cells(line) == ["better", "0.6100", "+0.0100", "0.1000", "3.0", "0"]


def test_the_table_says_what_was_not_measured_and_of_which_commits_it_is(benchmark_module, write):
    trial = benchmark_module("recipes").Trial("later", 0, ("seed=0",), Path("nowhere"))
    trials = [write("today", 0, 0.6, git="b"), write("other", 0, 0.6, git="a"), trial]
    text = benchmark_module("scored").table(trials, ["pole"])
    assert cells(text.splitlines()[4]) == ["later", "not measured", "", "", "", "", ""]
    assert text.endswith("\n\nCommits: a, b.")


def test_another_setting_is_another_run(benchmark_module):
    trials = benchmark_module("recipes").trials
    recipes = {"today": [], "none": ["augment=none"]}
    named = [
        {one.name for one in trials(recipes, always, [0, 1], epochs, Path("runs"))}
        for always, epochs in (([], 2), ([], 3), (["data.batch_size=4"], 2))
    ]
    assert len(set.union(*named)) == 3 * 2 * 2


def test_every_recipe_of_the_table_has_right_settings(benchmark_module):
    recipes = benchmark_module("recipes")
    found = recipes.read_recipes()
    assert next(iter(found.items())) == ("today", [])
    assert len(recipes.trials(found, [], [0], 20, Path("runs"))) == len(found)


def test_each_run_is_trained_once_and_a_wrong_one_does_not_stop_the_others(
    benchmark_module, street, tmp_path, monkeypatch, capsys
):
    quality = benchmark_module("quality")
    recipes = tmp_path / "recipes.yaml"
    recipes.write_text("wrong: [init_from=lost.ckpt]\nplain: []\n", encoding="utf-8")
    started = []

    def run(command):
        assert command[:2] == [sys.executable, str(PROGRAM.parents[1] / "train.py")]
        settings = settings_of("train", *command[2:])
        started.append(settings.name.split("-")[0])
        if settings.init_from is not None:
            return subprocess.CompletedProcess(command, 1)
        trained(settings)
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(quality, "subprocess", SimpleNamespace(run=run))
    command = [PROGRAM, "--data", street, "--seeds", 0, "--epochs", 1, "--recipes", recipes]
    command += ["--runs", tmp_path / "runs", "--classes", "lane_my_dir"]
    command += ["--always", *TINY[:2], *TINY[3:], f"data.root={tmp_path / 'data'}"]
    monkeypatch.setattr(sys, "argv", [str(word) for word in command])
    assert quality.main() == 1
    assert quality.main() == 1
    assert started == ["wrong", "plain", "wrong"]
    record = tmp_path / "measured.jsonl"
    monkeypatch.setattr(sys, "argv", [str(word) for word in [*command, "--record", record]])
    assert quality.main() == 1
    shutil.rmtree(tmp_path / "runs")
    assert quality.main() == 1
    assert started == ["wrong", "plain", "wrong", "wrong", "wrong"]
    assert len(record.read_text(encoding="utf-8").splitlines()) == 1
    said = capsys.readouterr().out
    assert "1/2 wrong, seed 0 failed with exit code 1" in said
    assert "2/2 plain, seed 0: is there" in said
    assert "| wrong | not measured |" in said
    (plain,) = {line for line in said.splitlines() if line.startswith("| plain")}
    assert cells(plain)[4] != ""  # the class


def test_what_is_in_a_record_is_found_wherever_data_and_weights_lie(
    benchmark_module, write, tmp_path
):
    record, recipes = benchmark_module("record"), benchmark_module("recipes")
    there = ("data.source=/a/b.zip", "data.ignore=[a/b]", r"model.encoder_weights=D:\w.pth")
    here = ("model.encoder_weights=w.pth", "data.source=b.zip", "data.ignore=[a/b]")
    other = ("model.encoder_weights=w.pth", "data.source=b.zip", "data.ignore=[c/b]")
    one, same, another = (recipes.Trial("r", 0, of, tmp_path) for of in (there, here, other))
    found = write("today", 0, 0.61).found
    path = tmp_path / "measured.jsonl"
    assert record.read_record(path) == {}
    record.add_to_record(path, one, found, "a machine")
    known = record.read_record(path)
    assert known[record.key(same)] == found
    assert record.key(another) not in known
    several = [("data.source=[street,/a/b.zip]",), ("data.source=[street,b.zip]",)]
    far, near = (record.key(recipes.Trial("r", 0, of, tmp_path)) for of in several)
    assert far == near


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["tody"], "there is no recipe tody; there are today, "),
        (["--always", "optimizer.lr=0"], "optimizer.lr=0"),
    ],
)
def test_what_cannot_be_trained_is_refused_before_the_first_run(arguments, message):
    command = [sys.executable, PROGRAM, *arguments]
    done = subprocess.run(command, capture_output=True, encoding="utf-8")
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stdout == ""
