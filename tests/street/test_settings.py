"""Settings that make no sense, and the command's answer to them."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import omegaconf
import pytest
from omegaconf import OmegaConf

from jetcar.settings.check import settings_from
from jetcar.settings.names import setting_types
from jetcar.settings.recorded import street_from
from jetcar.settings.street import MISSING, MakeStreet, street_key, street_rules
from jetcar.settings.variety import GROUPS

PARTS_OF_LATER = (
    ("light", "gloss"),
    ("light", "haze"),
    ("lines", "tape"),
    ("lines", "pieces"),
    ("ground", "mats"),
    ("ground", "steps"),
)
"""Settings of groups that runs of before do not record."""

ROOT = Path(__file__).parents[2]


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "jetcar.street", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"seed": -1}, "seed=-1 must be 0 or more"),
        ({"size": 8}, "size=8 must be from 32 to 1024"),
        ({"size": 4096}, "size=4096 must be from 32 to 1024"),
        ({"views": 0}, "views=0 must be 1 or more"),
        ({"processes": 0}, "processes=0 must be from 1 to 256"),
        ({"classes": "cityscapes"}, "classes=cityscapes must be one of imagesegmenter, stree"),
        ({"images": {"val": -5}}, "images.val=-5 must be from 0 to 1000000"),
        (
            {"images": {"train": 0, "val": 0, "test": 0}},
            "images asks for no picture at all; use images.train=1000",
        ),
        ({"camera": {"fov": 180}}, "camera.fov=180.0 must be from 30 to 150"),
        ({"camera": {"angle": 90}}, "camera.angle=90.0 must be from 0 to 80"),
        ({"camera": {"gain": [1, 1]}}, "camera.gain=[1,1] must be three numbers from 0 to 2"),
        ({"camera": {"offset": [0, 0, 300]}}, "such as [130,129,140]"),
        ({"spread": {"side": 100}}, "spread.side=100.0 must be from 0 to 40"),
        ({"things": 2}, "things=2.0 must be from 0 to 1"),
        ({"spread": {"spots": 1.5}}, "spread.spots=1.5 must be from 0 to 1"),
        ({"spread": {"noise": float("nan")}}, "spread.noise=nan must be from 0 to 60"),
        ({"sight": {"ahead": 10}}, "sight.ahead=10.0 must be from 100 to 5000"),
        ({"variety": {"light": {"share": 2}}}, "variety.light.share=2.0 must be from 0 to 1"),
        (
            {"variety": {"camera": {"fov": [100, 60]}}},
            "variety.camera.fov=[100,60] must be two numbers from 30 to 165, the smaller first",
        ),
        ({"variety": {"wear": {"dust": [0.5]}}}, "such as [0,1]"),
        ({"variety": {"lines": {"tape": 2}}}, "variety.lines.tape=2.0 must be from 0 to 1"),
        ({"variety": {"ground": {"mats": -1}}}, "variety.ground.mats=-1.0 must be from 0 to 1"),
        ({"variety": {"lines": {"pieces": [10, 90]}}}, "two numbers from 60 to 5000"),
        ({"variety": {"ground": {"steps": [0, 40]}}}, "two numbers from 0 to 12"),
        ({"variety": {"light": {"gloss": [0, 2]}}}, "two numbers from 0 to 1"),
        ({"variety": {"paper": {"offset": [9, 3]}}}, "variety.paper.offset=[9,3] must be two"),
        ({"variety": {"paper": {"curl": [0, 1]}}}, "two numbers from 0 to 0.9"),
        ({"variety": {"camera": {"height": [0, 100]}}}, "two numbers from 30 to 1000"),
    ],
)
def test_what_makes_no_sense_is_told_with_its_fix(settings_of, changes, sentence):
    (broken,) = street_rules(settings_of(**changes))
    assert sentence in broken


def test_the_default_values_keep_every_rule(settings_of):
    assert street_rules(settings_of()) == []


def test_rules_name_the_section_that_the_settings_stand_in(settings_of):
    broken = street_rules(settings_of(size=8, images={"train": -1}), "street.")
    assert [text.partition("=")[0] for text in broken] == ["street.images.train", "street.size"]


def test_the_key_follows_every_setting_that_makes_the_pictures(settings_of):
    same = street_key(settings_of())
    assert street_key(settings_of(processes=7)) == same
    assert street_key(MakeStreet(**vars(settings_of()), out="elsewhere")) == same
    changes = [
        {"seed": 1},
        {"size": 96},
        {"classes": "streetmaker"},
        {"views": 10},
        {"images": {"val": 7}},
        {"camera": {"height": 111}},
        {"camera": {"gain": [0.7, 0.64, 0.7]}},
        {"spread": {"noise": 0}},
        {"sight": {"signs": 600}},
        {"variety": {"light": {"share": 0.1}}},
    ]
    keys = {street_key(settings_of(**change)) for change in changes}
    assert len(keys | {same}) == len(changes) + 1
    assert all(len(key) == 8 and key.isalnum() for key in keys)


def test_without_variety_its_ranges_have_no_say_in_the_key(settings_of):
    off = {group: {"share": 0} for group in GROUPS}
    key = street_key(settings_of(variety=off))
    assert key == street_key(settings_of(variety={"share": 0}))
    assert key == street_key(settings_of(variety={**off, "wear": {"share": 0, "dust": [0, 1]}}))
    assert key != street_key(settings_of())


def test_settings_of_a_run_that_knew_no_variety_switch_it_off(settings_of):
    values = asdict(settings_of())
    del values["variety"]
    read = street_from(values)
    assert read is not None
    assert read.variety.is_off


def test_a_run_that_knew_no_tape_paper_mats_or_gloss_has_none_of_them(settings_of):
    values = asdict(settings_of())
    variety = values["variety"]
    del variety["paper"]
    for group, name in PARTS_OF_LATER:
        del variety[group][name]
    read = street_from(values)
    assert read is not None
    assert not read.variety.is_off
    assert read.variety.light.gloss == read.variety.light.haze == [0, 0]
    parts = read.variety.paper.share, read.variety.lines.tape, read.variety.ground.mats
    assert parts == (0, 0, 0)


def test_a_process_that_draws_imports_nothing_that_takes_long():
    assert MISSING == omegaconf.MISSING
    slow = "torch", "hydra", "omegaconf", "jetcar.data"
    code = f"import sys, jetcar.street.dataset; print([m for m in {slow} if m in sys.modules])"
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert ended.stdout.strip() == "[]"


def test_every_setting_has_a_value_in_conf():
    values = OmegaConf.load(ROOT / "conf/street/default.yaml")
    values.out, values.plan = "somewhere", None
    assert settings_from(values, MakeStreet).out == "somewhere"
    assert {"out", "camera.gain", "images.train"} <= set(setting_types(MakeStreet))


def test_the_command_writes_a_data_set(tmp_path):
    out = tmp_path / "Straße (1)"
    ended = command(
        f"out={out}", "images.train=2", "images.val=1", "images.test=1", "size=48", "processes=1"
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "2 pictures for training, 1 for validation, 1 for tests" in ended.stdout
    assert f"python train.py data.source={out}" in ended.stdout
    assert len(list(out.rglob("*.jpg"))) == 4
    assert [path.name for path in tmp_path.iterdir()] == [out.name]


def test_the_command_ends_in_one_sentence_and_exit_code_1(tmp_path):
    ended = command(f"out={tmp_path / 'street'}", "size=8", "images.train=-1", "classes=none")
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr.startswith("error: 3 settings are wrong:")
    assert "Traceback" not in ended.stderr
    assert list(tmp_path.iterdir()) == []


def test_help_explains_the_command():
    ended = command("--help")
    assert ended.returncode == 0
    assert "python -m jetcar.street out=data/street" in ended.stdout
