"""Weights of classes, by the formulas of the papers."""

import math

import pytest

from jetcar.classes import ClassTable, SegmClass
from jetcar.model.class_weights import RULES, class_weights
from jetcar.settings.loss import CLASS_WEIGHTS

TABLE = ClassTable(
    tuple(
        SegmClass(code, name, (code, 0, 0))
        for code, name in ((0, "road"), (2, "line"), (3, "sign"), (4, "void"), (5, "never"))
    )
)
TRAIN = {
    "images": 10,
    "masks": 10,
    # A tenth counts nowhere, and so does void: of the other 0.8 road has 3/4, line 3/16, sign 1/16.
    "share": {"road": 0.6, "line": 0.15, "sign": 0.05, "void": 0.1, "never": 0.0},
    "pictures": {"road": 10, "line": 5, "sign": 1, "void": 3, "never": 0},
}


def weights(rule):
    """Of road, line and sign; the codes of no class, an ignored one and one never shown have 0."""
    by_code = class_weights(rule, TABLE, TRAIN, ["void"])
    assert [by_code[code] for code in (1, 4, 5)] == [0, 0, 0]
    return [by_code[code] for code in (0, 2, 3)]


def test_the_weights_of_enet_by_hand():
    shares = (3 / 4, 3 / 16, 1 / 16)
    assert weights("enet") == pytest.approx([1 / math.log(1.02 + share) for share in shares])


def test_median_frequency_by_hand():
    # Line is on half of the pictures, sign on a tenth: frequencies 0.75, 0.375 and 0.625.
    assert weights("median_frequency") == pytest.approx([0.625 / 0.75, 0.625 / 0.375, 1])


def test_the_fourth_root_is_the_root_of_the_square_root():
    assert weights("fourth_root") == pytest.approx([w**0.5 for w in weights("square_root")])


def test_the_square_root_by_hand():
    assert weights("square_root") == pytest.approx([(4 / 3) ** 0.5, (16 / 3) ** 0.5, 4])


def test_the_effective_number_by_hand():
    # (1 - 0.9 ** n) / 0.1 for 10, 5 and 1 pictures.
    assert weights("effective") == pytest.approx([1 / 6.5132156, 1 / 4.0951, 1], rel=1e-6)


def test_equal_weights_are_none():
    assert class_weights(None, TABLE, TRAIN, []) is None


def test_a_single_picture_gives_weights_too():
    one = {"images": 1, "share": {"road": 1.0}, "pictures": {"road": 1}}
    for rule in RULES:
        assert class_weights(rule, TABLE, one, [])[0] > 0


def test_the_settings_know_every_rule():
    assert tuple(RULES) == CLASS_WEIGHTS
