"""Draws a map's streets and lines from above, in plain colours."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from jetcar.street.floor import tiles
from jetcar.street.gloss import Gloss
from jetcar.street.grid import FRACTION_BITS, Grid, Outline, Pixels, fill
from jetcar.street.inks import Inks
from jetcar.street.kinds import LINES
from jetcar.street.map import Map
from jetcar.street.variety import Dice
from jetcar.street.wear import ghost, worn

TONE = 0.025
"""Standard deviation of how much brighter one strip of tape is than another."""

EDGE = (4.0, 26.0)
"""Levels by which the edge of a strip is darker."""


def print_map(
    street_map: Map,
    paved: Sequence[Outline],
    grid: Grid,
    inks: Inks,
    dice: Dice | None = None,
    gloss: Gloss | None = None,
) -> Pixels:
    """The picture of a map from above.

    Args:
        street_map: The map.
        paved: Outlines of all that is paved.
        grid: The pixels.
        inks: The colours.
        dice: Draws how the paint is worn and the tape is laid; None: it is new, and all is paint.
        gloss: Where it is kept how glossy the paint is; None: nowhere.

    Returns:
        RGB, shape ``(rows, columns, 3)``.
    """
    rows, columns = grid.shape
    ink = np.empty((rows, columns, 3), np.uint8)
    cv2.rectangle(ink, (0, 0), (columns, rows), _color(inks.background), cv2.FILLED)
    for outline in paved:
        fill(ink, outline, _color(inks.black))
    paint = [(mark.kind, polygon) for mark in street_map.marks for polygon in mark.paint]
    outlines = grid.outlines([polygon for _, polygon in paint])
    kinds = [kind for kind, _ in paint]
    of_wear = dice.of("wear") if dice is not None else None
    if of_wear is not None:
        ghost(ink, outlines, grid.mm, of_wear)
        bare = ink.copy()
    of_tape = dice.part("lines", "tape") if dice is not None else None
    _paint(ink, kinds, outlines, inks, of_tape)
    if gloss is not None:
        gloss.paint(outlines)
    if dice is not None and of_wear is not None:
        gone = worn(dice.variety.wear, grid.mm, of_wear)
        for here, tile in tiles(grid.shape):
            cv2.copyTo(bare[here], gone[tile], ink[here])
            if gloss is not None:
                gloss.bare(here, gone[tile])
    return ink


def _paint(
    ink: Pixels,
    kinds: Sequence[str],
    outlines: Sequence[Outline],
    inks: Inks,
    of_tape: np.random.Generator | None,
) -> None:
    """Fills what is painted, in place; strips of tape differ in tone, and show their edges."""
    colors = (_color(inks.white), _color(inks.yellow))
    if of_tape is None:
        for kind, outline in zip(kinds, outlines, strict=True):
            fill(ink, outline, colors[kind.startswith("yellow")])
        return
    rim = np.zeros(ink.shape[:2], np.uint8)
    level = float(of_tape.uniform(*EDGE))
    tones = of_tape.normal(1, TONE, len(outlines))
    for kind, outline, tone in zip(kinds, outlines, tones, strict=True):
        color = colors[kind.startswith("yellow")]
        if kind not in LINES:
            fill(ink, outline, color)
            continue
        fill(ink, outline, tuple(min(tone * value, 255) for value in color))
        cv2.polylines(rim, [outline], True, (level,), 1, cv2.LINE_AA, FRACTION_BITS)
    cv2.subtract(ink, cv2.merge([rim] * 3), ink)


def _color(rgb: npt.NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(float(value) for value in np.clip(rgb, 0, 255))
