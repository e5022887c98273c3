"""Which ways and marks cover each place of the map: one raster of numbers, drawn once.

A region is a set of tracks with at most one mark on top. Its class follows from who looks; the
raster does not.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from jetcar.street.grid import FRACTION_BITS, Grid, Outline
from jetcar.street.kinds import KINDS
from jetcar.street.map import Map

Ids = npt.NDArray[np.uint16]
"""Numbers of regions, one a pixel."""


class Regions:
    """The raster of a map, and what each of its numbers means.

    Attributes:
        ids: Shape ``(rows, columns)``, uint16; 0 is what is no street.
        tracks: Tracks that cover each region, by number.
        kinds: Mark on each region: its place in ``kinds.KINDS`` plus one, or 0.
        marks: Number of that mark in the map when it is a sign or has an owner, else -1.
    """

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self.ids: Ids = np.zeros(grid.shape, np.uint16)
        self.tracks: list[frozenset[int]] = [frozenset()]
        self.kinds: list[int] = [0]
        self.marks: list[int] = [-1]
        self._number = {(self.tracks[0], 0, -1): 0}
        self._below: dict[tuple[int, int, int], npt.NDArray[np.int32]] = {}

    def lay_road(self, track: int, outline: Outline) -> None:
        """Draws a track where there is nothing yet, which is quick: it asks for no other."""
        color = (float(self._with(0, (track, 0, -1))),)
        cv2.fillPoly(self.ids, [outline], color, cv2.LINE_8, FRACTION_BITS)

    def add_track(self, track: int, outline: Outline) -> None:
        """Lets a track cover an area too."""
        self._cover(outline, (track, 0, -1))

    def add_mark(self, kind: str, outline: Outline, number: int) -> None:
        """Lays a mark on an area, on top of other marks."""
        self._cover(outline, (-1, KINDS.index(kind) + 1, number))

    def _cover(self, outline: Outline, label: tuple[int, int, int]) -> None:
        low = np.maximum((outline.min(0) >> FRACTION_BITS) - 1, 0)
        high = (outline.max(0) >> FRACTION_BITS) + 3
        patch = self.ids[low[1] : high[1], low[0] : high[0]]
        if not patch.size:
            return
        inside = np.zeros(patch.shape, np.uint8)
        cv2.fillPoly(inside, [outline - (low << FRACTION_BITS)], (1,), cv2.LINE_8, FRACTION_BITS)
        covered = inside.view(bool)
        old = patch[covered]
        becomes = self._becomes(label)
        new = becomes[old]
        unknown = old[new < 0]
        if unknown.size:
            for number in np.unique(unknown):
                becomes[number] = self._with(int(number), label)
            new = becomes[old]
        patch[covered] = new

    def _becomes(self, label: tuple[int, int, int]) -> npt.NDArray[np.int32]:
        """What each region becomes under a label; -1 where that is not known yet."""
        known = self._below.get(label)
        if known is None or len(known) < len(self.tracks):
            wider = np.full(2 * len(self.tracks) + 64, -1, np.int32)
            if known is not None:
                wider[: len(known)] = known
            self._below[label] = known = wider
        return known

    def _with(self, number: int, label: tuple[int, int, int]) -> int:
        track, kind, mark = label
        if track >= 0:
            key = (self.tracks[number] | {track}, self.kinds[number], self.marks[number])
        else:
            key = (self.tracks[number], kind, mark)
        if key not in self._number:
            self._number[key] = len(self.tracks)
            self.tracks.append(key[0])
            self.kinds.append(key[1])
            self.marks.append(key[2])
        return self._number[key]


def draw_regions(street_map: Map, grid: Grid, ways: Sequence[tuple[int, Outline]]) -> Regions:
    """Draws the regions of a map.

    Args:
        street_map: The map.
        grid: The pixels.
        ways: The outlines of its tracks, by number.
    """
    regions = Regions(grid)
    for track, outline in ways:
        (regions.lay_road if track < street_map.apart else regions.add_track)(track, outline)
    _mend(regions.ids)
    fields = [
        (mark.kind, polygon, number if mark.owner or mark.at else -1)
        for number, mark in enumerate(street_map.marks)
        for polygon in mark.area
    ]
    outlines = grid.outlines([polygon for _, polygon, _ in fields])
    for (kind, _, number), outline in zip(fields, outlines, strict=True):
        regions.add_mark(kind, outline, number)
    return regions


def _mend(ids: Ids) -> None:
    """Closes single pixels between neighbouring areas, with the number of one of them.

    OpenCV rounds the corners of polygons, so edges that meet on the map may miss a pixel here.
    """
    street = (ids > 0).view(np.uint8)
    closed = cv2.morphologyEx(street, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    holes = cv2.findNonZero(cv2.subtract(closed, street, closed))
    for column, row in [] if holes is None else holes.reshape(-1, 2):
        around = ids[max(0, row - 1) : row + 2, max(0, column - 1) : column + 2]
        ids[row, column] = around.max()
