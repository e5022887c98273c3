"""The class block of the car's ``jetcar_definitions.py``: which code means which class."""

from __future__ import annotations

import keyword
import re
from pathlib import Path

from jetcar.classes import STREET_MAKER, ClassTable
from jetcar.errors import UserError
from jetcar.wording import printable

FIRST_UNUSED = 100
"""Codes from here on are never predicted; the car's rules may still name their classes."""


def class_block(table: ClassTable, unused: list[str]) -> str:
    """The lines from ``N_CLASSES`` to the last class, as StreetMaker writes them.

    Args:
        table: The classes of the network.
        unused: Names that the car's rules may use, though the network never predicts them.
    """
    names = python_names(table)
    first = max(FIRST_UNUSED, table.n_outputs)
    others = [name for name in dict.fromkeys(unused) if name not in names.values()]
    lines = [
        "# Scene Parsing has N classes including nothing=0",
        f"N_CLASSES = {table.n_outputs}",
        "",
        "# Definition of all segmentation class names and values",
        "class SegmClass(enum.Enum):",
        *(
            f"\t{names[c.code]} = {c.code}"
            + (f"  # {printable(c.name)}" if names[c.code] != c.name else "")
            for c in table.classes
        ),
        "\t#Unused:",
        *(f"\t{name} = {code}" for code, name in enumerate(others, start=first)),
    ]
    return "\n".join(lines) + "\n"


def python_names(table: ClassTable) -> dict[int, str]:
    """A name for each code that Python takes: ``traffic light`` becomes ``traffic_light``."""
    names: dict[int, str] = {}
    for one in table.classes:
        name = re.sub(r"\W", "_", one.name)
        if not name.isidentifier() or keyword.iskeyword(name) or name.startswith("__"):
            name = f"class_{name.strip('_')}"
        names[one.code] = name if name not in names.values() else f"{name}_{one.code}"
    return names


def replaced_definitions(table: ClassTable, path: Path) -> tuple[str, list[str]]:
    """The car's own file with the class block replaced, everything else as it is.

    Args:
        table: The classes of the network.
        path: The car's ``jetcar_definitions.py``.

    Returns:
        The text, and the classes that the car's rules use and the network never predicts.

    Raises:
        UserError: the file is missing, or has no class block.
    """
    if not path.is_file():
        raise UserError(
            f"definitions={path} is not a file. Copy jetcar_definitions.py from the car and name "
            "it."
        )
    text = path.read_bytes().decode("utf-8-sig", errors="replace").replace("\r\n", "\n")
    block = re.search(
        r"(?:^#.*\n)?^N_CLASSES\s*=.*\n(?P<between>(?:^(?![ \t]*class ).*\n)*?)"
        r"(?:^#.*\n)?^class SegmClass\b.*\n(?P<names>(?:[ \t]+\S.*\n|[ \t]*\n(?=[ \t]+\S))*)",
        text + "\n",
        flags=re.MULTILINE,
    )
    if block is None:
        raise UserError(
            f"{path} has no N_CLASSES = ... with a class SegmClass below it. Name the car's "
            "jetcar_definitions.py."
        )
    old = {
        name: int(code)
        for name, code in re.findall(r"^[ \t]+(\w+)\s*=\s*(\d+)", block["names"], re.MULTILINE)
    }
    before, after = text[: block.start()], text[block.end() :]
    unused = [*old, *(c.name for c in STREET_MAKER.classes)]
    between = block["between"].strip("\n")
    new = before + (f"{between}\n\n" if between else "") + class_block(table, unused) + after
    known = set(python_names(table).values())
    used = re.findall(r"\bSegmClass\.(\w+)", re.sub("#.*", "", after))
    lost = [
        name
        for name in dict.fromkeys(used)
        if name not in known and old.get(name, FIRST_UNUSED) < FIRST_UNUSED
    ]
    return new, lost
