"""Maps of StreetMaker that the tests write themselves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from jetcar.street.grid import SEAMLESS, Grid
from jetcar.street.regions import draw_regions
from jetcar.street.smap.smap import StreetMakerMap, load_map

LINES = {
    "right_border_line": "ShoulderLine",
    "right_lane_line": "SingleWhiteDashed",
    "divider_line": "SingleYellowDashed",
    "divider_line2": "SingleYellowDashed",
    "left_lane_line": "SingleWhiteDashed",
    "left_border_line": "ShoulderLine",
}

COUNTS = {"lane_count_right": 1, "lane_count_center": 0, "lane_count_left": 1}

Overlays = Sequence[Sequence[tuple[str, float, float, float]]]


def tags(values: dict[str, Any]) -> str:
    return "".join(f"<{name}>{value}</{name}>" for name, value in values.items())


def at(x: float, y: float, angle: float) -> str:
    return tags({"angle": angle, "location_x": x, "location_y": y})


def lanes(overlays: Overlays) -> str:
    names = "overlay_type", "ref_point_distance", "ref_point_angle_delta", "direction_angle_delta"
    items = [
        "".join(f"<item>{tags(dict(zip(names, one, strict=True)))}</item>" for one in lane)
        for lane in overlays
    ]
    return f"<lane>{''.join(f'<item><overlay>{item}</overlay></item>' for item in items)}</lane>"


def street(
    kind: str, x: float, y: float, angle: float, overlays: Overlays = (), **changes: Any
) -> str:
    """One street, with the defaults of StreetMaker."""
    values = {
        "element_type": "multi_lane_street",
        "street_type": kind,
        **COUNTS,
        **LINES,
        "length": 300,
        "s_offset": 60,
        "inner_radius": 120,
        "curve_angle": 90,
        "ramp_type": "None",
        "ramp_radius": 300,
        "ramp_curve_angle": 45,
    }
    unknown = set(changes) - set(values)
    assert not unknown
    return f"<item>{tags({**values, **changes})}{at(x, y, angle)}{lanes(overlays)}</item>"


def arm(**changes: Any) -> str:
    """One arm of an intersection."""
    values = {**COUNTS, "crosswalk": "None", "stop_yield": "None", **LINES, "length": 100}
    assert set(changes) <= set(values)
    return f"<item>{tags({**values, **changes})}</item>"


def intersection(
    arms: Sequence[str], x: float, y: float, angle: float, overlays: Overlays = ()
) -> str:
    """An intersection."""
    described = f"<street_descriptor>{''.join(arms)}</street_descriptor>"
    kind = "<element_type>intersection</element_type>"
    return f"<item>{kind}{described}{at(x, y, angle)}{lanes(overlays)}</item>"


def document(items: Sequence[str], width: float = 1800, height: float = 1400) -> str:
    """A whole map."""
    size = tags({"drawing_width": width, "drawing_height": height})
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<annotation>'
        "<identifier>StreetMaker StreetMap</identifier>"
        f"<size>{size}</size><object>{''.join(items)}</object></annotation>"
    )


def oval(first: str = "", **changes: Any) -> list[str]:
    """A closed road: two straights of 600 mm and two half circles, inner radius 200 mm.

    Lane 0 of the upper straight runs from (600, 400) to (1200, 400), clockwise. Its half circle has
    a radius of 200 + 60 = 260 mm, so that it comes back on y = 400 + 2 * 260 = 920.
    """
    half = {"inner_radius": 200, "curve_angle": 180, **changes}
    return [
        first or street("Straight", 600, 400, 0, length=600, **changes),
        street("CurveRight", 1200, 400, 0, **half),
        street("Straight", 1200, 920, 180, length=600, **changes),
        street("CurveRight", 600, 920, 180, **half),
    ]


def drawn_as_said(found: StreetMakerMap, mm: float) -> list[str]:
    """Ends that meet, at which what is drawn of their lane is wider or narrower by more than that.

    The map is drawn with pixels of 1 mm, and looked at 3 mm inside of each end.
    """
    grid = Grid(found.corner, found.size, 1.0)
    areas = found.areas()
    outlines = grid.outlines([polygon for _, polygon in areas], SEAMLESS)
    ways = [(track, outline) for (track, _), outline in zip(areas, outlines, strict=True)]
    regions = draw_regions(found, grid, ways)
    wrong = []
    for number, end in found.joints.joined:
        lane = found.lanes.lanes[number]
        way = 3.0 if end == 0 else lane.curve.length - 3.0
        for left, inside in ((60 + mm, False), (60 - mm, True), (mm - 60, True), (-60 - mm, False)):
            at = lane.curve.at(way, left)
            column, row, _ = grid.to_pixels @ (at.x, at.y, 1)
            if (number in regions.tracks[regions.ids[round(row), round(column)]]) != inside:
                wrong.append(f"item {lane.item} lane {lane.number} end {end}: {left} mm")
    return wrong


@pytest.fixture
def save(tmp_path: Path) -> Callable[[str | bytes], str]:
    """Writes a file of a map, as StreetMaker does: UTF-8 that says so."""

    def write(content: str | bytes) -> str:
        path = tmp_path / "Meine Straße.smap"
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8-sig"))
        return str(path)

    return write


@pytest.fixture
def load(save: Callable[[str], str]) -> Callable[..., StreetMakerMap]:
    """A map of some items."""

    def read(items: Sequence[str], **size: float) -> StreetMakerMap:
        return load_map(save(document(items, **size)))

    return read
