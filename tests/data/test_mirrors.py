"""Tests of jetcar.data.mirrors: a mirror is known by what it does."""

import numpy as np
import pytest

from jetcar.classes import IMAGE_SEGMENTER, ClassTable, SegmClass
from jetcar.data.mirrors import exchanged_codes, ramps, refuse_mirrors, says_side, turns_over
from jetcar.errors import UserError

FLIP = {"augment.transforms[0]": "HorizontalFlip"}
PAIRS = {
    "lane_my_dir": "lane_wrong_dir",
    "lane_left_turn": "lane_right_turn",
    "arrow_straight_left": "arrow_straight_right",
    "arrow_left_only": "arrow_right_only",
    "merge_left": "merge_left",
}


def table(*names):
    return ClassTable(tuple(SegmClass(i, name, (i, i, i)) for i, name in enumerate(names)))


@pytest.mark.parametrize(
    ("change", "is_mirror"),
    [
        (lambda a: a, False),
        (np.fliplr, True),
        (np.flipud, True),
        (lambda a: np.rot90(a, 2), False),
        (np.rot90, False),
        (np.transpose, True),  # a turn and a mirror
        (lambda a: np.fliplr(np.rot90(a)), True),
        (lambda a: np.roll(a, 20, axis=1), False),
        (lambda a: np.where(np.arange(80)[None] < 60, 0, np.fliplr(a)), True),
        (np.zeros_like, False),  # nothing of the picture is left
    ],
)
def test_a_mirror_is_known_by_the_ramp(change, is_mirror):
    moved = {name: change(one) for name, one in ramps(48, 80).items()}
    assert turns_over(**moved) == is_mirror


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("lane_left_turn", True),
        ("LaneRight", True),
        ("turnleft", True),
        ("lane_my_dir", True),
        ("arrow_left_right", False),  # the same from both sides
        ("bright_line", False),
        ("road", False),
    ],
)
def test_a_class_says_its_side(name, says):
    assert says_side(name) == says


def test_a_mirror_is_refused_where_a_class_says_left():
    with pytest.raises(UserError, match=r"HorizontalFlip .* Missing: turn_left, turn_right"):
        refuse_mirrors(FLIP, table("road", "turn_left", "turn_right"), None)
    refuse_mirrors({}, table("road", "turn_left"), None)
    refuse_mirrors(FLIP, table("road", "car"), None)
    refuse_mirrors(FLIP, table("turn_left", "turn_right"), {"turn_left": "turn_right"})


def test_the_classes_of_the_car_must_all_be_paired():
    refuse_mirrors(FLIP, IMAGE_SEGMENTER, PAIRS)
    for left_out in PAIRS:
        rest = {one: other for one, other in PAIRS.items() if one != left_out}
        with pytest.raises(UserError, match=f"Missing: {left_out}"):
            refuse_mirrors(FLIP, IMAGE_SEGMENTER, rest)


def test_a_pair_is_exchanged_both_ways_and_all_else_stays():
    codes = exchanged_codes({"turn_left": "turn_right"}, table("road", "turn_left", "turn_right"))
    assert codes[:3].tolist() == [0, 2, 1]
    assert codes[3:].tolist() == list(range(3, 256))
    assert exchanged_codes(None, table("road")) is None


@pytest.mark.parametrize(
    ("swap", "sentence"),
    [
        ({"turn_lef": "road"}, r"has no class turn_lef\. Did you mean turn_left\?"),
        ({"turn_left": "zzz"}, r"has no class zzz\. It has road, turn_left, turn_right"),
        ({"turn_left": "turn_right", "road": "turn_right"}, "pairs turn_right with turn_left and"),
    ],
)
def test_a_pair_of_no_classes_is_refused(swap, sentence):
    with pytest.raises(UserError, match=sentence):
        exchanged_codes(swap, table("road", "turn_left", "turn_right"))
