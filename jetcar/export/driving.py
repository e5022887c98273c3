"""A whole ``jetcar_definitions.py``: the classes, and which of them the car steers by.

The car's program of 2024 takes from that file, beside the classes, the names below. Their values
are those of the program itself for its own classes; where a street has other ones, a class that
is not there has a code that never occurs.
"""

from __future__ import annotations

from jetcar.classes import STREET_MAKER, ClassTable
from jetcar.export.definitions import class_block

OTHER_NAMES = {"lane_driving_dir": "lane_my_dir"}
"""ImageSegmenter's name of a class that the car needs, where StreetMaker has another."""

DEFINITIONS = '''\
"""The classes of the street, and which of them the car steers by.

Written for one network: its codes are the codes of that network.
"""

import enum

# Pixels of the pictures that the network takes; both sides are the same.
IMG_SIZE = {size}
IMG_XC = IMG_YC = IMG_SIZE // 2
IMG_XMAX = IMG_YMAX = IMG_SIZE - 1

{block}

class Side(enum.Enum):
    Left = -1
    Center = 0
    Right = 1


class Direction(enum.Enum):
    Nowhere = 0
    Left = 1
    LeftDiag = 2
    Straight = 3
    RightDiag = 4
    Right = 5


def codes_of(*names):
    return [SegmClass[name].value for name in names]


NOTHING_CODE, = NOTHING_CODES = codes_of("nothing")
LANE_MY_DRIVING_DIR_CODE, = MY_LANE_ONLY_CODES = codes_of("{own}")
LANE_LEFT_TURN_CODE, LANE_RIGHT_TURN_CODE = codes_of("lane_left_turn", "lane_right_turn")
STOP_LINE_CODE, STOP_TEXT_CODE = codes_of("stop_line", "stop_text")
STREET_SIGN_CODES = [STOP_TEXT_CODE]
MY_LANE_CODES = MY_LANE_ONLY_CODES + [LANE_LEFT_TURN_CODE, LANE_RIGHT_TURN_CODE]

# What ends a lane: on a turn, and straight ahead on its left and on its right.
LEFT_TURN_LIMIT_CODES_LEFT = codes_of(
    "white_shoulder_line", "white_solid_line", "white_dashed_line",
    "yellow_solid_line", "yellow_dashed_line", "lane_wrong_dir",
)
LEFT_TURN_LIMIT_CODES_RIGHT = LEFT_TURN_LIMIT_CODES_LEFT
RIGHT_TURN_LIMIT_CODES_LEFT = LEFT_TURN_LIMIT_CODES_LEFT
RIGHT_TURN_LIMIT_CODES_RIGHT = LEFT_TURN_LIMIT_CODES_LEFT
STRAIGHT_LANE_LIMIT_CODES_RIGHT = (
    NOTHING_CODES + LEFT_TURN_LIMIT_CODES_LEFT + [LANE_RIGHT_TURN_CODE]
)
STRAIGHT_LANE_LIMIT_CODES_LEFT = (
    NOTHING_CODES + LEFT_TURN_LIMIT_CODES_LEFT + [LANE_LEFT_TURN_CODE, LANE_RIGHT_TURN_CODE]
)

# Where an arrow lets the car go: left, straight on, right.
DEFINITIONS_DIRECTIONS = [
    (SegmClass[name].value, "L" in ways, "S" in ways, "R" in ways)
    for name, ways in (
        ("arrow_straight", "S"),
        ("arrow_straight_left", "LS"),
        ("arrow_straight_right", "SR"),
        ("arrow_left_only", "L"),
        ("arrow_right_only", "R"),
        ("arrow_left_right", "LR"),
    )
]
STREET_ARROW_CODES = [code for code, _, _, _ in DEFINITIONS_DIRECTIONS]
INTERSECTION_OBJECT_CODES = (
    codes_of("yield_line", "stop_line", "stop_text") + STREET_ARROW_CODES
)


# In the order of Direction: codes to stand on, codes that end them, and the step to look for that
# end, in x and y.
DEFINITIONS_LEFT = [
    (NOTHING_CODES, NOTHING_CODES, 0, 0),
    (MY_LANE_CODES, LEFT_TURN_LIMIT_CODES_LEFT, 0, 1),
    (MY_LANE_ONLY_CODES, LEFT_TURN_LIMIT_CODES_LEFT, -1, 1),
    (MY_LANE_ONLY_CODES, STRAIGHT_LANE_LIMIT_CODES_LEFT, -1, 0),
    (MY_LANE_ONLY_CODES, LEFT_TURN_LIMIT_CODES_LEFT, -1, -1),
    (MY_LANE_CODES, LEFT_TURN_LIMIT_CODES_LEFT, 0, -1),
]
DEFINITIONS_RIGHT = [
    (NOTHING_CODES, NOTHING_CODES, 0, 0),
    (MY_LANE_CODES, LEFT_TURN_LIMIT_CODES_RIGHT, 0, -1),
    (MY_LANE_ONLY_CODES, LEFT_TURN_LIMIT_CODES_RIGHT, 1, 1),
    (MY_LANE_ONLY_CODES, STRAIGHT_LANE_LIMIT_CODES_RIGHT, 1, 0),
    (MY_LANE_ONLY_CODES, LEFT_TURN_LIMIT_CODES_RIGHT, 1, 1),
    (MY_LANE_CODES, LEFT_TURN_LIMIT_CODES_RIGHT, 0, 1),
]
'''


def whole_definitions(table: ClassTable, size: int) -> str:
    """The file, for a car that has the program's own rules.

    Args:
        table: The classes of the network.
        size: Pixels of a side of its pictures.
    """
    names = [c.name for c in STREET_MAKER.classes]
    present = {c.name for c in table.classes}
    own = "lane_driving_dir"
    if own not in present and OTHER_NAMES[own] in present:
        own = OTHER_NAMES[own]
    return DEFINITIONS.format(size=size, block=class_block(table, names), own=own)
