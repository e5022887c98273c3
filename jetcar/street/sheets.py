"""Sheets of a printed street that do not quite meet, and whose edges curl up."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from jetcar.settings.variety import Paper
from jetcar.street.floor import Field, Part, tiles
from jetcar.street.grid import Grid, Pixels
from jetcar.street.variety import between

HALVED = 0.5
"""Share of the maps that are printed on sheets of half the size: A4 in place of A3."""

MARGIN = 0.35
"""Share of the maps on which sheets keep a white margin at two of their sides."""

BELOW = 0.55
"""Share of the light that is left between two sheets."""

CURLED = (0.1, 0.5)
"""Share of the edges that curl up, by map."""

INSIDE = (10.0, 60.0)
"""Mm from the edge to where a sheet lies flat again."""

BESIDE = (5.0, 30.0)
"""Mm that its shadow reaches."""

AROUND = 0.3
"""Share of a shadow that is there on all sides: less light of the room reaches below an edge."""

SHAPES = 4
"""One corner curls up, the other one, the middle of an edge, or all of it."""

Affine = npt.NDArray[np.float64]

Raster = Pixels | npt.NDArray[np.uint16]


@dataclass(frozen=True)
class Curl:
    """An edge that curls up.

    Attributes:
        side: The right (0), lower (1), left (2) or upper (3) edge.
        brighter: Share of the light by which the sheet is brighter at its edge; negative: darker.
        inside: Pixels from the edge to where it lies flat.
        shadow: Share of the light that is lost beside the edge.
        beside: Pixels to where the shadow ends.
        shape: Which part of the edge curls up, a number of ``_shade``.
    """

    side: int
    brighter: float
    inside: float
    shadow: float
    beside: float
    shape: int


@dataclass(frozen=True)
class Sheet:
    """One sheet.

    Attributes:
        plan: Rows and columns that are printed on it.
        onto: From a pixel ``(column, row, 1)`` of the plan to where it lies, shape ``(2, 3)``.
        curls: Its edges that do not lie flat.
    """

    plan: Part
    onto: Affine
    curls: tuple[Curl, ...]

    @property
    def away(self) -> tuple[int, int]:
        """How far down and to the right its middle lies from where it belongs, in whole pixels."""
        rows, columns = self.plan
        x, y = (columns.start + columns.stop) / 2, (rows.start + rows.stop) / 2
        right, down = self.onto @ (x, y, 1) - (x, y)
        return round(down), round(right)


@dataclass(frozen=True)
class Sheets:
    """All sheets of a map, in the order in which they are glued.

    Attributes:
        sheets: The sheets.
        reach: Pixels that none lies farther from where it belongs.
        margin: Pixels that are left white on the right and below on each sheet.
        white: Their level.
    """

    sheets: tuple[Sheet, ...]
    reach: int
    margin: int
    white: int

    def lay(self, raster: Raster, flag: int) -> None:
        """Moves a raster of the plan, or what belongs to one, in place.

        Between two sheets it stays as it was: a gap of a few mm has no class of its own.

        Args:
            raster: The raster.
            flag: One of OpenCV's ways to interpolate.
        """
        self._move(raster.copy(), raster, flag)

    def lay_print(self, pixels: Pixels, floor: Pixels) -> None:
        """Moves a map's picture, and shows the edges and what is seen of the floor; in place."""
        if self.margin:
            for sheet in self.sheets:
                part = pixels[sheet.plan]
                part[-self.margin :] = self.white
                part[:, -self.margin :] = self.white
        plan = pixels.copy()
        dark = cv2.convertScaleAbs(floor, alpha=BELOW)
        for here, tile in tiles(pixels.shape[:2]):
            pixels[here] = dark[tile]
        self._move(plan, pixels, cv2.INTER_LINEAR)
        for sheet in self.sheets:
            for curl in sheet.curls:
                inside = _strip(pixels, sheet, curl.side, curl.inside, is_inside=True)
                _shade(inside, curl.brighter, curl.inside, curl.shape)
                beside = _strip(pixels, sheet, curl.side, curl.beside, is_inside=False)
                _shade(beside, -curl.shadow, curl.beside, curl.shape)

    def _move(self, plan: Raster, result: Raster, flag: int) -> None:
        for sheet in self.sheets:
            rows, columns = sheet.plan
            # One pixel more, as OpenCV leaves out those that have no neighbour on all sides.
            part = plan[rows.start : rows.stop + 1, columns.start : columns.stop + 1]
            top, left = max(0, rows.start - self.reach), max(0, columns.start - self.reach)
            roi = result[top : rows.stop + self.reach, left : columns.stop + self.reach]
            onto = sheet.onto.copy()
            onto[:, 2] += onto[:, :2] @ (columns.start, rows.start) - (left, top)
            cv2.warpAffine(
                part, onto, roi.shape[1::-1], roi, flag, borderMode=cv2.BORDER_TRANSPARENT
            )


def draw_sheets(
    size: tuple[float, float], grid: Grid, paper: Paper, rng: np.random.Generator
) -> Sheets:
    """Draws how the sheets of a map are glued: each a little off and turned, some edges curled up.

    Args:
        size: Width and height of the printer's paper in mm.
        grid: The pixels.
        paper: How far they may be off, and how much light curls take or give.
        rng: Draws it.
    """
    width, height = (round(side / grid.mm) for side in size)
    if rng.random() < HALVED:
        width, height = (width // 2, height) if width > height else (width, height // 2)
    most = between(paper.offset, rng) / grid.mm
    share, light = rng.uniform(*CURLED), rng.uniform(0, 2 * math.pi)
    rows, columns = grid.shape
    sheets = []
    for top in range(0, rows, height):
        for left in range(0, columns, width):
            bottom, right = min(top + height, rows), min(left + width, columns)
            # Half of it aside and half of it by turning, so that no corner is farther away.
            away = rng.uniform(-most, most, 2) / 2 / math.sqrt(2)
            angle = rng.uniform(-most, most) / math.hypot(width, height)
            cos, sin = math.cos(angle), math.sin(angle)
            turn = np.array([[cos, -sin], [sin, cos]])
            middle = np.array([(left + right) / 2, (top + bottom) / 2])
            onto = np.column_stack([turn, middle - turn @ middle + away])
            curls = _curls(share, light, paper, grid.mm, rng)
            sheets.append(Sheet((slice(top, bottom), slice(left, right)), onto, curls))
    margin = max(1, round(rng.uniform(1, 4) / grid.mm)) if rng.random() < MARGIN else 0
    return Sheets(tuple(sheets), math.ceil(most) + 1, margin, round(rng.uniform(205, 250)))


def _curls(
    share: float, light: float, paper: Paper, mm: float, rng: np.random.Generator
) -> tuple[Curl, ...]:
    """The edges of a sheet that curl up; one that faces the light turns away from it."""
    curls = []
    for side in np.flatnonzero(rng.random(4) < share):
        facing = math.cos(light - side * math.pi / 2)
        strength = between(paper.curl, rng)
        shadow = strength * (AROUND + (1 - AROUND) * max(0.0, -facing))
        inside, beside = rng.uniform(*INSIDE) / mm, rng.uniform(*BESIDE) / mm
        shape = int(rng.integers(SHAPES))
        curls.append(Curl(int(side), -strength * facing, inside, shadow, beside, shape))
    return tuple(curls)


def _strip(pixels: Pixels, sheet: Sheet, side: int, deep: float, is_inside: bool) -> Pixels:
    """What lies inside or beside an edge, as ``(from the edge, along it, 3)``: a view.

    Args:
        pixels: The map's picture.
        sheet: The sheet.
        side: Its right (0), lower (1), left (2) or upper (3) edge.
        deep: Pixels from the edge to where the strip ends.
        is_inside: Whether it lies on the sheet.
    """
    down, right = sheet.away
    rows, columns = sheet.plan
    along, across = (rows, columns) if side % 2 == 0 else (columns, rows)
    shift, aside = (right, down) if side % 2 == 0 else (down, right)
    is_end = side < 2
    edge = (across.stop if is_end else across.start) + shift
    reach = math.ceil(deep)
    low, high = (edge - reach, edge) if is_end == is_inside else (edge, edge + reach)
    part = slice(max(low, 0), max(high, 0))
    line = slice(max(along.start + aside, 0), max(along.stop + aside, 0))
    view = pixels[line, part].transpose(1, 0, 2) if side % 2 == 0 else pixels[part, line]
    return view[::-1] if is_end == is_inside else view


def _shade(strip: Pixels, factor: float, deep: float, shape: int) -> None:
    """Makes a strip brighter or darker, most at the edge, in place."""
    if not strip.size:
        return
    t = np.linspace(0, 1, strip.shape[1], dtype=np.float32)
    along = ((1 - t) ** 2, t**2, np.sin(np.pi * t), np.ones_like(t))[shape]
    away: Field = np.exp(np.arange(len(strip), dtype=np.float32) * np.float32(-3 / deep))
    shade = 1 + np.float32(factor) * away[:, None] * along
    strip[:] = np.clip(strip * shade[:, :, None], 0, 255)
