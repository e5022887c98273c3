"""The class table: the code, the name and the colour of each class."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from jetcar.errors import UserError
from jetcar.wording import LONGEST, is_printable, printable

IGNORED = 255
"""The mask value that counts nowhere; it can never be the code of a class."""

RGB = tuple[int, int, int]

SHOWN = 40
"""Letters of a name that cannot be shown whole."""


@dataclass(frozen=True)
class SegmClass:
    """One class: its code in the masks, its name and its display colour (RGB, 0..255)."""

    code: int
    name: str
    color: RGB


@dataclass(frozen=True)
class ClassTable:
    """The classes of one data set, in the order of their codes.

    Raises:
        UserError: no class at all, a code outside 0..254, a name that is not one line of text fit
            to print, or a code or name given twice.
    """

    classes: tuple[SegmClass, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "classes", tuple(sorted(self.classes, key=lambda c: c.code)))
        if not self.classes:
            raise UserError("The class table is empty. Give it at least one class.")
        for one in self.classes:
            if not 0 <= one.code < IGNORED:
                raise UserError(
                    f"Class '{printable(one.name, SHOWN)}' has the code {one.code}. Codes go from "
                    f"0 to {IGNORED - 1}."
                )
            if one.name.strip() != one.name or not one.name or not is_printable(one.name):
                raise UserError(
                    f"The class of code {one.code} has the name '{printable(one.name, SHOWN)}'. "
                    f"Give it a name of one line without spaces around it, of at most {LONGEST} "
                    "letters that can be printed."
                )
        for what, values in (
            ("code", [str(c.code) for c in self.classes]),
            ("name", [c.name for c in self.classes]),
        ):
            value, times = Counter(values).most_common(1)[0]
            if times > 1:
                raise UserError(
                    f"The class table has the {what} {value} {times} times. "
                    f"Make each {what} unique."
                )

    @property
    def n_outputs(self) -> int:
        """Channels that a network for this table needs: the highest code plus one."""
        return self.classes[-1].code + 1

    @property
    def codes(self) -> tuple[int, ...]:
        """All codes, ascending."""
        return tuple(c.code for c in self.classes)

    @property
    def names(self) -> dict[int, str]:
        """Name of each code."""
        return {c.code: c.name for c in self.classes}

    @property
    def colors(self) -> list[RGB]:
        """256 RGB colours, one a code; codes without a class are white, as in the colour map."""
        by_code = {c.code: c.color for c in self.classes}
        return [by_code.get(code, (255, 255, 255)) for code in range(256)]

    def codes_of(self, names: Iterable[str]) -> tuple[int, ...]:
        """Codes of the named classes.

        Raises:
            UserError: a name is not in the table.
        """
        names, by_name = list(names), {c.name: c.code for c in self.classes}
        unknown = [name for name in names if name not in by_name]
        if unknown:
            near = list(dict.fromkeys(like for name in unknown for like in self._names_like(name)))
            hint = f" Did you mean {' or '.join(near)}?" if near else ""
            raise UserError(
                f"The class table has no class {', '.join(repr(printable(n)) for n in unknown)}. "
                f"Its classes are: {', '.join(by_name)}.{hint}"
            )
        return tuple(by_name[name] for name in names)

    def _names_like(self, name: str) -> list[str]:
        """Names that differ in case or a few letters, the nearest first."""
        plain = {c.name.casefold(): c.name for c in self.classes}
        near = difflib.get_close_matches(name.casefold()[:LONGEST], plain, n=2, cutoff=0.7)
        return [plain[one] for one in near]

    def to_plain(self) -> list[list[Any]]:
        """Rows ``[code, name, "RRGGBB"]`` of plain numbers and strings, for checkpoints."""
        return [[c.code, c.name, to_hex(c.color)] for c in self.classes]

    @classmethod
    def from_plain(cls, rows: Sequence[Sequence[Any]]) -> ClassTable:
        """The table that ``to_plain`` wrote."""
        return cls(
            tuple(SegmClass(int(code), str(name), to_rgb(hex_)) for code, name, hex_ in rows)
        )


def differences(ours: ClassTable, theirs: ClassTable) -> list[str]:
    """The rows in which two tables disagree about a code, as ``code: our name | their name``."""
    return [
        f"{code}: {ours.names.get(code, '-')} | {theirs.names.get(code, '-')}"
        for code in sorted({*ours.codes, *theirs.codes})
        if ours.names.get(code) != theirs.names.get(code)
    ]


def to_rgb(text: str) -> RGB:
    """The colour that RRGGBB means, or AARRGGBB without its alpha.

    Raises:
        ValueError: it is neither.
    """
    if not re.fullmatch("([0-9A-Fa-f]{2})?[0-9A-Fa-f]{6}", text):
        raise ValueError(f"{text!r} is not a colour")
    value = int(text[-6:], 16)
    return value >> 16, value >> 8 & 255, value & 255


def to_hex(color: RGB) -> str:
    """The colour as RRGGBB."""
    return "{:02X}{:02X}{:02X}".format(*color)
