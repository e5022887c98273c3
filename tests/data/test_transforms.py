"""Tests of jetcar.data.transforms: masks stay right, and changes follow from seed and number."""

import inspect
import pickle
import random
import warnings

import cv2
import numpy as np
import pytest

from jetcar.classes import IGNORED, ClassTable, SegmClass
from jetcar.data.recipe import GROUPS, known_transforms
from jetcar.data.transforms import Transforms, check_transforms, transforms_of
from jetcar.errors import UserError
from jetcar.settings.schema import Augment

SIZE = (48, 64)
SIDES = ClassTable(
    tuple(SegmClass(i, n, (i, i, i)) for i, n in enumerate(("turn_left", "turn_right", "road")))
)
MOVING = {
    "Affine": {"rotate": [30, 40], "scale": 0.5, "p": 1},
    "ElasticTransform": {"alpha": 300, "sigma": 8, "p": 1},
    "GridDistortion": {"distort_limit": 0.8, "p": 1},
    "OpticalDistortion": {"distort_limit": [0.8, 0.9], "p": 1},
    "Perspective": {"scale": [0.3, 0.4], "fit_output": True, "p": 1},
    "Rotate": {"limit": [40, 50], "p": 1},
    "SafeRotate": {"limit": [40, 50], "p": 1},
    "ThinPlateSpline": {"scale_range": [0.5, 0.6], "p": 1},
    "CropAndPad": {"percent": [0.2, 0.3], "p": 1},
    "GridDropout": {"ratio": 0.5, "fill_mask": 255, "p": 1},
    "CoarseDropout": {
        "hole_height_range": [9, 9],
        "hole_width_range": [9, 9],
        "fill_mask": 255,
        "p": 1,
    },
    "PixelDropout": {"dropout_prob": 0.3, "mask_drop_value": 255, "p": 1},
}
"""Transforms that bring in what was not in the picture."""


def picture(seed=0):
    return np.random.default_rng(seed).integers(0, 256, (*SIZE, 3), np.uint8)


def mask(code):
    return np.full(SIZE, code, np.uint8)


def usable():
    """Every transform of the library that a recipe accepts with as few arguments as possible."""
    sizes = {"size": list(SIZE), "height": SIZE[0], "width": SIZE[1]}
    for name, kind in known_transforms().items():
        needed = inspect.signature(kind.__init__).parameters
        entry = {name: {"p": 1, **{key: sizes[key] for key in sizes if key in needed}}}
        if name not in GROUPS:
            try:
                check_transforms([entry], *SIZE)
            except UserError:
                continue
            yield entry


def nested(entry):
    inner = {"Sequential": {"p": 1, "transforms": [entry]}}
    return [
        {"OneOf": {"p": 1, "transforms": [{"SomeOf": {"n": 1, "p": 1, "transforms": [inner]}}]}}
    ]


@pytest.mark.parametrize("name", MOVING)
@pytest.mark.parametrize("code", [0, 1, 7])
def test_what_turns_in_from_outside_counts_nowhere(name, code):
    check_transforms([{name: MOVING[name]}], *SIZE)
    for recipe in ([{name: MOVING[name]}], nested({name: MOVING[name]})):
        _, codes = Transforms(recipe).applied(picture(), mask(code), 0, 0, 0)
        assert set(np.unique(codes)) == {code, IGNORED}


def test_no_transform_makes_up_a_code_or_draws_from_elsewhere():
    entries = list(usable())
    assert len(entries) > 60
    codes = np.repeat(np.repeat(np.array([[0, 3], [21, 9]], np.uint8), 24, 0), 32, 1)
    for entry in entries:
        changed = []
        for elsewhere in (1, 2):
            random.seed(elsewhere)
            np.random.seed(elsewhere)  # the state that must not matter
            cv2.setRNGSeed(elsewhere)
            one = Transforms([entry])
            if elsewhere == 2:  # nor does what came before
                one.applied(picture(1), codes, 3, 4, 6)
            changed.append(one.applied(picture(), codes, 3, 4, 5))
        (image, made), (again, made_again) = changed
        assert (image == again).all(), entry
        assert (made == made_again).all(), entry
        assert set(np.unique(made)) <= {0, 3, 9, 21, IGNORED}, entry


def test_what_goes_in_is_not_changed():
    image, codes = picture(), mask(3)
    Transforms([{"Rotate": {"limit": [9, 9], "p": 1}}]).applied(image, codes, 0, 0, 0)
    assert (image == picture()).all()
    assert (codes == 3).all()


def test_two_transforms_of_the_same_share_happen_to_pictures_of_their_own():
    recipe = [
        {"InvertImg": {"p": 0.5}},
        {
            "CoarseDropout": {
                "hole_height_range": [9, 9],
                "hole_width_range": [9, 9],
                "fill_mask": 255,
                "p": 0.5,
            }
        },
    ]
    one = Transforms(recipe)
    seen = set()
    for number in range(40):
        image, codes = one.applied(np.zeros((*SIZE, 3), np.uint8), mask(1), 0, 0, number)
        seen.add((bool(image.max() == 255), bool((codes == IGNORED).any())))
    assert len(seen) == 4


@pytest.mark.parametrize("change", [(4, 4, 5), (3, 5, 5), (3, 4, 6)])
def test_another_seed_epoch_or_picture_is_changed_otherwise(change):
    one = Transforms([{"GaussNoise": {"p": 1}}])
    before = one.applied(picture(), mask(0), 3, 4, 5)[0]
    assert (before != one.applied(picture(), mask(0), *change)[0]).any()


def test_another_process_makes_the_same_changes():
    one = Transforms([{"ElasticTransform": {"p": 1}}, {"GaussNoise": {"p": 0.5}}])
    one.applied(picture(), mask(0), 0, 0, 0)
    copy = pickle.loads(pickle.dumps(one))
    assert vars(copy).keys() == {"plain", "exchanged"}
    for number in range(4):
        here, there = (x.applied(picture(), mask(0), 0, 1, number) for x in (one, copy))
        assert all((a == b).all() for a, b in zip(here, there, strict=True))


@pytest.mark.parametrize(
    ("entry", "is_mirror"),
    [
        ({"HorizontalFlip": {"p": 0.001}}, True),
        ({"VerticalFlip": {"p": 0.001}}, True),
        ({"Transpose": {"p": 0.001}}, True),
        ({"D4": {"p": 0.001}}, True),
        ({"SquareSymmetry": {"p": 0.001}}, True),
        ({"RandomRotate90": {"p": 0.001}}, False),
        ({"Rotate": {"limit": [180, 180], "p": 0.001}}, False),
        ({"ElasticTransform": {"alpha": 60, "sigma": 6, "p": 0.001}}, False),
        ({"RandomGridShuffle": {"p": 0.001}}, False),
        ({"RandomShadow": {"p": 0.001}}, False),
    ],
)
def test_a_mirror_is_found_however_deep_and_rare(entry, is_mirror):
    (name,) = entry
    found = check_transforms(nested(entry), 64, 64)
    assert list(found.values()) == ([name] if is_mirror else [])


def test_pairs_are_exchanged_where_a_mirror_happened_and_only_there():
    settings = Augment(transforms=[{"HorizontalFlip": {"p": 0.5}}], swap=None)
    with pytest.raises(UserError, match="turn_left and 1 more would then be another class"):
        transforms_of(settings, SIDES, *SIZE)
    settings.swap = {"turn_left": "turn_right"}
    one = transforms_of(settings, SIDES, *SIZE)
    image, codes = np.zeros((*SIZE, 3), np.uint8), mask(2)
    image[:, :20], codes[:, :20] = 255, 0
    mirrored = 0
    for number in range(30):
        changed, made = one.applied(image, codes, 0, 0, number)
        is_mirrored = changed[0, 0, 0] == 0
        mirrored += is_mirrored
        at = slice(-20, None) if is_mirrored else slice(20)
        assert (made[:, at] == (1 if is_mirrored else 0)).all()
        assert (made == 2).sum() == SIZE[0] * (SIZE[1] - 20)
    assert 5 < mirrored < 25


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        (
            {"RandomScale": {"p": 0.01}},
            r"a picture of 48 x 64 x 3 .*; pictures must keep",
        ),
        ({"Normalize": {"p": 1}}, "of type float32"),
        ({"FDA": {"p": 1}}, "cannot change a picture and its mask: FDA requires"),
        ({"CoarseDropout3D": {"p": 1}}, "is not for pictures with masks"),
    ],
)
def test_what_cannot_change_a_picture_is_told_before_there_is_one(entry, sentence):
    with pytest.raises(UserError, match=sentence):
        check_transforms(nested(entry), *SIZE)


def test_an_empty_list_is_nothing():
    assert transforms_of(Augment(transforms=[], swap=None), SIDES, *SIZE) is None


def test_checking_warns_of_nothing():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_transforms([{"MotionBlur": {"p": 0.2}}, {"RandomShadow": {"p": 0.2}}], *SIZE)
