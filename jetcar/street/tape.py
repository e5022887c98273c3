"""Lines of tape: strips of limited length, laid by hand one after the other, with ends."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from jetcar.settings.variety import OtherLines
from jetcar.street.curves import Points
from jetcar.street.kinds import LINES
from jetcar.street.map import Map
from jetcar.street.marks import Mark

BOW = (0.8, 3.5)
"""Mm by which a line may bow away from a strip, which is straight; by map."""

SLIP = 1.2
"""Mm to either side by which each end of a strip misses its line."""

REACH = (-2.5, 4.5)
"""Mm by which a strip is too long at each end: strips overlap more often than they leave a gap."""

SHORT = 3.5
"""Mm less than that at the ends of a solid line, so that it does not cross what it meets."""

CLOSED = 3.0
"""Mm that strips of one line go on at least in a mask, where there is no gap between them."""

SLANT = 0.12
"""Standard deviation of how far an end is cut from square, as a share of the width."""

TORN = 0.4
"""Share of the maps whose tape is torn off by hand."""

JAGS = 5
"""Points across an end that is torn."""

SHORTEST = 20.0
"""Mm that a strip has at least, however much the line turns."""

REST = 15.0
"""Mm: a shorter rest belongs to the strip before it."""

DASHED = ("white_dashed", "yellow_dashed")
"""Lines of dashes alone; a double line with one dashed side has a solid one, too."""

Strips = npt.NDArray[np.float64]
"""Corners of strips, shape ``(N, 4, 2)``: start and end on the left, end and start on the right."""


Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class _Cut:
    """A band cut into strips.

    Attributes:
        mark: Number of its mark.
        strips: Their corners, still where the plan has them.
        is_solid: Whether the mark's area is what its bands cover.
    """

    mark: int
    strips: Strips
    is_solid: bool


def taped(street_map: Map, lines: OtherLines, rng: np.random.Generator) -> Map:
    """The same map with its lines laid of tape, in paint and areas alike.

    A dash is one strip. A solid line has one after the other, each straight; the gaps between them
    and to other lines, a few mm long, belong to the line, as they do to those who label pictures.
    The areas of dashed lines stay as they are.

    Args:
        street_map: The map.
        lines: The range of the strips' lengths.
        rng: Draws how they are cut and laid.
    """
    bow = rng.uniform(*BOW)
    torn = rng.uniform(0.4, 1.5) if rng.random() < TORN else 0.0
    cuts = [
        cut
        for number, mark in enumerate(street_map.marks)
        if mark.kind in LINES and mark.paint
        for cut in _cut(number, mark, lines, bow, rng)
    ]
    if not cuts:
        return street_map
    strips = np.concatenate([cut.strips for cut in cuts])
    laid, areas = _laid(strips, *_ends(cuts), torn, rng)
    marks = list(street_map.marks)
    paint: dict[int, list[Points]] = {}
    solid: dict[int, list[Strips]] = {}
    first = 0
    for cut in cuts:
        part = slice(first, first + len(cut.strips))
        paint.setdefault(cut.mark, []).extend(laid[part])
        if cut.is_solid:
            solid.setdefault(cut.mark, []).append(areas[part])
        first = part.stop
    for number, polygons in paint.items():
        area = marks[number].area
        if number in solid:
            area = tuple(_around(side_by_side) for side_by_side in zip(*solid[number], strict=True))
        marks[number] = replace(marks[number], paint=tuple(polygons), area=area)
    return street_map.with_marks(tuple(marks))


def _cut(
    number: int, mark: Mark, lines: OtherLines, bow: float, rng: np.random.Generator
) -> list[_Cut]:
    """Cuts the bands of a line; both of a double line at the same places."""
    if mark.kind in DASHED:
        ends = [
            polygon[[0, len(polygon) // 2 - 1, len(polygon) // 2, -1]] for polygon in mark.paint
        ]
        return [_Cut(number, np.stack(ends), False)]
    if any(len(polygon) % 2 for polygon in mark.paint):  # the tip of a ramp is no band
        return []
    bands = [_Band.of(polygon) for polygon in mark.paint]
    whole = bands[0].way[-1]
    is_solid = len(bands) <= 2
    is_solid = is_solid and all(abs(band.way[-1] - whole) <= 0.05 * whole for band in bands)
    if not is_solid:
        # The solid half of a double line is long, a dash is not.
        return [_Cut(number, band.strips(band.joints(lines, bow, rng)), False) for band in bands]
    shares = bands[0].joints(lines, bow, rng)
    return [_Cut(number, band.strips(shares), True) for band in bands]


@dataclass(frozen=True)
class _Band:
    """A long polygon: points along its left side and as many along its right one.

    Attributes:
        left, right: Those points, shape ``(N, 2)``.
        way: From the start along the middle in mm, shape ``(N,)``.
    """

    left: Points
    right: Points
    way: Points

    @classmethod
    def of(cls, polygon: Points) -> _Band:
        half = len(polygon) // 2
        left, right = polygon[:half], polygon[-1 : -half - 1 : -1]
        across = left[0] - right[0]
        steps = np.diff(left + right, axis=0) / 2
        lengths = np.sqrt((steps**2).sum(1))
        if half == 1 or lengths.sum() < np.sqrt(across @ across):  # it lies the other way round
            left, right = polygon[half - 1 : half + 1], polygon[[0, -1]]
            lengths = np.sqrt((np.diff(left + right, axis=0) ** 2).sum(1)) / 2
        return cls(left, right, np.concatenate([[0.0], np.cumsum(lengths)]))

    def joints(self, lines: OtherLines, bow: float, rng: np.random.Generator) -> Points:
        """Where strips begin and end, as shares of the whole way, from 0 to 1."""
        whole = float(self.way[-1])
        low, high = lines.pieces
        steps = np.diff(self.left + self.right, axis=0)
        heading = np.unwrap(np.arctan2(steps[:, 1], steps[:, 0]))
        turned = np.concatenate([[0.0, 0.0], np.cumsum(np.abs(np.diff(heading)))])
        if whole <= low and turned[-1] * whole <= 8 * bow:  # an arc's height above its chord
            return np.array([0.0, 1.0])
        ends = [0.0]
        while ends[-1] < whole:
            here = ends[-1]
            bows = (turned - np.interp(here, self.way, turned)) * (self.way - here) / 8
            bows[self.way < here] = 0
            last = self.way[max(int(np.searchsorted(bows, bow, side="right")) - 1, 0)]
            end = min(here + rng.uniform(low, high), max(float(last), here + SHORTEST))
            ends.append(whole if whole - end < REST else end)
        return np.array(ends) / whole

    def strips(self, shares: Points) -> Strips:
        """Straight strips between those places."""
        at = shares * self.way[-1]
        sides = [
            np.column_stack([np.interp(at, self.way, side[:, i]) for i in (0, 1)])
            for side in (self.left, self.right)
        ]
        left, right = sides
        return np.stack([left[:-1], left[1:], right[1:], right[:-1]], axis=1)


def _ends(cuts: list[_Cut]) -> tuple[Flags, Flags]:
    """Which ends of strips lie inside of a band, and which of them end a solid line, ``(N, 2)``."""
    inner, last = [], []
    for cut in cuts:
        one = np.ones((len(cut.strips), 2), bool)
        one[0, 0] = one[-1, 1] = False
        inner.append(one)
        last.append(~one & cut.is_solid)
    return np.concatenate(inner), np.concatenate(last)


def _laid(
    strips: Strips, inner: Flags, last: Flags, torn: float, rng: np.random.Generator
) -> tuple[Strips, Strips]:
    """Strips as a hand lays them: their outlines, and the corners of what they are in a mask."""
    count = len(strips)
    start = (strips[:, 0] + strips[:, 3]) / 2
    along = (strips[:, 1] + strips[:, 2]) / 2 - start
    along /= np.maximum(np.hypot(*along.T), 1e-9)[:, None]
    aside = np.column_stack([-along[:, 1], along[:, 0]])
    wide = np.abs(((strips[:, 0] - strips[:, 3]) * aside).sum(1))[:, None]
    slip = rng.uniform(-SLIP, SLIP, (count, 2))
    reach = rng.uniform(*REACH, (count, 2)) - SHORT * last
    slant = np.clip(rng.normal(0, SLANT, (count, 2)), -0.3, 0.3) * wide / 2
    jags = torn * np.clip(rng.standard_normal((count, 2, JAGS)), -2, 2)

    def moved(reach: Points, slant: Points) -> Strips:
        ends = reach * (-1, 1)
        ahead = ends[:, [0, 1, 1, 0]] + slant[:, [0, 1, 1, 0]] * (1, 1, -1, -1)
        left = slip[:, [0, 1, 1, 0]]
        return strips + ahead[:, :, None] * along[:, None] + left[:, :, None] * aside[:, None]

    corners = moved(reach, slant)
    reach = np.where(last, 0, np.where(inner, np.maximum(reach, CLOSED), reach))
    in_mask = moved(reach, np.where(inner | last, 0, slant))
    if not torn:
        return corners, in_mask
    share = np.linspace(0, 1, JAGS)[:, None]
    ends = [
        corners[:, None, a] * (1 - share)
        + corners[:, None, b] * share
        + jags[:, side, :, None] * along[:, None]
        for side, (a, b) in ((1, (1, 2)), (0, (3, 0)))
    ]
    return np.concatenate(ends, axis=1), in_mask


def _around(strips: tuple[Points, ...]) -> Points:
    """The polygon around strips that lie side by side."""
    if len(strips) == 1:
        return strips[0]
    points = np.concatenate(strips).astype(np.float32)
    return np.asarray(cv2.convexHull(points), np.float64).reshape(-1, 2)
