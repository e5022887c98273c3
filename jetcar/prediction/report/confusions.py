"""Which classes are taken for which, as a matrix to look at and in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

WORST = 10


@dataclass(frozen=True)
class Confusion:
    """One class taken for another.

    Attributes:
        true: Name of the class, and
        taken_for: of the one that it is taken for.
        pixels: How many of its pixels are.
        share: Their share of its pixels.
        true_code: Code of the class, and
        taken_code: of the one that it is taken for.
    """

    true: str
    taken_for: str
    pixels: int
    share: float
    true_code: int
    taken_code: int

    @property
    def in_words(self) -> str:
        """One sentence without its full stop."""
        share = f"{100 * self.share:.1f}" if self.share >= 0.0005 else f"{100 * self.share:.2g}"
        return f"{self.true} taken for {self.taken_for}: {share} % of its pixels"


def worst_confusions(
    counts: Sequence[Sequence[int]], names: Mapping[int, str], most: int = WORST
) -> list[Confusion]:
    """The confusions with the largest share of their class's pixels, the worst first.

    Args:
        counts: Pixels by true code (row) and predicted code (column).
        names: Name of each code.
        most: How many at most.
    """
    found = [
        Confusion(
            name_of(true, names), name_of(taken, names), pixels, pixels / sum(row), true, taken
        )
        for true, row in enumerate(counts)
        for taken, pixels in enumerate(row)
        if pixels and true != taken
    ]
    found.sort(key=lambda one: (-one.share, -one.pixels))
    return found[:most]


@dataclass(frozen=True)
class HeatMap:
    """The confusion matrix without its empty rows and columns, each row divided by its sum.

    Attributes:
        rows: Names of the classes with true pixels, from top to bottom.
        columns: Names of the classes in truth or prediction, from left to right.
        shares: Share of a row's pixels in each column.
        pixels: The counts themselves.
        row_codes: Codes of the rows, and
        column_codes: of the columns.
    """

    rows: list[str]
    columns: list[str]
    shares: list[list[float]]
    pixels: list[list[int]]
    row_codes: list[int]
    column_codes: list[int]


def heat_map(counts: Sequence[Sequence[int]], names: Mapping[int, str]) -> HeatMap:
    """The matrix to look at.

    Args:
        counts: Pixels by true code (row) and predicted code (column).
        names: Name of each code.
    """
    rows = [code for code, row in enumerate(counts) if any(row)]
    columns = [code for code in range(len(counts)) if code in rows or any(r[code] for r in counts)]
    pixels = [[counts[row][column] for column in columns] for row in rows]
    return HeatMap(
        [name_of(code, names) for code in rows],
        [name_of(code, names) for code in columns],
        [[count / sum(row) for count in row] for row in pixels],
        pixels,
        rows,
        columns,
    )


def name_of(code: int, names: Mapping[int, str]) -> str:
    """Name of a code that a network predicts, which may belong to no class."""
    return names.get(code, f"no class ({code})")
