"""Words for people: names from files made fit to print, and numbers with their noun."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

LONGEST = 200
"""Letters of a name that are shown; what is longer is not a name."""

STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""


def printable(text: object, longest: int = LONGEST) -> str:
    r"""A text from a file as it may be sent to a terminal, a log or a page.

    Args:
        text: A name of a file, a class or a setting, or an error about one.
        longest: Letters to keep; the rest is counted.

    Returns:
        The text with control characters, line breaks, marks of writing direction and bytes that are
        no UTF-8 written as ``\x1b``, and cut off with the number of letters left out.
    """
    whole = str(text)
    shown = "".join(map(_visible, whole[:longest]))
    return shown if len(whole) <= longest else f"{shown}... ({len(whole) - longest:,} more)"


def _visible(letter: str) -> str:
    # Cc, Cf: control and formatting; Cs: a byte of a file name that is no UTF-8; Zl, Zp: breaks.
    if unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp"):
        return letter.encode("unicode_escape", errors="surrogatepass").decode()
    return letter


def all_printable(value: Any, longest: int = LONGEST) -> Any:
    """Plain values, nested as they like, with every text in them ``printable``; keys too."""
    if isinstance(value, str):
        return printable(value, longest)
    if isinstance(value, Mapping):
        return {
            printable(name, longest): all_printable(one, longest) for name, one in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [all_printable(one, longest) for one in value]
    return value


def is_printable(text: str) -> bool:
    """Whether a text can be shown as it is."""
    return len(text) <= LONGEST and printable(text) == text


def table_cell(text: str) -> str:
    """A text for a cell of a CSV file that no spreadsheet takes for a formula.

    A formula's first character gets the apostrophe with which spreadsheets mark text; numbers stay.
    """
    if not text.startswith(STARTS_FORMULA):
        return text
    try:
        float(text)
    except ValueError:
        return f"'{text}"
    return text


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """A number with its noun: ``1 picture``, ``2 pictures``, ``0 classes``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def did_you_mean(name: object, known: Iterable[str], otherwise: str, most: int = 1) -> str:
    """A hint for a name that is none: what was probably meant, or ``otherwise``.

    Args:
        name: What was given.
        known: The names that there are.
        otherwise: The sentence where nothing is near.
        most: Near names to offer, at most.
    """
    near = difflib.get_close_matches(str(name), list(known), n=most)
    return f"Did you mean {' or '.join(near)}?" if near else otherwise
