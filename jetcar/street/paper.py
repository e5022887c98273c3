"""How a map looks from above: ink on glued sheets of paper, on a floor, under uneven light."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from jetcar.street.curves import Points
from jetcar.street.floor import TILE, Field, cloud, draw_floor
from jetcar.street.grid import SEAMLESS, Grid, Pixels, fill
from jetcar.street.map import StreetMap
from jetcar.street.tracks import track_areas

SHEETS = ((420.0, 297.0), (431.8, 279.4), (297.0, 420.0))
"""Width and height of the paper in mm: A3 and ledger, A3 upright."""

BACKGROUNDS = ((121, 105, 89), (121, 105, 89), (98, 112, 84), (134, 132, 128), (236, 235, 231))
"""What is printed beside the street: StreetMaker's brown, green, grey, or nothing."""

SLIP = 2.0
"""How far sheets may be from where they belong, in mm to each side."""

SHEEN = 40
"""The level that ink reflects on average of what is above it; it makes black ink's flaws seen."""

NEUTRAL = 128
"""The value of a multiplier that changes nothing."""


@dataclass(frozen=True)
class Ground:
    """A map's picture from above.

    Attributes:
        pixels: RGB, shape ``(rows, columns, 3)``.
        half: The same at half the size, for what is far away.
    """

    pixels: Pixels
    half: Pixels


def draw_ground(street_map: StreetMap, grid: Grid, rng: np.random.Generator) -> Ground:
    """Draws the picture of a map; materials and light are drawn from ``rng``."""
    paved = [polygon for _, polygon in track_areas(street_map.network)]
    paved += [row.area for row in street_map.parking]
    ink = _ink(street_map, paved, grid, rng)
    sheet = SHEETS[rng.integers(len(SHEETS))]
    printed = _glued(ink, sheet, grid.mm, rng)
    cv2.add(printed, _sheen(sheet, grid, rng), printed)
    pixels = _tiled(draw_floor(grid.mm, rng), grid.shape)
    cv2.copyTo(printed, _paper(paved, grid, rng), pixels)
    cv2.multiply(pixels, _light(grid, rng), pixels, scale=1 / NEUTRAL)
    half = cv2.resize(pixels, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    return Ground(pixels, half)  # type: ignore[arg-type]


def _ink(
    street_map: StreetMap, paved: list[Points], grid: Grid, rng: np.random.Generator
) -> Pixels:
    """What the printer prints: asphalt, lines and signs in plain colours, less their sheen."""
    background = np.array(BACKGROUNDS[rng.integers(len(BACKGROUNDS))]) - SHEEN
    black = rng.uniform(0, 22) + rng.normal(0, 2.5, 3)
    white = rng.uniform(228, 250) + np.array([0, -1, -4]) - SHEEN
    yellow = np.array([246, 204, 40]) + rng.normal(0, 8, 3) - SHEEN
    rows, columns = grid.shape
    ink = np.empty((rows, columns, 3), np.uint8)
    cv2.rectangle(ink, (0, 0), (columns, rows), _color(background), cv2.FILLED)
    for outline in grid.outlines(paved, SEAMLESS):
        fill(ink, outline, _color(black))
    paint = {"white": white, "yellow": yellow}
    for name, color in paint.items():
        polygons = [
            polygon
            for mark in street_map.marks
            if mark.kind.startswith("yellow") == (name == "yellow")
            for polygon in mark.paint
        ]
        for outline in grid.outlines(polygons):
            fill(ink, outline, _color(color))
    return ink


def _color(rgb: npt.NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(float(value) for value in np.clip(rgb, 0, 255))


def _glued(ink: Pixels, sheet: tuple[float, float], mm: float, rng: np.random.Generator) -> Pixels:
    """Cuts the print into sheets that do not quite fit, and that differ in tone."""
    rows, columns = ink.shape[:2]
    width, height = round(sheet[0] / mm), round(sheet[1] / mm)
    across, down = -(-columns // width), -(-rows // height)
    slips = rng.integers(-round(SLIP / mm), round(SLIP / mm) + 1, (down, across, 2))
    slips = np.where(rng.random((down, across, 1)) < rng.random(), slips, 0)
    # Tones change most from one printed row to the next.
    tones = rng.normal(1, 0.035, (down, 1, 1)) + rng.normal(0, 0.02, (down, across, 1))
    tones = tones + rng.normal(0, 0.012, (down, across, 3))
    glued = ink.copy()
    for i in range(down):
        for j in range(across):
            dy, dx = (int(slip) for slip in slips[i, j])
            top, left = max(i * height, -dy), max(j * width, -dx)
            bottom = min((i + 1) * height, rows - max(dy, 0))
            right = min((j + 1) * width, columns - max(dx, 0))
            part = ink[top + dy : bottom + dy, left + dx : right + dx]
            red, green, blue = (float(tone) for tone in tones[i, j])
            if part.size:
                glued[top:bottom, left:right] = cv2.multiply(  # type: ignore[call-overload]
                    part, (red, green, blue, 1.0)
                )
    return glued


def _sheen(sheet: tuple[float, float], grid: Grid, rng: np.random.Generator) -> Pixels:
    """What ink and paper reflect: fine grain, the printer's bands, blotches, the sheets' edges.

    Levels to be added, shape ``(rows, columns, 3)``.
    """
    rows, columns = grid.shape
    bands = cloud(rng.uniform(2, 5), rng, 200)
    field = SHEEN + 5 * cloud(1, rng) + 3.5 * cloud(7, rng) + rng.uniform(1, 5) * bands
    field += rng.uniform(3, 7) * cloud(70 / grid.mm, rng)
    if rng.random() < 0.5:  # the paper went through the printer the other way
        field = field.T
    sheen = np.ascontiguousarray(_tiled(np.clip(field, 0, 255).astype(np.uint8), (rows, columns)))
    width, height = round(sheet[0] / grid.mm), round(sheet[1] / grid.mm)
    edge = rng.uniform(-40, 60)
    for y in range(height, rows, height):
        level = np.clip(SHEEN + edge * rng.uniform(0.3, 1), 0, 255)
        sheen[y - 1 : y + rng.integers(0, 2)] = level
    for x in range(width, columns, width):
        level = np.clip(SHEEN + edge * rng.uniform(0.3, 1), 0, 255)
        sheen[:, x - 1 : x + rng.integers(0, 2)] = level
    for _ in range(rng.integers(60)):  # creases and scratches
        start = rng.uniform(0, (columns, rows))
        steps = rng.normal(0, rng.uniform(10, 90) / grid.mm, (rng.integers(1, 4), 2))
        crease = np.rint(start + np.concatenate([[(0, 0)], steps.cumsum(0)])).astype(np.int32)
        level = float(np.clip(SHEEN + rng.normal(0, 14), 0, 255))
        cv2.polylines(sheen, [crease], False, (level,), 1, cv2.LINE_AA)
    return cv2.merge([sheen] * 3)  # type: ignore[return-value]


def _paper(paved: list[Points], grid: Grid, rng: np.random.Generator) -> Pixels:
    """255 where there is paper: whole sheets, or sheets cut along the street."""
    rows, columns = grid.shape
    if rng.random() < 0.6:
        paper = np.zeros((rows, columns), np.uint8)
        edge = round(rng.uniform(60, 200) / grid.mm)
        paper[edge : rows - edge, edge : columns - edge] = 255
        return paper
    coarse = Grid(grid.corner, grid.size, 8 * grid.mm)
    small = np.zeros(coarse.shape, np.uint8)
    for outline in coarse.outlines(paved):
        fill(small, outline, (255,))
    reach = round(rng.uniform(20, 70) / coarse.mm) * 2 + 1
    grown = cv2.dilate(small, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach)))
    large = cv2.resize(grown, (columns, rows), interpolation=cv2.INTER_LINEAR)
    return cv2.threshold(large, 127, 255, cv2.THRESH_BINARY)[1]  # type: ignore[return-value]


def _light(grid: Grid, rng: np.random.Generator) -> Pixels:
    """Uneven light: a multiplier, brighter towards a window, with soft shadows and wavy paper."""
    y, x = np.mgrid[0:1:48j, 0:1:64j]
    angle = rng.uniform(0, 2 * np.pi)
    slope = rng.uniform(0, 0.3) * ((x - 0.5) * np.cos(angle) + (y - 0.5) * np.sin(angle))
    field: Field = (1 + slope + rng.normal(0, rng.uniform(0.005, 0.03), x.shape)).astype(np.float32)
    for _ in range(rng.integers(1, 5)):
        cx, cy, size = rng.random(), rng.random(), rng.uniform(0.08, 0.3)
        field += rng.uniform(-0.25, 0.2) * np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (2 * size**2))
    tint = 1 + rng.normal(0, 0.015, 3)
    small = np.clip(NEUTRAL * field[:, :, None] * tint, 0, 255).astype(np.uint8)
    smooth = cv2.resize(small, None, fx=8, fy=8, interpolation=cv2.INTER_CUBIC)
    rows, columns = grid.shape
    return cv2.resize(smooth, (columns, rows), interpolation=cv2.INTER_LINEAR)  # type: ignore[return-value]


def _tiled(tile: Pixels, shape: tuple[int, int]) -> Pixels:
    """A picture that repeats, cut to ``shape``."""
    rows, columns = shape
    times = (-(-rows // TILE), -(-columns // TILE), *(1 for _ in tile.shape[2:]))
    return np.ascontiguousarray(np.tile(tile, times)[:rows, :columns])
