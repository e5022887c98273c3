"""The class block, alone and in the car's own file."""

import enum

import pytest

from jetcar.classes import CAR, IMAGE_SEGMENTER, ClassTable, SegmClass
from jetcar.errors import UserError
from jetcar.export.definitions import class_block, replaced_definitions
from jetcar.export.driving import whole_definitions

ODD = ClassTable(
    tuple(
        SegmClass(code, name, (0, 0, 0))
        for code, name in enumerate(["traffic light", "traffic_light", "2nd lane", "class", "Weg"])
    )
)

THEIRS = """\
# the car's own
IMG_SIZE = 224

# Scene Parsing has N classes including nothing=0
N_CLASSES = 2

# Definition of all segmentation class names and values
class SegmClass(enum.Enum):
\tnothing = 0
\tmy_lane = 1
\tlane_driving_dir = 2
\t#Unused:
\tsea = 100

\tlake = 101

# rules
#OLD = [SegmClass.my_lane.value]
LANES = [SegmClass.lane_driving_dir.value, SegmClass.my_lane.value, SegmClass.sea.value]
SPEED = 3
"""


def run(text):
    names = {"enum": enum}
    exec(compile(text, "jetcar_definitions.py", "exec"), names)
    return names


def codes(names):
    return {one.name: one.value for one in names["SegmClass"]}


def test_every_class_has_its_code_and_unused_ones_have_codes_from_100():
    names = run(class_block(CAR, ["nothing", "crosswalk", "crosswalk"]))
    assert names["N_CLASSES"] == 19
    assert codes(names) == {**{c.name: c.code for c in CAR.classes}, "crosswalk": 100}


def test_names_that_python_does_not_take_are_changed_and_told():
    block = class_block(ODD, [])
    assert codes(run(block)) == {
        "traffic_light": 0,
        "traffic_light_1": 1,
        "class_2nd_lane": 2,
        "class_class": 3,
        "Weg": 4,
    }
    assert "\ttraffic_light = 0  # traffic light\n" in block


def test_unused_codes_begin_behind_the_last_class():
    table = ClassTable((SegmClass(120, "far", (0, 0, 0)),))
    assert codes(run(class_block(table, ["x"]))) == {"far": 120, "x": 121}


def test_the_whole_file_has_the_values_that_the_car_drives_by():
    names = run(whole_definitions(CAR, 224))
    turn = [1, 100, 101, 2, 3, 6]  # the white and yellow lines, 100 and 101 are not in this street
    wanted = {
        **{"IMG_SIZE": 224, "IMG_XC": 112, "IMG_YC": 112, "IMG_XMAX": 223, "IMG_YMAX": 223},
        **{"NOTHING_CODE": 0, "LANE_MY_DRIVING_DIR_CODE": 5, "LANE_LEFT_TURN_CODE": 7},
        **{"LANE_RIGHT_TURN_CODE": 8, "STOP_LINE_CODE": 10, "STOP_TEXT_CODE": 11},
        **{"MY_LANE_ONLY_CODES": [5], "MY_LANE_CODES": [5, 7, 8], "STREET_SIGN_CODES": [11]},
        **{"LEFT_TURN_LIMIT_CODES_LEFT": turn, "RIGHT_TURN_LIMIT_CODES_RIGHT": turn},
        "STRAIGHT_LANE_LIMIT_CODES_LEFT": [0, *turn, 7, 8],
        "STRAIGHT_LANE_LIMIT_CODES_RIGHT": [0, *turn, 8],
        "STREET_ARROW_CODES": [12, 13, 14, 15, 16, 17],
        "INTERSECTION_OBJECT_CODES": [9, 10, 11, 12, 13, 14, 15, 16, 17],
    }
    assert {name: names[name] for name in wanted} == wanted
    assert names["DEFINITIONS_DIRECTIONS"][1:3] == [
        (13, True, True, False),
        (14, False, True, True),
    ]
    assert names["DEFINITIONS_LEFT"][3] == ([5], [0, *turn, 7, 8], -1, 0)
    assert names["DEFINITIONS_RIGHT"][5] == ([5, 7, 8], turn, 0, 1)
    assert names["Direction"].Right.value == 5
    assert names["Side"].Left.value == -1


def test_the_cars_own_lane_is_found_under_the_name_of_imagesegmenter():
    assert run(whole_definitions(IMAGE_SEGMENTER, 224))["MY_LANE_ONLY_CODES"] == [5]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_in_the_cars_own_file_only_the_classes_change(tmp_path, newline):
    path = tmp_path / "jetcar_definitions.py"
    path.write_bytes(THEIRS.replace("\n", newline).encode())
    text, lost = replaced_definitions(CAR, path)
    names = run(text)
    assert names["N_CLASSES"] == 19
    assert {"sea", "lake", "my_lane", "white_solid_line"} <= codes(names).keys()
    assert names["LANES"] == [5, names["SegmClass"].my_lane.value, names["SegmClass"].sea.value]
    assert names["SegmClass"].my_lane.value >= 100
    assert lost == ["my_lane"]  # used by a rule, once with a code; sea never had one
    assert text.startswith("# the car's own\nIMG_SIZE = 224\n\n# Scene")
    assert text.endswith(THEIRS[THEIRS.index("\n# rules") :])


def test_its_own_result_can_be_given_again(tmp_path):
    path = tmp_path / "jetcar_definitions.py"
    path.write_text(THEIRS, encoding="utf-8")
    text, _ = replaced_definitions(CAR, path)
    path.write_text(text, encoding="utf-8")
    again, lost = replaced_definitions(CAR, path)
    assert again == text
    assert lost == []


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(UserError, match=r"definitions=.*none\.py is not a file\. Copy jetcar_def"):
        replaced_definitions(CAR, tmp_path / "none.py")


def test_a_file_without_classes_is_refused(tmp_path):
    (tmp_path / "other.py").write_text("N_CLASSES = 3\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"other\.py has no N_CLASSES = \.\.\. with a class Segm"):
        replaced_definitions(CAR, tmp_path / "other.py")
