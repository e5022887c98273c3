"""Colours that stay apart for people who see colours otherwise, as an offer beside the table's."""

from __future__ import annotations

from collections.abc import Mapping

from jetcar.classes import RGB, ClassTable

DISTINCT = bytes.fromhex(
    "4411FF EE5511 661133 99AAFF FFBB66 994488 000088 AA8899 110022 7777DD BBDDCC 555500 331100 "
    "FF8800 4433AA FFEE00 110055 BBAAAA BB1155 881166 7755BB 99FFAA 22DDFF 5599CC BB6666 9988FF "
    "9966AA DD9977 442200 116644 220000 444400"
)
"""Red, green and blue of 32 colours: each is that of a 16 x 16 x 16 grid farthest from black,
white and all before it: the smallest distance in OKLab over normal sight, protanopia, deuteranopia
and tritanopia, simulated by the matrices of Machado et al. (2009)."""


def safe_colors(table: ClassTable, shares: Mapping[str, float]) -> dict[int, RGB]:
    """A distinct colour for each class by its code; the commonest classes are farthest apart.

    Args:
        table: The classes; one that is black stays so, as it stands for nothing.
        shares: Share of the pixels of each class by name, as far as known.
    """
    colors = {c.code: (0, 0, 0) for c in table.classes if c.color == (0, 0, 0)}
    others = [c for c in table.classes if c.code not in colors]
    others.sort(key=lambda c: -shares.get(c.name, 0.0))
    for place, one in enumerate(others):
        start = 3 * place % len(DISTINCT)
        red, green, blue = DISTINCT[start : start + 3]
        colors[one.code] = (red, green, blue)
    return colors
