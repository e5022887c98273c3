"""Colours that stay apart for people who see colours otherwise, as an offer beside the table's."""

from __future__ import annotations

from collections.abc import Mapping

from jetcar.classes import RGB, ClassTable

DISTINCT = bytes.fromhex(
    "4411FF EE5511 44FF00 000033 EEBBFF EE66FF 9900AA 330000 77CC66 BBEEAA 660077 BB55CC BB3300 "
    "BBBBBB 111155 449944 773300 000011 FFDDFF 660000 DD99EE 5566FF BB00CC 110000 DD9900 115577 "
    "CC77CC 00BB66 117799 99DD88 221122 331199"
)
"""Red, green and blue of 32 colours. After blue and orange each is that of a 16 x 16 x 16 grid
farthest from black, white, the greys of asphalt (48 to 160) and all before it: the smallest
distance in OKLab over normal sight, protanopia, deuteranopia and tritanopia, simulated by the
matrices of Machado et al. (2009)."""


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
