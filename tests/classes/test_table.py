"""Tests of jetcar.classes.table: names that can be printed, and near ones that are proposed."""

import pytest

from jetcar.classes import CAR, ClassTable, SegmClass
from jetcar.errors import UserError


def table_of(*names):
    return ClassTable(tuple(SegmClass(i, name, (i, 0, 255)) for i, name in enumerate(names)))


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("\x1b[2Jroad", r"\\x1b\[2Jroad"),
        ("ro\x00ad", r"ro\\x00ad"),
        ("ro\u202ead", r"ro\\u202ead"),
        ("ro\rad", r"ro\\rad"),
        ("a" * 201, r"a{40}\.\.\. \(161 more\)"),
    ],
)
def test_a_name_that_cannot_be_printed_is_refused_and_shown_in_safe_letters(name, shown):
    with pytest.raises(UserError, match=rf"code 0 has the name '{shown}'\. Give it a name of one"):
        table_of(name)


def test_a_table_of_a_checkpoint_is_checked_like_any_other():
    with pytest.raises(UserError, match="that can be printed"):
        ClassTable.from_plain([[0, "\x1b]0;title\x07", "000000"]])


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("void", "Void"),
        ("VOID", "Void"),
        ("lane-my-dir", "lane_my_dir"),
        ("lane_my_dr", "lane_my_dir"),
    ],
)
def test_a_near_name_is_proposed(typed, meant):
    with pytest.raises(UserError, match=rf"no class '{typed}'\. .* Did you mean {meant}\?$"):
        table_of("Void", "lane_my_dir", "stop_line").codes_of([typed])


def test_nothing_is_proposed_for_a_name_like_no_other():
    with pytest.raises(UserError, match=r"parking_sign\.$"):
        CAR.codes_of(["sky"])
