"""Which classes a map uses: StreetMaker numbers these alone, from 0, in its table's order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from jetcar.classes import STREET_MAKER, ClassTable, SegmClass
from jetcar.street.kinds import CROSSWALKS, LANES, LINES, SIGNS
from jetcar.street.smap import items
from jetcar.street.smap.items import Arm, Intersection, Item, Street
from jetcar.street.smap.lanes import BOTH, Lane

NAMES = {kind: names[1] for kind, names in {**LINES, **CROSSWALKS, **SIGNS}.items()}
"""Class of each kind of mark in StreetMaker's table."""

OTHER_SIDE = {
    "yellow_solid_dashed_line": "yellow_dashed_solid_line",
    "yellow_dashed_solid_line": "yellow_solid_dashed_line",
}
"""A line that is solid on one side is dashed to those who come towards me, so both are needed."""


def used_table(found: Sequence[Item], lanes: Sequence[Lane]) -> ClassTable:
    """The classes of a map, with the codes that StreetMaker gives them."""
    names = {"nothing", *LANES["streetmaker"], *_of_lanes(found, lanes)}
    for item in found:
        names.update(_of_street(item) if isinstance(item, Street) else _of_intersection(item))
        names.update(
            NAMES[kind] or ""
            for lane in item.overlays
            for overlay in lane
            if (kind := items.OVERLAYS[overlay.kind])
        )
    names.update(OTHER_SIDE[name] for name in tuple(names) if name in OTHER_SIDE)
    kept = [one for one in STREET_MAKER.classes if one.name in names]
    return ClassTable(tuple(SegmClass(code, one.name, one.color) for code, one in enumerate(kept)))


def _of_lanes(found: Sequence[Item], lanes: Sequence[Lane]) -> Iterator[str]:
    for lane in lanes:
        for edge in (lane.right, lane.left):
            kind = items.LINES[edge.kind]
            if kind:
                yield NAMES[kind] or ""
            elif edge.kind == "Transparent":
                yield "lane_limit_line"
        if lane.traffic == BOTH and isinstance(found[lane.item], Street):
            yield "lane_center"


def _of_street(street: Street) -> Iterator[str]:
    if street.ramp == "Entrance":
        yield "yield_line"


def _of_intersection(intersection: Intersection) -> Iterator[str]:
    for number, arm in enumerate(intersection.arms):
        goes_through = number == 0 and len(intersection.arms) == 2
        if arm.counts.right and not goes_through:
            yield from _of_approach(arm)
        if max(arm.counts.right, arm.counts.left) > 1:
            yield "lane_limit_line"


def _of_approach(arm: Arm) -> Iterator[str]:
    crosswalk = items.CROSSWALKS[arm.crosswalk]
    if crosswalk:
        yield NAMES[crosswalk] or ""
    if arm.waiting != "None":
        control = "stop" if arm.waiting.startswith("Stop") else "yield"
        yield f"{control}_line"
        if arm.waiting.endswith("Text"):
            yield f"{control}_text"
