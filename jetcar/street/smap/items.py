"""What a StreetMaker map holds: streets and intersections, by their parameters, in mm."""

from __future__ import annotations

from dataclasses import dataclass

from jetcar.street.curves import Pose

STREETS = (
    "Straight",
    "CurveRight",
    "CurveLeft",
    "S_Right",
    "S_Left",
    "Lane_Split_Right",
    "Lane_Union_Right",
    "Lane_Split_Both",
    "Lane_Union_Both",
    "Center_Split",
    "Center_Union",
)
"""Types of streets; the maps of the original project lack S_Left and both Center types."""

RAMPS = ("None", "ExitRamp", "Entrance")

LINES = {
    "None": None,
    "Transparent": None,
    "ShoulderLine": "shoulder",
    "SingleWhiteSolid": "white_solid",
    "SingleWhiteDashed": "white_dashed",
    "SingleYellowSolid": "yellow_solid",
    "SingleYellowDashed": "yellow_dashed",
    "DoubleWhiteSolid": "white_double",
    "DoubleYellowSolid": "yellow_double",
    "DoubleYellowSolidDashed": "yellow_solid_dashed",
    "DoubleYellowDashedSolid": "yellow_dashed_solid",
}
"""The kind of mark of each type of line; None: it is not painted."""

CROSSWALKS = {"None": None, "ParallelLines": "crosswalk_lines", "ZebraStripes": "crosswalk_zebra"}

WAITING = ("None", "YieldLine", "YieldLineText", "StopLine", "StopLineText")

OVERLAYS = {
    "ArrowLeftOnly": "arrow_L",
    "ArrowLeftRight": "arrow_LR",
    "ArrowRightOnly": "arrow_R",
    "ArrowStraightLeft": "arrow_LS",
    "ArrowStraightOnly": "arrow_S",
    "ArrowStraightRight": "arrow_SR",
    "ArrowMergeLeft": "merge_left",
    "ArrowMergeRight": "merge_right",
    "ParkingSign": "parking",
    "ViewPoint": None,
}
"""The kind of mark of each overlay; a view point is no mark."""


@dataclass(frozen=True)
class Overlay:
    """A sign on a lane, or a point to look from.

    Attributes:
        kind: One of ``OVERLAYS``.
        distance: Of its middle from the start of the lane, straight, in mm.
        direction: Of that way, in degrees after the lane's own bearing at its start.
        heading: Of the bearing from its tip to its tail, in degrees likewise.
    """

    kind: str
    distance: float
    direction: float
    heading: float


@dataclass(frozen=True)
class Counts:
    """Lanes of a street: those that lead along it, for both directions, and back."""

    right: int
    center: int
    left: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.right + self.center + self.left


@dataclass(frozen=True)
class Lines:
    """Types of the lines along a street's lanes, from its right to its left."""

    right_border: str
    right_lane: str
    divider: str
    divider2: str
    left_lane: str
    left_border: str


@dataclass(frozen=True)
class Street:
    """A piece of street.

    Attributes:
        kind: One of ``STREETS``; it says which of the other values count.
        counts: Its lanes.
        lines: Their lines.
        length: In mm.
        s_offset: How far an S goes aside, in mm, positive to the right.
        inner_radius: Of the innermost edge of a curve, in mm.
        curve_angle: In degrees, without a sign.
        ramp: One of ``RAMPS``; with ``Straight`` alone.
        ramp_radius: Of the ramp's right edge, in mm.
        ramp_angle: In degrees, without a sign.
        pose: The start of lane 0's middle, in map coordinates, looking along the street.
        overlays: Of each lane.
    """

    kind: str
    counts: Counts
    lines: Lines
    length: float
    s_offset: float
    inner_radius: float
    curve_angle: float
    ramp: str
    ramp_radius: float
    ramp_angle: float
    pose: Pose
    overlays: tuple[tuple[Overlay, ...], ...]

    @property
    def lane_count(self) -> int:
        """Lanes, the ramp's among them."""
        return self.counts.total + (self.ramp != "None")


@dataclass(frozen=True)
class Arm:
    """One arm of an intersection; its right lanes lead in.

    Attributes:
        counts: Its lanes.
        lines: Their lines.
        length: In mm, from its outer end to the square that the streets share.
        crosswalk: One of ``CROSSWALKS``.
        waiting: One of ``WAITING``.
    """

    counts: Counts
    lines: Lines
    length: float
    crosswalk: str
    waiting: str


@dataclass(frozen=True)
class Intersection:
    """A junction of two streets at right angles.

    Attributes:
        arms: Two (the first goes through), three or four, counter-clockwise as they are entered.
        pose: The outer end of lane 0 of arm 0, in map coordinates, looking inwards.
        overlays: Of each lane of each arm, one arm after the other.
    """

    arms: tuple[Arm, ...]
    pose: Pose
    overlays: tuple[tuple[Overlay, ...], ...]

    @property
    def lane_count(self) -> int:
        """Lanes of all arms."""
        return sum(arm.counts.total for arm in self.arms)


Item = Street | Intersection


@dataclass(frozen=True)
class Drawing:
    """A map as its file has it.

    Attributes:
        width: Of the drawing in mm.
        height: Of the drawing in mm.
        items: In the order of the file.
    """

    width: float
    height: float
    items: tuple[Item, ...]
