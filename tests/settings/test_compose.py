"""Tests of jetcar.settings.compose: files hold values; what they would make Hydra do is refused."""

import os
import re

import pytest
from hydra._internal.utils import get_args_parser
from hydra.core.config_store import ConfigStore

from jetcar.errors import UserError
from jetcar.settings.arguments import CONF, SWITCHES, repair_arguments
from jetcar.settings.compose import PROGRAMS, compose
from jetcar.settings.schema import Train

CALLBACK = """
    _target_: hydra.experimental.callbacks.PickleJobInfoCallback
"""
GLOBAL = "# @package _global_\n"

TRAPS = {
    "callbacks": f"{GLOBAL}hydra:\n  callbacks:\n   x: {CALLBACK}",
    "a package of its own": f"# @package hydra.callbacks.x\n{CALLBACK.strip()}\n",
    "a log file": f"{GLOBAL}hydra:\n  job_logging:\n    handlers: {{file: {{filename: trap}}}}\n",
    "a folder": f"{GLOBAL}hydra:\n  run:\n    dir: trap\n",
    "an empty section": f"{GLOBAL}hydra: {{}}\n",
    "a sweeper": f"{GLOBAL}hydra:\n  sweeper:\n    _target_: os.system\n",
    "the environment": f"{GLOBAL}hydra:\n  job:\n    env_set: {{PATH: trap}}\n",
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder to work in, with one for a stranger's files."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "theirs/machine").mkdir(parents=True)
    return tmp_path


def made(folder):
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.suffix != ".yaml")


def run(*arguments):
    return compose(repair_arguments(list(arguments), Train), "train")


@pytest.mark.parametrize("page", [[], ["--help"], ["--cfg", "job"], ["--info"], ["-m", "seed=1,2"]])
@pytest.mark.parametrize("trap", TRAPS)
def test_a_profile_that_would_make_hydra_act_is_refused(folder, trap, page):
    (folder / "theirs/machine/x.yaml").write_text(TRAPS[trap], encoding="utf-8")
    with pytest.raises(UserError, match=r"machine/x\.yaml has a section for Hydra itself"):
        run("--config-dir", "theirs", "machine=x", *page)
    assert made(folder) == ["theirs", "theirs/machine"]


def test_a_defaults_list_brings_no_callbacks_in(folder):
    (folder / "theirs/hydra/callbacks").mkdir(parents=True)
    (folder / "theirs/hydra/callbacks/x.yaml").write_text(f"x: {CALLBACK}", encoding="utf-8")
    for line in ("override /hydra/callbacks: x", "/hydra/callbacks/x"):
        (folder / "theirs/machine/x.yaml").write_text(
            f"{GLOBAL}defaults:\n  - {line}\n", encoding="utf-8"
        )
        with pytest.raises(UserError, match=r"callbacks/x\.yaml has a section for Hydra itself"):
            run("--config-dir", "theirs", "machine=x")


def test_a_first_file_of_ones_own_may_not_load_modules(folder):
    (folder / "trap.py").write_text("open('sprung', 'w').close()", encoding="utf-8")
    (folder / "theirs/mine.yaml").write_text(
        "defaults: [train, _self_]\nhydra:\n  searchpath: ['pkg://trap']\n",
        encoding="utf-8",
    )
    with pytest.raises(UserError, match=r"mine\.yaml has a section for Hydra itself"):
        run("--config-dir", "theirs", "--config-name", "mine")
    assert not (folder / "sprung").exists()


def test_a_file_that_bears_the_name_of_ours_is_not_ours(folder):
    (folder / "theirs/train.yaml").write_text("hydra: {callbacks: {}}\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"train\.yaml has a section for Hydra itself"):
        run("--config-path", "theirs")


def test_profiles_and_first_files_of_ones_own_hold_values(folder):
    (folder / "theirs/machine/x.yaml").write_text(
        f"{GLOBAL}data:\n  batch_size: 3\n", encoding="utf-8"
    )
    (folder / "theirs/mine.yaml").write_text(
        "defaults: [train, _self_]\nseed: 7\n", encoding="utf-8"
    )
    for words in (["--config-dir", "theirs"], ["hydra.searchpath=[file://theirs]"]):
        (job,) = run(*words, "machine=x")
        assert job.settings.data.batch_size == 3
    (job,) = run("machine=x", "--config-dir=theirs", "--config-name=mine")
    assert (job.settings.seed, job.settings.data.batch_size) == (7, 3)
    assert "hydra" not in job.settings


def test_the_jobs_of_a_sweep_are_told_where_the_files_lie(folder):
    (folder / "theirs/machine/x.yaml").write_text(
        f"{GLOBAL}data:\n  batch_size: 3\n", encoding="utf-8"
    )
    first, second = run("--config-dir", "theirs", "machine=x", "-m", "seed=1,2")
    assert first.switches == (f"--config-dir={folder / 'theirs'}",)
    os.chdir("/")
    (again,) = run(*second.switches, *second.overrides)
    assert again.settings == second.settings


@pytest.mark.parametrize(
    ("argument", "told"),
    [
        ("hydra/launcher@hydra.callbacks=basic", "is a setting of Hydra itself"),
        ("hydra.run.dir=x", r"is a setting of Hydra itself, .* Leave it out; runs=\.\.\."),
        ("+hydra.callbacks.x._target_=os.system", "is a setting of Hydra itself"),
        ("+hydra={callbacks:{x:{_target_:os.system}}}", "is a setting of Hydra itself"),
        ("model@hydra.callbacks=unet", "is a setting of Hydra itself"),
        ("~hydra.job", "is a setting of Hydra itself"),
    ],
)
@pytest.mark.parametrize("more", [[], ["-m", "seed=1,2"], ["--help"]])
def test_settings_of_hydra_itself_are_refused(folder, argument, told, more):
    with pytest.raises(UserError, match=told):
        run(argument, *more)


@pytest.mark.parametrize("argument", ["hydra/launcher=joblib", "hydra.sweeper.n_trials=2"])
@pytest.mark.parametrize("more", [[], ["--help"], ["--cfg", "job"]])
def test_what_is_about_a_sweep_wants_a_sweep(folder, argument, more):
    with pytest.raises(UserError, match=r"is about the jobs of a sweep\. Add -m and values"):
        run(argument, *more)


def test_a_plugin_that_is_not_installed_says_how_to_install_it(folder):
    with pytest.raises(UserError, match=r"python -m pip install hydra-optuna-sweeper$"):
        run("-m", "hydra/sweeper=optuna", "seed=1,2")


def test_an_installed_plugin_that_a_file_chooses_is_refused(folder, monkeypatch):
    (folder / "theirs/mine.yaml").write_text(
        "defaults: [train, _self_, {override hydra/launcher: quick}]\n",
        encoding="utf-8",
    )
    ConfigStore.instance().store(
        "quick", {"_target_": "os.system"}, "hydra/launcher", "hydra.launcher"
    )
    try:
        with pytest.raises(UserError, match="type hydra/launcher=quick if you want it"):
            run("--config-dir", "theirs", "--config-name", "mine", "-m", "seed=1,2")
    finally:
        del ConfigStore.instance().repo["hydra"]["launcher"]["quick.yaml"]


def test_a_launcher_that_a_file_chooses_is_refused(folder):
    (folder / "theirs/hydra/launcher").mkdir(parents=True)
    (folder / "theirs/hydra/launcher/fast.yaml").write_text(
        "_target_: os.system\n", encoding="utf-8"
    )
    (folder / "theirs/mine.yaml").write_text(
        "defaults: [train, _self_, {override hydra/launcher: fast}]\n",
        encoding="utf-8",
    )
    with pytest.raises(UserError, match=r"launcher/fast\.yaml has a section for Hydra itself"):
        run("--config-dir", "theirs", "--config-name", "mine", "-m", "seed=1,2")


@pytest.mark.parametrize("switch", ["-m", "--multirun"])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_sweep_may_be_asked_for_anywhere(folder, switch, place):
    words = ["name=x", "optimizer.lr=1e-2,1e-3"]
    words.insert(place, switch)
    assert [job.settings.optimizer.lr for job in run(*words)] == [0.01, 0.001]
    assert made(folder) == ["theirs", "theirs/machine"]  # Hydra wrote none of its own


def test_a_sweep_without_values_says_what_to_give(folder):
    with pytest.raises(UserError, match=r"has no job, as one of its settings has no value"):
        run("-m", "seed=range(5,5)")
    with pytest.raises(UserError, match=r"such as optimizer\.lr=0\.1,0\.01 or"):
        run("-m", "optimizer.lr=interval(0,1)")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--cfg", "job", "-m"], "--multirun and --cfg exclude each other; give one of them"),
        (["--run", "--info"], "--run and --info exclude each other; give one of them"),
    ],
)
def test_switches_that_exclude_each_other_are_told(folder, words, told):
    with pytest.raises(UserError, match=told):
        run(*words)


def test_every_switch_of_hydra_is_known():
    actions = get_args_parser()._actions
    assert {name for one in actions for name in one.option_strings} == set(SWITCHES)


@pytest.mark.parametrize("program", [*PROGRAMS])
def test_a_help_page_names_switches_that_there_are(program):
    page = (CONF / f"hydra/help/{program}.yaml").read_text(encoding="utf-8")
    named = set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", page))
    assert "--help" in named
    assert named <= {*SWITCHES, "-m"}


def test_the_version_is_told(capsys):
    assert run("--version") == []
    assert capsys.readouterr().out.startswith("jetcar 0.")


def test_hydra_help_is_the_programs_own_page(folder, capsys):
    pages = []
    for switch in ("--help", "--hydra-help"):
        assert run(switch) == []
        pages.append(capsys.readouterr().out)
    assert pages[0] == pages[1]
    assert "Trains a network" in pages[0]
