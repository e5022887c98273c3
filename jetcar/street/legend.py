"""From regions to class codes, for one driver: a lookup table over the map's raster."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from jetcar.street.kinds import (
    CROSSWALKS,
    KINDS,
    LINES,
    NOTHING,
    SIGNS,
    WRONG,
    kind_codes,
    role_codes,
)
from jetcar.street.map import Map
from jetcar.street.regions import Regions
from jetcar.street.viewer import Viewer

Codes = npt.NDArray[np.uint8]
"""Class codes, one a region or one a pixel."""


class Legend:
    """What the regions of a map mean, in the codes of one class table."""

    def __init__(self, street_map: Map, regions: Regions, classes: str) -> None:
        self.map = street_map
        most = max(len(own) for own in regions.tracks)
        # One track more than there are stands for none: its role is NOTHING.
        self._tracks = np.full((len(regions.tracks), most), street_map.tracks)
        for number, own in enumerate(regions.tracks):
            self._tracks[number, : len(own)] = sorted(own)
        self._role_codes = np.array(role_codes(classes, street_map.table(classes)), np.uint8)

        names = np.array(["", *KINDS])[regions.kinds]
        codes = kind_codes(classes, street_map.table(classes))
        by_kind = np.array([0, *(code or 0 for code in codes)], np.uint8)
        has_code = np.array([False, *(code is not None for code in codes)])
        self._marked = has_code[regions.kinds]
        self._mark_codes = by_kind[regions.kinds]
        self._always = np.isin(names, [*LINES, *CROSSWALKS])

        marks = np.array(regions.marks)
        owner = [street_map.marks[n].owner if n >= 0 else None for n in marks]
        self._owned = [
            (number, asked)
            for number, of in enumerate(owner)
            if of and (asked := street_map.owned(of, regions.tracks[number]))
        ]
        self._two_sided = [
            (int(number), *street_map.sides(min(regions.tracks[number]), owner[number]))
            for number in np.flatnonzero(names == "yellow_solid_dashed")
        ]
        self._from_dashed = by_kind[1 + KINDS.index("yellow_dashed_solid")]

        self._signs = np.flatnonzero(np.isin(names, [*CROSSWALKS, *SIGNS]))
        places = [mark.at or (np.inf, np.inf) for mark in street_map.marks]
        self._places = np.array(places).reshape(-1, 2)[marks[self._signs]]
        self._known: dict[Viewer, tuple[Codes, Codes]] = {}

    def codes(self, viewer: Viewer, x: float, y: float, signs: float) -> Codes:
        """The code of each region for a driver.

        Args:
            viewer: Who looks.
            x: Where the driver is, in mm.
            y: The same to the north.
            signs: Signs whose middle is farther away than this, in mm, are left out.

        Returns:
            Shape ``(regions,)``, uint8; what a sign that is left out stands on takes its place.
        """
        if viewer not in self._known:
            self._known[viewer] = self._all_codes(viewer)
        shown, bare = self._known[viewer]
        far = np.hypot(self._places[:, 0] - x, self._places[:, 1] - y) > signs
        hidden = self._signs[far]
        result = shown.copy()
        result[hidden] = bare[hidden]
        return result

    def _all_codes(self, viewer: Viewer) -> tuple[Codes, Codes]:
        """Codes of all regions, with all their marks and without any."""
        role = np.append(self.map.roles(viewer), np.uint8(NOTHING))
        own = role[self._tracks].max(1)
        bare = self._role_codes[own]
        concerned = self._always | (own > WRONG)
        for number, owners in self._owned:
            concerned[number] = self._always[number] or role[owners].max() > WRONG
        shown = np.where(self._marked & concerned, self._mark_codes, bare)
        for number, solid, dashed in self._two_sided:
            if role[solid] <= WRONG < role[dashed]:
                shown[number] = self._from_dashed
        return shown, bare
