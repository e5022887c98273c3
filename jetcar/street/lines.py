"""Lines as others paint or tape them: thinner, broader, in other colours."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import replace

import numpy as np

from jetcar.settings.variety import OtherLines
from jetcar.street.curves import Points
from jetcar.street.grid import moved_in
from jetcar.street.inks import SHEEN, Inks
from jetcar.street.kinds import LINES
from jetcar.street.map import Map
from jetcar.street.marks import LINE, SPACE, Mark
from jetcar.street.variety import between

SHARES = {"plan": 0.25, "edges": 0.5, "white": 0.15, "yellow": 0.1}
"""Maps by their colours: as planned; yellow edges and white lines between the lanes; all white;
all yellow. The mark is of the class that its colour says.
"""

TO_WHITE = {
    "yellow_solid": "white_solid",
    "yellow_dashed": "white_dashed",
    "yellow_double": "white_double",
    "yellow_solid_dashed": "white_double",
}
TO_YELLOW = {
    "shoulder": "yellow_solid",
    "white_solid": "yellow_solid",
    "white_dashed": "yellow_dashed",
    "white_double": "yellow_double",
}
RENAMED: dict[str, dict[str, str]] = {
    "plan": {},
    "edges": {"shoulder": "yellow_solid", **TO_WHITE},
    "white": TO_WHITE,
    "yellow": TO_YELLOW,
}
"""What the kinds of lines become, by map."""


def painted_otherwise(
    street_map: Map, lines: OtherLines, known: Set[str], rng: np.random.Generator
) -> Map:
    """The same map with lines of another width and of other colours.

    Args:
        street_map: The map.
        lines: The range of widths.
        known: Kinds that its class table has; lines keep their colours where another is missing.
        rng: Draws both.
    """
    grow = (between(lines.width, rng) - LINE) / 2
    renamed = RENAMED[str(rng.choice(list(SHARES), p=list(SHARES.values())))]
    kinds = {mark.kind for mark in street_map.marks} & set(LINES)
    if not {renamed.get(kind, kind) for kind in kinds} <= known:
        renamed = {}
    marks = tuple(
        _painted(mark, grow, renamed) if mark.kind in LINES else mark for mark in street_map.marks
    )
    return street_map.with_marks(marks)


def _painted(mark: Mark, grow: float, renamed: dict[str, str]) -> Mark:
    is_double = "double" in mark.kind or mark.kind == "yellow_solid_dashed"
    grow = min(grow, SPACE / 4) if is_double else grow  # two lines stay two
    kind = renamed.get(mark.kind, mark.kind)
    return replace(mark, kind=kind, paint=_grown(mark.paint, grow), area=_grown(mark.area, grow))


def _grown(polygons: tuple[Points, ...], mm: float) -> tuple[Points, ...]:
    if not polygons:
        return polygons
    counts = np.array([len(polygon) for polygon in polygons])
    points = moved_in(np.concatenate(polygons), counts, -mm)
    return tuple(np.split(points, np.cumsum(counts)[:-1]))


def repainted(inks: Inks, lines: OtherLines, rng: np.random.Generator) -> Inks:
    """The same inks with another white and another yellow, from lemon to orange."""
    level = between(lines.brightness, rng)
    white = level + rng.normal(0, 5, 3) - SHEEN
    yellow = np.array([1.0, rng.uniform(0.62, 0.95), rng.uniform(0, 0.35)])
    strength = rng.uniform(0.75, 1.05)
    return replace(inks, white=white, yellow=yellow * level * strength - SHEEN)
