"""Shows how far a long piece of work is: a bar on a terminal, a line now and then in a log."""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from jetcar.ranks import this_rank

log = logging.getLogger(__name__)

SECONDS_BETWEEN_LINES = 10
SECONDS_UNTIL_SHOWN = 1

DUMB = ("dumb", "unknown")
"""Values of ``TERM`` for a terminal that cannot go back in a line."""

Advance = Callable[[int], None]


@contextmanager
def progress(what: str, total: int, unit: str = "files") -> Iterator[Advance]:
    """Shows the progress of the enclosed work; work that is over in a second shows nothing.

    Args:
        what: What is done, such as ``unpacking street.zip``.
        total: How many units there are to do; 0 when nobody knows.
        unit: What is counted; ``bytes`` are shown in MB.

    Yields:
        A function to call with the number of units just done.
    """
    if is_terminal():
        from jetcar.bars import bar

        with bar(what, total, unit) as advance:
            yield advance
    else:
        yield _lines(what, total, unit)


def is_terminal() -> bool:
    """Whether standard output is a terminal on which a bar can be drawn, and drawn again."""
    if sys.stdout is None or sys.stdout.closed or not sys.stdout.isatty():
        return False
    if not this_rank().is_first:
        return False
    return os.environ.get("TERM", "").lower() not in DUMB


def _lines(what: str, total: int, unit: str) -> Advance:
    done = 0
    shown = time.monotonic() + SECONDS_UNTIL_SHOWN - SECONDS_BETWEEN_LINES

    def advance(more: int) -> None:
        nonlocal done, shown
        done += more
        now = time.monotonic()
        if now - shown >= SECONDS_BETWEEN_LINES and done != total:
            shown = now
            log.info("%s: %s", what, _share(done, total, unit))

    return advance


def _share(done: int, total: int, unit: str) -> str:
    scale, name = (1e6, "MB") if unit == "bytes" else (1, unit)
    if not total:
        return f"{done / scale:.0f} {name}"
    return f"{100 * done / total:.0f} % ({done / scale:.0f} of {total / scale:.0f} {name})"
