"""Text files are read and written as UTF-8 on every system, also where Windows has another one."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FILES = sorted(
    path
    for folder in ("jetcar", "tests", "benchmarks", "docs")
    for path in (ROOT / folder).rglob("*.py")
)
OTHER_OPENS = {"Image", "os", "zipfile", "archive"}
"""What is before ``.open`` where it opens no text file."""


def without_encoding(source):
    """Lines of the calls that open a text file, and leave its encoding to the system."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return [one.lineno for one in calls if is_text(one) and not has_encoding(one)]


def has_encoding(call):
    # read_text("utf-8") and write_text(text, "utf-8") name it by its place.
    first = {"read_text": 0, "write_text": 1}.get(getattr(call.func, "attr", ""), 9)
    return len(call.args) > first or any(one.arg in ("encoding", None) for one in call.keywords)


def is_text(call):
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    if name != "open":
        return isinstance(call.func, ast.Attribute) and name in ("read_text", "write_text")
    is_method = isinstance(call.func, ast.Attribute)
    if is_method and getattr(call.func.value, "id", "") in OTHER_OPENS:
        return False
    modes = [one.value for one in call.keywords if one.arg == "mode"] or call.args[not is_method :]
    return not modes or (isinstance(modes[0], ast.Constant) and "b" not in str(modes[0].value))


def test_every_text_file_is_opened_with_an_encoding():
    found = {
        str(path.relative_to(ROOT)): lines
        for path in FILES
        if (lines := without_encoding(path.read_text(encoding="utf-8")))
    }
    assert not found


@pytest.mark.parametrize(
    ("call", "count"),
    [
        ("p.read_text()", 1),
        ("p.write_text(t)", 1),
        ("open(p)", 1),
        ("p.open('a', newline='')", 1),
        ("p.read_text('utf-8')", 0),
        ("p.write_text(t, encoding='utf-8')", 0),
        ("open(p, 'rb')", 0),
        ("p.open(mode='rb')", 0),
        ("Image.open(p)", 0),
        ("p.write_bytes(t)", 0),
    ],
)
def test_a_call_without_one_is_found(call, count):
    assert len(without_encoding(call)) == count
