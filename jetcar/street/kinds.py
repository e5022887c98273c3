"""What can be seen on a street, and which class of each table stands for it."""

from __future__ import annotations

from jetcar.classes import TABLES, ClassTable

NOTHING, WRONG, LEFT, RIGHT, MINE, LIMIT, CENTER = range(7)
"""What a piece of the street is to a driver; where ways cross, the largest number counts.

``LIMIT`` is the line, never painted, that goes on between two own lanes across a junction.
``CENTER`` is a lane for both directions; only a map of StreetMaker has it.
"""

LANES = {
    "imagesegmenter": ("lane_wrong_dir", "lane_left_turn", "lane_right_turn", "lane_my_dir"),
    "streetmaker": ("lane_wrong_dir", "lane_left_turn", "lane_right_turn", "lane_driving_dir"),
    "road": ("road",) * 4,
    "scene": ("road",) * 4,
}
LIMITS = {
    "imagesegmenter": "lane_limit",
    "streetmaker": "lane_limit_line",
    "road": "road",
    "scene": "road",
}
CENTERS = {
    "imagesegmenter": "lane_wrong_dir",
    "streetmaker": "lane_center",
    "road": "road",
    "scene": "road",
}
ROLES = {
    table: (TABLES[table].names[0], *LANES[table], LIMITS[table], CENTERS[table])
    for table in TABLES
}
"""Class name of each role, by table."""

_LINES = {
    "shoulder": ("white_solid_line", "white_shoulder_line"),
    "white_solid": ("white_solid_line", "white_solid_line"),
    "white_dashed": ("white_dashed_line", "white_dashed_line"),
    "white_double": ("white_solid_line", "white_double_line"),
    "yellow_solid": ("yellow_solid_line", "yellow_solid_line"),
    "yellow_dashed": ("yellow_dashed_line", "yellow_dashed_line"),
    "yellow_double": ("yellow_solid_line", "yellow_double_line"),
    "yellow_solid_dashed": ("yellow_solid_line", "yellow_solid_dashed_line"),
    "yellow_dashed_solid": ("yellow_dashed_line", "yellow_dashed_solid_line"),
}
LINES = {kind: (*names, "line", "line") for kind, names in _LINES.items()}
"""Lines along a street: their class in each of ``TABLES``, first of all in ImageSegmenter's.

They are in the mask wherever the street is. ``yellow_solid_dashed`` is the double line whose solid
part is on the driver's side; to oncoming traffic the same line is ``yellow_dashed_solid``.
"""

_CROSSWALKS = {
    "crosswalk_lines": (None, "crosswalk_lines"),
    "crosswalk_zebra": (None, "crosswalk_zebra"),
}
CROSSWALKS = {kind: (*names, None, None) for kind, names in _CROSSWALKS.items()}
"""Signs that concern everybody; None: the table has no class, so the lane below is seen."""

_SIGNS = {
    "yield_line": ("wait_line", "yield_line"),
    "yield_word": ("yield_sign", "yield_text"),
    "stop_line": ("wait_line", "stop_line"),
    "stop_word": ("stop_sign", "stop_text"),
    "arrow_S": ("arrow_straight", "arrow_straight"),
    "arrow_LS": ("arrow_straight_left", "arrow_straight_left"),
    "arrow_SR": ("arrow_straight_right", "arrow_straight_right"),
    "arrow_LSR": ("arrow_left_straight_right", None),
    "arrow_L": ("arrow_left_only", "arrow_left_only"),
    "arrow_R": ("arrow_right_only", "arrow_right_only"),
    "arrow_LR": ("arrow_left_right", "arrow_left_right"),
    "merge_left": ("merge_left", "merge_left"),
    "merge_right": (None, "merge_right"),
    "parking": (None, "parking_sign"),
}
SIGNS = {kind: (*names, None, None) for kind, names in _SIGNS.items()}
"""Signs that concern those who drive towards them: not in the mask on a wrong-way lane."""

THINGS = ("car", "lights", "sign", "person", "cone", "obstacle")
"""Classes of what stands on the street or beside it, in the one table that has them."""

KINDS = (*LINES, *CROSSWALKS, *SIGNS)
"""Every kind of mark; its number is its place here plus one, 0 is the bare street."""


def kind_names(tool: str) -> list[str | None]:
    """The class of each kind in ``KINDS`` in a tool's names; None where it has none."""
    column = list(TABLES).index(tool)
    return [{**LINES, **CROSSWALKS, **SIGNS}[kind][column] for kind in KINDS]


def thing_codes(tool: str) -> dict[str, int]:
    """The code of each class of ``THINGS`` in a tool's table; 0 where it has none."""
    codes = {one.name: one.code for one in TABLES[tool].classes}
    return {name: codes.get(name, 0) for name in THINGS}


def kind_codes(tool: str, table: ClassTable) -> list[int | None]:
    """The code of each kind in ``KINDS``; None where the table has no class for it."""
    codes = {one.name: one.code for one in table.classes}
    return [codes.get(name) if name else None for name in kind_names(tool)]


def known_kinds(tool: str, table: ClassTable) -> set[str]:
    """The kinds in ``KINDS`` that the table has a class for."""
    codes = kind_codes(tool, table)
    return {kind for kind, code in zip(KINDS, codes, strict=True) if code is not None}


def role_codes(tool: str, table: ClassTable) -> list[int]:
    """The code of each role; 0, that of nothing, where the table has no class for it."""
    codes = {one.name: one.code for one in table.classes}
    return [codes.get(name, 0) for name in ROLES[tool]]


def claimed(table: str) -> ClassTable:
    """The classes of a table that this generator draws of the street itself.

    It draws no roundabout (``arrow_roundabout``) and no lane for both directions
    (``lane_center``); classes of what stands there are not of the street.
    """
    names = {*ROLES[table][:CENTER], *kind_names(table)}
    return ClassTable(tuple(c for c in TABLES[table].classes if c.name in names))
