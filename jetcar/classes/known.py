"""The class tables of the JetCar tools."""

from __future__ import annotations

from jetcar.classes.table import ClassTable, SegmClass, to_rgb


def _table(text: str) -> ClassTable:
    """A table from ``name RRGGBB`` words; codes count up from 0."""
    words = text.split()
    pairs = zip(words[::2], words[1::2], strict=True)
    return ClassTable(
        tuple(SegmClass(i, name, to_rgb(hex_)) for i, (name, hex_) in enumerate(pairs))
    )


IMAGE_SEGMENTER = _table(
    """
    nothing 000000 white_solid_line E70E13 white_dashed_line F7660F yellow_solid_line BE1EFB
    yellow_dashed_line A25EFD lane_my_dir 00FF00 lane_wrong_dir 8A0000 lane_left_turn 8BB803
    lane_right_turn 008040 yield_sign FF8000 stop_sign FF0000 wait_line 00A6A6
    arrow_straight D7AC00 arrow_straight_left DF6862 arrow_straight_right C00080
    arrow_left_straight_right C080C0 arrow_left_only 82BF00 arrow_right_only 00C080
    arrow_left_right 800080 arrow_roundabout 00C100 merge_left FF4000 lane_limit D7D700
    """
)
STREET_MAKER = _table(
    """
    nothing 000000 white_shoulder_line 059FDA white_solid_line 02C8F2 white_dashed_line 10F5C1
    white_double_line 5FFCA6 yellow_solid_line F5F023 yellow_dashed_line E1D579
    yellow_double_line D0CE8A yellow_solid_dashed_line 88E278 yellow_dashed_solid_line E1BD79
    lane_limit_line D7D700 lane_driving_dir 00FF00 lane_wrong_dir 8A0000 lane_left_turn 8BB803
    lane_right_turn 008040 lane_center 255A3A yield_line FF8000 yield_text D75C28
    stop_line FF0000 stop_text CE0000 crosswalk_lines 7A057A crosswalk_zebra C03FC0
    arrow_straight D7AC00 arrow_straight_left DF6862 arrow_straight_right C00080
    arrow_left_only 82BF00 arrow_right_only 00C080 arrow_left_right 800080 merge_left 00C100
    merge_right FF4000 parking_sign 735AA5
    """
)
CAR = _table(
    """
    nothing 000000 white_shoulder_line 059FDA yellow_solid_line F5F023 yellow_dashed_line E1D579
    yellow_double_line D0CE8A lane_driving_dir 00FF00 lane_wrong_dir 8A0000
    lane_left_turn 8BB803 lane_right_turn 008040 yield_line FF8000 stop_line FF0000
    stop_text CE0000 arrow_straight D7AC00 arrow_straight_left DF6862
    arrow_straight_right C00080 arrow_left_only 82BF00 arrow_right_only 00C080
    arrow_left_right 800080 parking_sign 735AA5
    """
)
SCENE = _table(
    """
    background 000000 car 0000FF road 804080 lights FAAA1E line F0F0F0 sign DCDC00
    person DC143C cone FF8000 obstacle 46A0B4
    """
)
"""A street in the words of other data sets, and what stands on it.

The codes of what lies beside each other differ by more than one: the thin strip of road between a
line and the background would look like the edge of a mask that was smoothed (``audit.look``).
"""

ROAD = ClassTable(tuple(c for c in SCENE.classes if c.name in ("background", "road", "line")))
"""The same without what stands on it."""

KNOWN = {"imagesegmenter": IMAGE_SEGMENTER, "streetmaker": STREET_MAKER, "car": CAR}
"""Tables that ``data.classes`` can name."""

TABLES = {
    "imagesegmenter": IMAGE_SEGMENTER,
    "streetmaker": STREET_MAKER,
    "road": ROAD,
    "scene": SCENE,
}
"""Tables that the built-in street can draw (``street.classes``)."""
