"""The outlines of what is painted on a lane: arrows, words and letters, as polygons.

All are given in mm as (ahead, left) of their middle, seen by the driver who reads them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import cache
from itertools import pairwise

import numpy as np

from jetcar.street.curves import Arc, Curve, Line, Piece, Points, Pose

STEM = 11.0
"""Width of an arrow's stem in mm."""

HEAD = (30.0, 32.0)
"""Length and width of an arrow's head in mm."""

ARROW_LENGTH = 100.0
"""Length in mm of the arrows that point ahead."""

WORD_HEIGHT = 38.0
"""Length in mm of a word's letters along the lane."""

GLYPHS: dict[str, list[list[tuple[float, float]]]] = {
    "A": [[(0, 0), (0.5, 1), (1, 0)], [(0.2, 0.35), (0.8, 0.35)]],
    "D": [[(0, 0), (0, 1), (0.7, 1), (1, 0.8), (1, 0.2), (0.7, 0), (0, 0)]],
    "E": [[(1, 1), (0, 1), (0, 0), (1, 0)], [(0, 0.52), (0.8, 0.52)]],
    "I": [[(0.5, 0), (0.5, 1)]],
    "L": [[(0, 1), (0, 0), (1, 0)]],
    "O": [
        [(0.3, 0), (0, 0.15), (0, 0.85), (0.3, 1), (0.7, 1), (1, 0.85), (1, 0.15), (0.7, 0)],
        [(0.7, 0), (0.3, 0)],
    ],
    "P": [[(0, 0), (0, 1), (0.75, 1), (1, 0.87), (1, 0.58), (0.75, 0.45), (0, 0.45)]],
    "S": [
        [(1, 0.83), (0.75, 1), (0.25, 1), (0, 0.85), (0, 0.65), (0.25, 0.52), (0.75, 0.48)],
        [(0.75, 0.48), (1, 0.35), (1, 0.15), (0.75, 0), (0.25, 0), (0, 0.17)],
    ],
    "T": [[(0, 1), (1, 1)], [(0.5, 1), (0.5, 0)]],
    "W": [[(0, 1), (0.25, 0), (0.5, 0.8), (0.75, 0), (1, 1)]],
    "Y": [[(0, 1), (0.5, 0.5), (1, 1)], [(0.5, 0.5), (0.5, 0)]],
}
"""Strokes of each letter in a unit square: to the right and up."""


@cache
def arrow(moves: str) -> tuple[Points, ...]:
    """The arrow for the turns in ``moves``, a string of ``L``, ``S`` and ``R``.

    Returns:
        Polygons that may overlap, ``(ahead, left)`` in mm.
    """
    back = -ARROW_LENGTH / 2
    stems = []
    if "S" in moves:
        stems.append(Curve(Pose(back, 0, 0), [Line(ARROW_LENGTH - HEAD[0])]))
    # A turn beside an arrow that goes on ahead branches off lower, so that both heads are seen.
    foot = 26.0 if "S" in moves else 52.0
    for move, side in (("L", 1), ("R", -1)):
        if move in moves:
            stems.append(Curve(Pose(back, 0, 0), [Line(foot), Arc(14, side * math.pi / 2)]))
    return tuple(polygon for stem in stems for polygon in _with_head(stem))


@cache
def merge_arrow(left: bool) -> tuple[Points, ...]:
    """The arrow of a lane that ends and goes over into the one on its left or right."""
    side = 1 if left else -1
    bent: list[Piece] = [Line(28), Arc(45, side * 0.75), Line(8)]
    return tuple(_with_head(Curve(Pose(-52, -side * 20, 0), bent)))


def _with_head(stem: Curve) -> Iterable[Points]:
    length, width = HEAD
    yield stem.band(0, stem.length, STEM / 2, -STEM / 2)
    tip = np.array([[-2.0, width / 2], [length, 0.0], [-2.0, -width / 2]])
    yield stem.at(stem.length).to_map(tip)


@cache
def word(text: str, height: float = WORD_HEIGHT) -> tuple[tuple[Points, ...], Points]:
    """A word to be read by a driver, and the rectangle around it.

    Args:
        text: Letters of ``GLYPHS``.
        height: Length of the letters along the lane in mm.

    Returns:
        One polygon a stroke, and the rectangle: ``(ahead, left)`` in mm.
    """
    width, gap, stroke = 0.38 * height, 0.13 * height, 0.13 * height
    whole = len(text) * width + (len(text) - 1) * gap
    polygons = []
    for place, letter in enumerate(text):
        corner = np.array([-height / 2, whole / 2 - place * (width + gap)])
        for line in GLYPHS[letter]:
            points = np.array(line, float)
            # Half a stroke stays free on each side, so that letters keep to their square.
            inner = (width - stroke, height - stroke)
            ahead = stroke / 2 + points[:, 1] * inner[1]
            left = -stroke / 2 - points[:, 0] * inner[0]
            spine = np.column_stack([ahead, left]) + corner
            polygons += [_bar(a, b, stroke) for a, b in pairwise(spine)]
    half = np.array([height / 2 + 3, whole / 2 + 3])
    box = half * np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
    return tuple(polygons), box


def _bar(start: Points, end: Points, width: float) -> Points:
    """A rectangle round a line, longer by half its width at both ends."""
    along = (end - start) / np.linalg.norm(end - start) * width / 2
    across = np.array([-along[1], along[0]])
    return np.array(
        [start - along - across, end + along - across, end + along + across, start - along + across]
    )
