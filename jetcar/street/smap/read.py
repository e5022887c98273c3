"""Reads a map of StreetMaker, with distrust: every tag must be there, every value be possible."""

from __future__ import annotations

import math
from collections.abc import Collection
from pathlib import Path
from xml.etree.ElementTree import Element

from jetcar.errors import UserError
from jetcar.markup import MarkupError, parsed
from jetcar.street.curves import Pose
from jetcar.street.smap.items import (
    CROSSWALKS,
    LINES,
    OVERLAYS,
    RAMPS,
    STREETS,
    WAITING,
    Arm,
    Counts,
    Drawing,
    Intersection,
    Item,
    Lines,
    Overlay,
    Street,
)
from jetcar.wording import printable

IDENTIFIER = "StreetMaker StreetMap"

MOST_BYTES = 4_000_000
"""The largest map of the original project has 183,000."""

MOST_ITEMS = 500
"""The largest one has 58."""

LONGEST = 20_000.0
"""No length in mm, radius or place of a map is more."""

LARGEST = 100e6
"""Square millimetres that a drawing may have: each of them costs memory when it is drawn."""

FIX = "Open it in StreetMaker and save it again."


class _WrongError(ValueError):
    """What is wrong with a value, as a part of a sentence."""


def map_content(path: Path) -> bytes:
    """The bytes of a map's file.

    Raises:
        UserError: it is no file, or too large to be a map.
    """
    if not path.is_file():  # neither a folder nor a pipe, which would have no end
        raise UserError(f"map={path} is no file. Name a map of StreetMaker, as in map=Town.smap")
    with path.open("rb") as file:
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise UserError(
            f"map={path} has more than {MOST_BYTES // 10**6} MB, so it is no map of StreetMaker."
        )
    return data


def read_drawing(path: Path, data: bytes) -> Drawing:
    """What is in a map.

    Args:
        path: Where it comes from, for messages.
        data: Content of that file.

    Raises:
        UserError: it is cut off, no map of StreetMaker, or holds something impossible; says where.
    """
    try:
        root = parsed(data)
    except MarkupError as error:
        raise UserError(f"{path} is not a whole map of StreetMaker ({error}). {FIX}") from None
    where = "it"
    try:
        if root.tag != "annotation" or (root.findtext("identifier") or "").strip() != IDENTIFIER:
            raise _WrongError(f"does not begin with the identifier '{IDENTIFIER}'")
        size = _child(root, "size")
        width, height = (_number(size, f"drawing_{side}", 1) for side in ("width", "height"))
        if width * height > LARGEST:
            raise _WrongError(f"is a drawing of {width:g} x {height:g} mm, more than can be drawn")
        found = _child(root, "object")
        if len(found) > MOST_ITEMS:
            raise _WrongError(f"has {len(found)} items, and {MOST_ITEMS} can be read")
        items = []
        for number, one in enumerate(found):
            where = f"item {number}"
            items.append(_item(one))
        where = "it"
        if not items:
            raise _WrongError("has no street")
    except _WrongError as error:
        raise UserError(f"{path} cannot be drawn: {where} {error}. {FIX}") from None
    return Drawing(width, height, tuple(items))


def _item(one: Element) -> Item:
    kind = _word(one, "element_type", ("multi_lane_street", "intersection"))
    return _street(one) if kind == "multi_lane_street" else _intersection(one)


def _street(one: Element) -> Street:
    counts = _counts(one)
    ramp = _word(one, "ramp_type", RAMPS)
    kind = _word(one, "street_type", STREETS)
    if ramp != "None" and (kind != "Straight" or not counts.right):
        raise _WrongError(f"has the ramp {ramp}, which only a Straight with a right lane can have")
    least = (2 if "_Right" in kind or "_Both" in kind else 0, 2 if "_Both" in kind else 0)
    if kind.startswith("Lane_") and (counts.right < least[0] or counts.left < least[1]):
        raise _WrongError(
            f"is {kind} with {counts.right} right and {counts.left} left lanes, of which "
            "it needs two where one begins or ends"
        )
    is_curve = kind.startswith("Curve")
    return Street(
        kind,
        counts,
        _lines(one),
        _number(one, "length", 0 if is_curve else 1),
        _number(one, "s_offset"),
        _number(one, "inner_radius", 0),
        _number(one, "curve_angle", 1 if is_curve else 0, 360),
        ramp,
        _number(one, "ramp_radius", 0),
        _number(one, "ramp_curve_angle", 0 if ramp == "None" else 1, 180),
        _pose(one),
        _overlays(one, counts.total + (ramp != "None")),
    )


def _intersection(one: Element) -> Intersection:
    arms = tuple(
        Arm(
            _counts(arm),
            _lines(arm),
            _number(arm, "length", 1),
            _word(arm, "crosswalk", CROSSWALKS),
            _word(arm, "stop_yield", WAITING),
        )
        for arm in _child(one, "street_descriptor")
    )
    if not 2 <= len(arms) <= 4:
        raise _WrongError(f"is an intersection of {len(arms)} streets; 2, 3 or 4 can be drawn")
    return Intersection(arms, _pose(one), _overlays(one, sum(arm.counts.total for arm in arms)))


def _counts(one: Element) -> Counts:
    right, center, left = (
        _whole(one, f"lane_count_{side}", most)
        for side, most in (("right", 3), ("center", 1), ("left", 3))
    )
    if right + left == 0:
        raise _WrongError("is a street without a lane for one direction")
    return Counts(right, center, left)


def _lines(one: Element) -> Lines:
    tags = (
        "right_border_line",
        "right_lane_line",
        "divider_line",
        "divider_line2",
        "left_lane_line",
        "left_border_line",
    )
    return Lines(*(_word(one, tag, LINES) for tag in tags))


def _pose(one: Element) -> Pose:
    """StreetMaker counts y downwards and angles counter-clockwise; we count y upwards."""
    x, y = _number(one, "location_x"), _number(one, "location_y")
    return Pose(x, -y, math.radians(_number(one, "angle", -720, 720)))


def _overlays(one: Element, lanes: int) -> tuple[tuple[Overlay, ...], ...]:
    """Of each lane; as in StreetMaker the list of lanes may be missing, or be of another length."""
    listed = one.find("lane")
    found = [] if listed is None else [lane.findall("overlay/item") for lane in listed]
    found = (found + [[]] * lanes)[:lanes]
    return tuple(
        tuple(
            Overlay(
                _word(overlay, "overlay_type", OVERLAYS),
                _number(overlay, "ref_point_distance"),
                _number(overlay, "ref_point_angle_delta", -720, 720),
                _number(overlay, "direction_angle_delta", -720, 720),
            )
            for overlay in lane
        )
        for lane in found
    )


def _child(one: Element, tag: str) -> Element:
    child = one.find(tag)
    if child is None:
        raise _WrongError(f"has no {tag}")
    return child


def _word(one: Element, tag: str, known: Collection[str]) -> str:
    word = (_child(one, tag).text or "").strip()
    if word not in known:
        raise _WrongError(f"has the {tag} {printable(word, 40)!r}, which is none that is known")
    return word


def _whole(one: Element, tag: str, most: int) -> int:
    number = _number(one, tag, 0, most)
    if number != int(number):
        raise _WrongError(f"has the {tag} {number:g}, and only whole lanes can be drawn")
    return int(number)


def _number(one: Element, tag: str, low: float = -LONGEST, high: float = LONGEST) -> float:
    """A number, with a point or with the comma that some Windows write."""
    text = (_child(one, tag).text or "").strip()
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        raise _WrongError(f"has the {tag} {printable(text, 40)!r}, which is no number") from None
    if not low <= number <= high:
        raise _WrongError(f"has the {tag} {number:g}, which is not from {low:g} to {high:g}")
    return number
