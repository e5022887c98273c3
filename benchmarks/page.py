"""The page ``docs/performance.md``, from the rows that were measured."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from datetime import date

from rows import Row

HEAD = """# Performance

Made by `make bench` on {day}; not to be edited by hand. `python benchmarks/run.py ROW` measures one
part again (`--renew` puts it in here), `--data FOLDER` on pictures of your own.

Machine: {machine}.

Libraries: {libraries}.

Every line compares two ways on the same pictures in the same run, pair by pair and in both orders
(A B B A ...), after one of each that does not count. The ratio is the median over the pairs, so
that what else the machine does meets both; the other columns are the medians of each way alone.
The pictures are {pictures}.
"""


def page(found: Mapping[str, list[Row] | str], machine: str, libraries: str, pictures: str) -> str:
    """The whole page.

    Args:
        found: By the name of each benchmark its rows, or why there are none.
        machine: What it was measured on.
        libraries: Versions.
        pictures: What was measured on, in words.
    """
    head = HEAD.format(
        day=date.today().isoformat(), machine=machine, libraries=libraries, pictures=pictures
    )
    return "\n".join([head, *table(found, True), "", *table(found, False), *_notes(found), ""])


def renewed(text: str, rows: list[Row], machine: str, libraries: str) -> str:
    """A page in which some rows are measured again.

    Args:
        text: The page.
        rows: What was measured again; the page has them already.
        machine: What they were measured on.
        libraries: Versions.

    Raises:
        ValueError: the page was made on another machine, or does not have such a row.
    """
    if f"Machine: {machine}." not in text or f"Libraries: {libraries}." not in text:
        raise ValueError("the page was made on another machine or with other libraries")
    lines = text.splitlines()
    for row in rows:
        start = f"| {row.what} | {row.against} |"
        places = [i for i, line in enumerate(lines) if line.startswith(start)]
        if len(places) != 1:
            raise ValueError(f"the page does not have one line for {row.what}")
        lines[places[0]] = line_of(row)
    old_notes = tuple(f"- {row.what}: " for row in rows)
    lines = [line for line in lines if not line.startswith(old_notes)]
    return "\n".join([*lines, *_notes_of(rows), ""])


def table(found: Mapping[str, list[Row] | str], promised: bool) -> list[str]:
    """A table in Markdown of the rows that something is asked of, or of the others."""
    lines = (
        ["| what | against | wanted | ratio | measured | against | repeats |"]
        if promised
        else ["## For comparison", "", "| what | against | ratio | measured | against | repeats |"]
    )
    lines.append("|---" * (lines[-1].count("|") - 1) + "|")
    for name, rows in found.items():
        if isinstance(rows, str):
            lines += [f"| `{name}` failed | {rows} |" + " |" * 5] if promised else []
            continue
        lines += [line_of(row) for row in rows if (row.wanted is not None) == promised]
    return lines


def line_of(row: Row) -> str:
    """One row of a table in Markdown."""
    cells = [row.what, row.against]
    if row.wanted is not None:
        cells.append(f"{'at most' if row.at_most else 'at least'} {row.wanted:g}")
    if not row.ours:
        return "| " + " | ".join([*cells, "not measured", "", "", ""]) + " |"
    # A digit more where it falls short, so that it never looks like what is wanted.
    ratio = f"{row.ratio:.{3 if row.falls_short else 2}f}" if row.theirs else ""
    cells.append(f"**{ratio}**, falls short" if row.falls_short else ratio)
    cells += [quantity(row.ours, row.unit), quantity(row.theirs, row.unit), str(len(row.ours))]
    return "| " + " | ".join(cells) + " |"


def quantity(values: list[float], unit: str) -> str:
    """The median with its unit, to three digits."""
    if not values:
        return ""
    value = statistics.median(values)
    digits = 0 if value >= 100 else 1 if value >= 10 else 2 if value >= 1 else 3
    return f"{value:.{digits}f} {unit}"


def _notes(found: Mapping[str, list[Row] | str]) -> list[str]:
    measured = [rows for rows in found.values() if not isinstance(rows, str)]
    notes = _notes_of([row for rows in measured for row in rows])
    return ["", "## Notes", "", *notes] if notes else []


def _notes_of(rows: list[Row]) -> list[str]:
    return [f"- {row.what}: {row.note}." for row in rows if row.note]
