"""Tests of jetcar.data.recipe: names and arguments of transforms are right, or told at once."""

import subprocess
import sys

import pytest

from jetcar.data.recipe import build_list, known_transforms, leaves
from jetcar.errors import UserError

BLUR = {"MotionBlur": {"blur_limit": 5, "p": 0.2}}


def nested(entry, p=0.5):
    inner = {"Sequential": {"p": 0.1, "transforms": [entry]}}
    return [{"OneOf": {"p": p, "transforms": [BLUR, inner]}}]


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        ({"MotionBlurr": {"p": 1}}, r"has no transform MotionBlurr\. Did you mean MotionBlur"),
        ({"zzz": {"p": 1}}, r"has no transform zzz\. docs/augmentation\.md has examples"),
        ({"os.system": {"p": 1}}, "has no transform os.system"),
        ({"DualTransform": {"p": 1}}, "has no transform DualTransform"),
        ({"Compose": {"p": 1, "transforms": []}}, "has no transform Compose"),
        ({"Lambda": {"p": 1}}, "Lambda is not for a recipe: it runs a function"),
        ({"MaskDropout": {"p": 1}}, "MaskDropout is not for a recipe: it reads what the codes"),
        (
            {"MotionBlur": {"limit": 3, "p": 1}},
            r"no argument limit\. Did you mean blur_limit",
        ),
        ({"MotionBlur": {"blur_limit": 5}}, "MotionBlur has no p, the share of the pictures"),
        ({"MotionBlur": None}, "MotionBlur has no p"),
        ({"MotionBlur": {"p": 1.5}}, r"p=1\.5 of MotionBlur must be from 0 to 1"),
        ({"MotionBlur": {"p": True}}, "p=True of MotionBlur must be from 0 to 1"),
        ({"MotionBlur": {"p": "often"}}, "p=often of MotionBlur must be from 0 to 1"),
        (
            {"GaussianBlur": {"sigma_limit": "x", "p": 1}},
            "cannot be made: sigma_limit",
        ),
        ({"Rotate": {"limit": 9, "fill_mask": 0, "p": 1}}, None),
        ({"Rotate": {"limit": 9, "fill_mask": 255, "p": 1}}, None),
        ({"Rotate": {"limit": 9, "fill_mask": 3, "p": 1}}, "fill_mask=3 of Rotate cannot be: what"),
        ({"Rotate": {"mask_interpolation": 1, "p": 1}}, "anything between two codes is another"),
        ({"Rotate": {"border_mode": 4, "p": 1}}, "would invent what lies outside"),
        ({"OneOf": {"p": 1}}, "OneOf has no transforms; give it a list"),
        ({"OneOf": {"p": 1, "transforms": [{"Blur": {"p": 0}}]}}, "every p in OneOf is 0"),
        ({"OneOf": {"p": 1, "transforms": {"Blur": {"p": 1}}}}, "must be a list"),
        ("MotionBlur", "must be one name with arguments"),
        ({"Blur": {"p": 1}, "CLAHE": {"p": 1}}, "must be one name with arguments"),
    ],
)
def test_a_wrong_entry_is_told_wherever_it_stands(entry, sentence):
    if sentence is None:
        build_list(nested(entry))
        return
    with pytest.raises(UserError, match=sentence):
        build_list([BLUR, entry])
    with pytest.raises(UserError, match=sentence) as error:
        build_list(nested(entry))
    assert "augment.transforms[0].OneOf.transforms[1].Sequential.transforms[0]" in str(error.value)


def test_only_the_librarys_transforms_have_a_name():
    known = known_transforms()
    assert {"MotionBlur", "RandomShadow", "OneOf", "SomeOf", "Sequential"} <= set(known)
    assert all(kind.__module__.startswith("albumentations.") for kind in known.values())


def test_every_branch_of_a_group_is_found_and_always_happens():
    found = list(leaves(nested({"HorizontalFlip": {"p": 0.001}}, p=0.01)))
    assert [(name, one.p) for _, name, one in found] == [("MotionBlur", 1), ("HorizontalFlip", 1)]


@pytest.mark.parametrize("module", ["data.recipe", "data.audit", "training.fit"])
def test_the_library_is_not_loaded_without_a_recipe(module):
    code = f"import sys, jetcar.{module}; sys.exit('albumentations' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_loading_the_library_asks_nobody_for_its_newest_version():
    code = (
        "import socket, sys\n"
        "def no(*_): sys.exit('network')\n"
        "socket.socket.connect = socket.getaddrinfo = no\n"
        "from jetcar.data.recipe import build_list\n"
        "build_list([{'Blur': {'p': 1}}])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
