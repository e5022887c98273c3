"""Tests of settings.paths: every path is expanded, and what this system cannot have is told."""

import os
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import get_type_hints

import pytest
from omegaconf import OmegaConf

from jetcar.errors import UserError
from jetcar.settings import paths
from jetcar.settings.check import settings_from
from tests.composed import SCHEMAS, composed


def path_settings(schema, prefix=""):
    hints = get_type_hints(schema)
    for one in fields(schema):
        if is_dataclass(hints[one.name]):
            yield from path_settings(hints[one.name], f"{prefix}{one.name}.")
        elif one.metadata.get("is_path"):
            yield prefix + one.name


EVERY = [(name, setting) for name, schema in SCHEMAS.items() for setting in path_settings(schema)]


def settings(program, **values):
    needed = {
        "audit": {"source": "x"},
        "convert": {"source": "x", "out": "y"},
        "next": {"images": "x"},
        "street": {"out": "x"},
    }.get(program, {})
    plain = composed(program)
    OmegaConf.set_struct(plain, False)
    for name, value in (needed | values).items():
        OmegaConf.update(plain, name, value)
    return settings_from(plain, SCHEMAS[program])


def value_of(settings, name):
    for part in name.split("."):
        settings = getattr(settings, part)
    return settings


@pytest.fixture(autouse=True)
def home(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    return tmp_path


def test_the_paths_of_every_program_are_known():
    assert len(EVERY) == 42
    mirror = ("train", "mirror.dir")
    assert mirror in EVERY
    for schema in SCHEMAS.values():  # whatever is named like a path is one
        texts = {name for name, kind in get_type_hints(schema).items() if not is_dataclass(kind)}
        assert {"out", "runs", "images", "checkpoint", "source", "root"} & texts <= set(
            path_settings(schema)
        )


@pytest.mark.parametrize(("program", "name"), EVERY)
def test_the_home_folder_is_meant_in_every_path(home, program, name):
    more = {"images": "x"} if name == "masks" else {}
    more |= {"report": True} if name == "compare" else {}
    assert value_of(settings(program, **more, **{name: "~/a b/Ä"}), name) == str(home / "a b/Ä")


@pytest.mark.parametrize("value", ["imagenet", "a~b/~c", "street", "https://x.org/~me/z.zip", "~"])
def test_everything_else_stays_as_it_is(value, home):
    for name in ("data.source", "model.encoder_weights"):
        got = value_of(settings("train", **{name: value}), name)
        assert got == (str(home) if value == "~" else value)


WRONG = {
    "D:\\Backup\\car": r"is a path of Windows, and this is \w+; .* such as /mnt/d/Backup/car",
    "d:/Backup": r"is a path of Windows, .* such as /mnt/d/Backup",
    "C:": "is a path of Windows",
    "\\\\nas\\share": r"is a path of Windows, .* such as /mnt/nas/share",
    "~nobody-of-that-name/x": "begins with ~ and the name of no user; write the path in full",
    "a" * 256: "is longer than a path can be; use shorter names",
    "ä" * 128: "is longer than a path can be",
    "a/" * 2100: "is longer than a path can be",
    "a\0b": r"holds a zero byte, which no path may; write it again",
}


@pytest.mark.skipif(os.name == "nt", reason="paths of Windows on other systems")
@pytest.mark.parametrize("wrong", WRONG, ids=lambda text: text[:12].replace("\0", "0"))
@pytest.mark.parametrize(("program", "name"), EVERY)
def test_a_path_that_this_system_cannot_have_is_told(program, name, wrong):
    with pytest.raises(UserError, match=WRONG[wrong]) as caught:
        settings(program, **{name: wrong})
    assert f"{name}=" in str(caught.value)
    assert len(str(caught.value)) < 400
    assert "\0" not in str(caught.value)


def test_under_windows_its_paths_are_taken(monkeypatch):
    monkeypatch.setattr(paths, "ON_WINDOWS", True)
    assert settings("train", **{"mirror.dir": "D:\\Backup"}).mirror.dir == "D:\\Backup"
    with pytest.raises(UserError, match="longer than a path can be"):
        settings("train", **{"mirror.dir": "D:\\" + "ä" * 256})


def test_all_that_is_wrong_is_told_at_once():
    with pytest.raises(UserError, match="2 settings are wrong") as caught:
        settings("train", **{"runs": "a" * 300, "seed": -1})
    assert [line.strip()[:5] for line in str(caught.value).splitlines()[1:]] == ["runs=", "seed="]


def test_a_file_may_be_called_by_a_letter_and_a_colon_elsewhere():
    assert settings("train", **{"data.source": str(Path("x/D:y.zip"))}).data.source == "x/D:y.zip"
