"""Tests of jetcar.wording: nothing from a file reaches a terminal or a table raw."""

import os
import re
from pathlib import Path

import pytest

import jetcar
from jetcar.wording import all_printable, counted, did_you_mean, is_printable, printable, table_cell


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Straße links", "Straße links"),
        ("道路", "道路"),
        ("\x1b[31mred", r"\x1b[31mred"),
        ("a\nb\tc\r", r"a\nb\tc\r"),
        ("\u202egnp.exe", r"\u202egnp.exe"),
        ("\u2028", r"\u2028"),
        ("\x9b31m", r"\x9b31m"),
        (os.fsdecode(b"gr\xfcn.png"), r"gr\udcfcn.png"),
        (ValueError("x\0y"), r"x\x00y"),
    ],
)
def test_control_characters_are_written_out(text, shown):
    assert printable(text) == shown
    assert is_printable(str(text)) == (shown == str(text))


def test_a_text_of_five_megabytes_is_cut_off_and_its_rest_counted():
    text = "a" * 5_000_000
    assert printable(text) == "a" * 200 + "... (4,999,800 more)"
    assert not is_printable(text)


@pytest.mark.parametrize("number", ["-0.5", "+3", "-1e-3", "12", "nan", "-inf"])
def test_numbers_stay_numbers_in_a_table(number):
    assert table_cell(number) == number


@pytest.mark.parametrize("formula", ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_formula_becomes_text_in_a_table(formula):
    assert table_cell(formula) == f"'{formula}"


def test_one_is_singular_and_thousands_are_grouped():
    assert counted(1, "picture") == "1 picture"
    assert counted(0, "picture") == "0 pictures"
    assert counted(12_345, "class", "classes") == "12,345 classes"


def test_every_text_in_nested_values_is_made_printable():
    assert all_printable({"\x1b": ["\x07", {"a": (1, None, "b\n")}]}) == {
        r"\x1b": [r"\x07", {"a": [1, None, r"b\n"]}]
    }


PLURALS = (
    "pictures images masks files epochs batches classes warnings findings jobs runs checkpoints "
    "threads processes outputs maps pairs splits folders entries"
)
OF_ITS_OWN = re.compile(
    r"(?:\{(?!counted|[^{}]*\|)[^{}]*\}|%d) (?:" + PLURALS.replace(" ", "|") + r")\b(?!/)"
)


def test_no_message_says_1_pictures():
    """Numbers come with their noun from ``counted``; pages have a filter of that name."""
    package = Path(jetcar.__file__).parent
    found = [
        f"{path.name}:{number}: {line.strip()}"
        for path in sorted(package.rglob("*"))
        if path.suffix in (".py", ".js", ".j2")
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if OF_ITS_OWN.search(line) and "== 1" not in line  # says it otherwise for one
    ]
    assert found == []


def test_a_hint_names_what_was_probably_meant_or_what_else_to_do():
    names = ("colab", "colab-pro", "demo")
    assert did_you_mean("colb", names, "") == "Did you mean colab?"
    assert did_you_mean("colb-pr", names, "", most=2) == "Did you mean colab-pro or colab?"
    assert did_you_mean(7, names, "There are three.") == "There are three."
