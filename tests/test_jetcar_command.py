"""Tests of the command ``jetcar``: one name for every program."""

import subprocess
import sys

import pytest

import jetcar
from jetcar.__main__ import PROGRAMS


def run(*words, cwd=None):
    return subprocess.run(
        [sys.executable, *words], capture_output=True, text=True, encoding="utf-8", cwd=cwd
    )


def test_without_words_it_lists_every_program_and_loads_no_torch():
    seen = run("-X", "importtime", "-m", "jetcar")
    assert seen.returncode == 0
    for name, (_, what) in PROGRAMS.items():
        assert f"jetcar {name}" in seen.stdout
        assert what in seen.stdout
    assert "torch" not in seen.stderr
    assert seen.stdout == run("-m", "jetcar", "--help").stdout


@pytest.mark.parametrize("name", PROGRAMS)
def test_each_program_explains_itself(name, tmp_path):
    seen = run("-m", "jetcar", name, "--help", cwd=tmp_path)
    assert (seen.returncode, seen.stderr) == (0, "")
    assert seen.stdout == run("-m", PROGRAMS[name][0].removesuffix(".__main__"), "--help").stdout
    assert list(tmp_path.iterdir()) == []


def test_the_settings_behind_the_programs_name_are_its_own(tmp_path):
    seen = run("-m", "jetcar", "train", "name=street 1", "--cfg", "job", cwd=tmp_path)
    assert seen.returncode == 0
    assert "name: street 1" in seen.stdout


def test_it_says_its_version():
    assert run("-m", "jetcar", "--version").stdout == f"jetcar {jetcar.__version__}\n"


def test_a_program_that_there_is_not_is_told_with_the_nearest():
    seen = run("-m", "jetcar", "trian")
    assert (seen.returncode, seen.stdout) == (1, "")
    assert seen.stderr == "jetcar has no program trian. Did you mean train?\n"
    assert "There are train, predict" in run("-m", "jetcar", "x\x1b[31m").stderr
    assert "\x1b" not in run("-m", "jetcar", "x\x1b[31m").stderr


def test_a_mistake_in_the_settings_ends_like_that_of_the_program_itself(tmp_path):
    seen = run("-m", "jetcar", "train", "nmae=x", cwd=tmp_path)
    assert seen.returncode == 1
    assert "there is no setting nmae" in seen.stderr
