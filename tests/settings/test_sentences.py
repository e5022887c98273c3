"""Tests of settings.sentences: every trouble is told with its fix."""

import errno
import sys
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest
import yaml
from hydra.errors import HydraException

from jetcar.settings.sentences import DISK_TROUBLE, sentence_of
from tests.composed import composed


@pytest.mark.parametrize(("number", "fix"), DISK_TROUBLE.items())
def test_trouble_with_a_disk_is_told_with_its_fix(number, fix):
    assert sentence_of(OSError(number, "x", "a.png")) == f"a.png: {fix}."
    assert sentence_of(OSError(number, "x")) == f"{fix}."


def test_every_trouble_with_a_disk_has_a_fix():
    assert {errno.ENOSPC, errno.EROFS, errno.EACCES} <= set(DISK_TROUBLE)
    assert "free some space" in DISK_TROUBLE[errno.ENOSPC]
    assert "choose a folder that can be written to" in DISK_TROUBLE[errno.EROFS]
    assert "choose a folder that you may write to" in DISK_TROUBLE[errno.EACCES]


def test_a_setting_of_something_that_is_not_chosen_names_the_choice():
    with pytest.raises(HydraException) as caught:
        composed("train", "logger.wandb.project=x")
    assert sentence_of(caught.value) == (
        "logger.wandb.project belongs to logger=wandb; add that too."
    )


def test_a_choice_among_several_that_does_not_exist_is_named():
    with pytest.raises(HydraException) as caught:
        composed("train", "logger=[wandb,comet]")
    told = sentence_of(caught.value)
    assert told == "In 'train': Could not load 'logger/comet'. --help lists the choices."


def test_a_full_memory_is_told_with_its_fix():
    assert sentence_of(MemoryError()).endswith("Use a smaller batch_size.")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows takes ~x for a folder beside ours")
def test_a_home_that_nobody_has_is_told():
    with pytest.raises(RuntimeError) as caught:
        Path("~nobody-here/x.zip").expanduser()
    assert sentence_of(caught.value).endswith("the name of no user. Write the path in full.")


def test_a_fault_of_the_program_says_where_to_look():
    told = sentence_of(KeyError("x"))
    assert told.startswith("A fault of the program, not of your input (KeyError: 'x')")
    assert "JETCAR_DEBUG=1 shows where" in told


def test_broken_yaml_is_told_in_one_line():
    with pytest.raises(yaml.YAMLError) as caught:
        yaml.safe_load("a: [1\nb: 2")
    told = sentence_of(caught.value)
    assert "expected ',' or ']'" in told
    assert "\n" not in told


def test_a_process_that_was_killed_is_told():
    assert "this machine ran out of memory" in sentence_of(BrokenProcessPool("gone"))
