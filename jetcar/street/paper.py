"""How a map looks from above: ink on glued sheets of paper, on a floor, under uneven light."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from jetcar.street.bend import Bend, bent
from jetcar.street.floor import TILE, Field, cloud, draw_floor, tiles
from jetcar.street.gloss import Gloss
from jetcar.street.grid import FRACTION_BITS, SEAMLESS, Grid, Outline, Pixels
from jetcar.street.inks import SHEEN, Color, printer_inks
from jetcar.street.light import cast_light
from jetcar.street.lines import repainted
from jetcar.street.made import Made, make_ground
from jetcar.street.map import Map
from jetcar.street.mats import Mats, draw_mats
from jetcar.street.printing import print_map
from jetcar.street.sheets import Sheets, draw_sheets
from jetcar.street.variety import Dice
from jetcar.street.wear import dust, tyres

SHEETS = ((420.0, 297.0), (431.8, 279.4), (297.0, 420.0))
"""Width and height of the paper in mm: A3 and ledger, A3 upright."""

SLIP = 2.0
"""How far sheets may be from where they belong, in mm to each side."""

NEUTRAL = 128
"""The value of a multiplier that changes nothing."""


@dataclass(frozen=True)
class Ground:
    """A map's picture from above.

    Attributes:
        pixels: RGB and the gloss, see ``gloss``, shape ``(rows, columns, 4)``.
        half: The same at half the size, for what is far away.
        sheets: The sheets of paper that it is made of, where they do not quite meet; the picture
            has been moved with them, and what belongs to it must be.
    """

    pixels: Pixels
    half: Pixels
    sheets: Sheets | None = None

    @classmethod
    def of(cls, pixels: Pixels, sheets: Sheets | None = None) -> Ground:
        """A picture of four channels and its half."""
        half = cv2.resize(pixels, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        return cls(pixels, half, sheets)  # type: ignore[arg-type]

    @property
    def outside(self) -> Color:
        """RGB and gloss of what lies at the map's edge, on average."""
        color: Color = self.half[:20].mean((0, 1))
        return color

    def bent(self, bend: Bend) -> Ground:
        """The same ground, with everything on it bent from where it should be."""
        return self.of(bent(self.pixels, bend, cv2.INTER_LINEAR))


def draw_ground(
    street_map: Map,
    grid: Grid,
    paved: Sequence[Outline],
    rng: np.random.Generator,
    dice: Dice,
) -> Ground:
    """Draws the picture of a map.

    Args:
        street_map: The map.
        grid: The pixels.
        paved: Outlines of all streets.
        rng: Draws materials and light.
        dice: Draws which groups of variety change them.
    """
    paved = [*paved, *grid.outlines(street_map.paved(), SEAMLESS)]
    sheet = SHEETS[rng.integers(len(SHEETS))]
    inks = printer_inks(rng)
    made: Made | None = None
    if (of_ground := dice.of("ground")) is not None:
        made = make_ground(inks, grid.mm, dice.variety.ground, of_ground)
        inks = made.inks
    if (of_lines := dice.of("lines")) is not None:
        inks = repainted(inks, dice.variety.lines, of_lines)
    gloss = Gloss.of(dice, grid.shape, made is None)
    pixels = print_map(street_map, paved, grid, inks, dice, gloss)
    sheets: Sheets | None = None
    if made is None:
        if (of_paper := dice.of("paper")) is not None:
            sheets = draw_sheets(sheet, grid, dice.variety.paper, of_paper)
        _print(pixels, sheet, sheets, paved, grid, rng, gloss)
    else:
        mats: Mats | None = None
        if (of_mats := dice.part("ground", "mats")) is not None:
            mats = draw_mats(grid, dice.variety.ground, of_mats)
        _lay(pixels, made, mats, paved, grid, of_ground or rng, gloss)
    if (of_wear := dice.of("wear")) is not None:
        tyres(pixels, grid.mm, of_wear)
        through, adds = dust(dice.variety.wear, grid.mm, of_wear)
        for here, tile in tiles(grid.shape):
            cv2.multiply(pixels[here], through[tile], pixels[here], scale=1 / 255)
            cv2.add(pixels[here], adds[tile], pixels[here])
        if gloss is not None:
            gloss.dust(through)
    cv2.multiply(pixels, _light(grid, rng), pixels, scale=1 / NEUTRAL)
    if (of_light := dice.of("light")) is not None:
        field = cast_light(grid.shape, grid.mm, dice.variety.light, of_light)
        large = cv2.resize(field, grid.shape[::-1], interpolation=cv2.INTER_LINEAR)
        cv2.multiply(pixels, cv2.merge([large] * 3), pixels, scale=1 / NEUTRAL)
    done = cv2.cvtColor(pixels, cv2.COLOR_RGB2RGBA)
    if gloss is not None:
        cv2.insertChannel(gloss.raster, done, 3)
    return Ground.of(done, sheets)  # type: ignore[arg-type]


def _print(
    pixels: Pixels,
    sheet: tuple[float, float],
    sheets: Sheets | None,
    paved: Sequence[Outline],
    grid: Grid,
    rng: np.random.Generator,
    gloss: Gloss | None,
) -> None:
    """Makes glued sheets of paper on a floor of a picture's inks, in place."""
    _glue(pixels, sheet, grid.mm, rng)
    sheen = _sheen(rng)
    floor = draw_floor(grid.mm, rng)
    bare = _bare(paved, grid, rng)
    for here, tile in tiles(grid.shape):
        cv2.add(pixels[here], sheen[tile], pixels[here])
    _show_edges(pixels, sheet, grid.mm, rng)
    if sheets is not None:
        sheets.lay_print(pixels, floor)
        if gloss is not None:
            sheets.lay(gloss.raster, cv2.INTER_NEAREST)
    for here, tile in tiles(grid.shape):
        cv2.copyTo(floor[tile], bare[here], pixels[here])
    if gloss is not None:
        gloss.lay_floor(bare)


def _lay(
    pixels: Pixels,
    made: Made,
    mats: Mats | None,
    paved: Sequence[Outline],
    grid: Grid,
    rng: np.random.Generator,
    gloss: Gloss | None,
) -> None:
    """Makes a material of a picture's inks, on a floor, in place."""
    bare = _cut(paved, grid, made.reach) if made.is_cut else _whole(grid, rng)
    if mats is not None and made.is_cut:
        bare = mats.whole(bare)
    for here, tile in tiles(grid.shape):
        cv2.add(pixels[here], made.surface[tile], pixels[here])
    if mats is not None:
        mats.shade(pixels)
    for here, tile in tiles(grid.shape):
        cv2.copyTo(made.floor[tile], bare[here], pixels[here])
    if mats is not None:
        mats.end(pixels, bare, made.inks.background + SHEEN)
    if gloss is not None:
        gloss.lay_floor(bare)


def _glue(ink: Pixels, sheet: tuple[float, float], mm: float, rng: np.random.Generator) -> None:
    """Cuts the print into sheets that do not quite fit, and that differ in tone; in place.

    What a sheet that is moved shows of its neighbour may be moved already; nobody sees that.
    """
    rows, columns = ink.shape[:2]
    width, height = round(sheet[0] / mm), round(sheet[1] / mm)
    across, down = -(-columns // width), -(-rows // height)
    slips = rng.integers(-round(SLIP / mm), round(SLIP / mm) + 1, (down, across, 2))
    slips = np.where(rng.random((down, across, 1)) < rng.random(), slips, 0)
    # Tones change most from one printed row to the next.
    tones = rng.normal(1, 0.035, (down, 1, 1)) + rng.normal(0, 0.02, (down, across, 1))
    tones = tones + rng.normal(0, 0.012, (down, across, 3))
    for i in range(down):
        for j in range(across):
            dy, dx = (int(slip) for slip in slips[i, j])
            top, left = max(i * height, -dy), max(j * width, -dx)
            bottom = min((i + 1) * height, rows - max(dy, 0))
            right = min((j + 1) * width, columns - max(dx, 0))
            part = ink[top + dy : bottom + dy, left + dx : right + dx]
            red, green, blue = (float(tone) for tone in tones[i, j])
            if part.size:
                ink[top:bottom, left:right] = cv2.multiply(  # type: ignore[call-overload]
                    part, (red, green, blue, 1.0)
                )


def _sheen(rng: np.random.Generator) -> Pixels:
    """What ink and paper reflect: fine grain, the printer's bands, blotches, creases.

    Levels to be added, ``SHEEN`` on average, shape ``(TILE, TILE, 3)``; it repeats.
    """
    field = SHEEN + 5 * cloud(1, rng) + 3.5 * cloud(7, rng) + rng.uniform(3, 7) * cloud(40, rng)
    field += rng.uniform(1, 5) * cloud(rng.uniform(2, 5), rng, 200)
    if rng.random() < 0.5:  # the paper went through the printer the other way
        field = field.T
    sheen = np.ascontiguousarray(np.clip(field, 0, 255).astype(np.uint8))
    for _ in range(rng.integers(8)):
        steps = rng.normal(0, rng.uniform(8, 50), (rng.integers(1, 4), 2))
        crease = rng.uniform(0, TILE, 2) + np.concatenate([[(0, 0)], steps.cumsum(0)])
        level = float(np.clip(SHEEN + rng.normal(0, 14), 0, 255))
        cv2.polylines(sheen, [np.rint(crease).astype(np.int32)], False, (level,), 1, cv2.LINE_AA)
    return cv2.merge([sheen] * 3)  # type: ignore[return-value]


def _show_edges(
    pixels: Pixels, sheet: tuple[float, float], mm: float, rng: np.random.Generator
) -> None:
    """Lightens or darkens the edges of the sheets, one or two pixels wide."""
    rows, columns = pixels.shape[:2]
    width, height = round(sheet[0] / mm), round(sheet[1] / mm)
    strength = rng.uniform(-40, 60)
    edges = [pixels[y - 1 : y + int(rng.integers(0, 2))] for y in range(height, rows, height)]
    edges += [pixels[:, x - 1 : x + int(rng.integers(0, 2))] for x in range(width, columns, width)]
    for edge in edges:
        edge[:] = np.clip(edge.astype(np.int16) + round(strength * rng.uniform(0.3, 1)), 0, 255)


def _bare(paved: Sequence[Outline], grid: Grid, rng: np.random.Generator) -> Pixels:
    """255 where there is no paper: around whole sheets, or around what was cut along the street."""
    return _whole(grid, rng) if rng.random() < 0.6 else _cut(paved, grid, rng.uniform(20, 70))


def _whole(grid: Grid, rng: np.random.Generator) -> Pixels:
    """The same, around whole sheets."""
    rows, columns = grid.shape
    bare = np.full((rows, columns), 255, np.uint8)
    edge = round(rng.uniform(60, 200) / grid.mm)
    bare[edge : rows - edge, edge : columns - edge] = 0
    return bare


def _cut(paved: Sequence[Outline], grid: Grid, mm: float) -> Pixels:
    """The same, farther than ``mm`` from the street."""
    rows, columns = grid.shape
    small = np.zeros((rows // 8, columns // 8), np.uint8)
    for outline in paved:
        cv2.fillPoly(small, [outline], (255,), cv2.LINE_8, FRACTION_BITS + 3)
    reach = round(mm / grid.mm / 8) * 2 + 1
    grown = cv2.dilate(small, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach)))
    large = cv2.resize(grown, (columns, rows), interpolation=cv2.INTER_LINEAR)
    return cv2.threshold(large, 127, 255, cv2.THRESH_BINARY_INV)[1]  # type: ignore[return-value]


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
