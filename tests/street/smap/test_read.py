"""A map's file is taken apart with distrust: each mistake is one sentence that names its place."""

from __future__ import annotations

import math
import os

import pytest

from jetcar.errors import UserError
from jetcar.street.smap import read
from jetcar.street.smap.smap import load_map
from tests.street.smap.conftest import arm, document, intersection, oval, street

WHOLE = document(oval())

BOMB = '<!DOCTYPE a [<!ENTITY a "{}">]><annotation><identifier>&a;</identifier></annotation>'

MALFORMED = {
    "is cut off": (WHOLE[:1500], "is not a whole map of StreetMaker"),
    "is empty": ("", r"is not a whole map of StreetMaker \(no element found"),
    "is no XML": ("PNG", "is not a whole map of StreetMaker"),
    "has entities without end": (BOMB.format("&a;" * 9), "it has definitions of its own"),
    "opens another file": (
        '<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/passwd">]><annotation>&a;</annotation>',
        "it has definitions of its own",
    ),
    "is another XML": ("<settings/>", "does not begin with the identifier 'StreetMaker StreetMap'"),
    "is of another program": (
        WHOLE.replace("StreetMaker StreetMap", "StreetMaker AppSettings"),
        "does not begin with the identifier",
    ),
    "has no size": (WHOLE.replace("size>", "sizes>"), "it has no size"),
    "is a huge drawing": (
        document(oval(), width=20_000, height=19_000),
        "is a drawing of 20000 x 19000 mm, more than can be drawn",
    ),
    "has an endless size": (
        document(oval(), width=math.inf),
        "drawing_width inf, which is not from 1 to 20000",
    ),
    "has no object": (WHOLE.replace("object>", "objects>"), "it has no object"),
    "has no street": (document([]), "it has no street"),
    "has an unknown element": (
        document([*oval(), "<item><element_type>tunnel</element_type></item>"]),
        "item 4 has the element_type 'tunnel', which is none that is known",
    ),
    "has an unknown street": (
        document([street("Spiral", 0, 0, 0)]),
        "item 0 has the street_type 'Spiral'",
    ),
    "has an unknown line": (
        document([street("Straight", 0, 0, 0, divider_line="Red")]),
        "item 0 has the divider_line 'Red'",
    ),
    "has an unknown sign": (
        document([street("Straight", 0, 0, 0, [[("Cow", 1, 90, -90)]])]),
        "item 0 has the overlay_type 'Cow'",
    ),
    "lacks a tag": (
        document(oval()).replace("<length>600</length>", "", 1),
        "item 0 has no length",
    ),
    "has a word for a number": (
        document([street("Straight", 0, 0, 0, length="long")]),
        "item 0 has the length 'long', which is no number",
    ),
    "has a number that is none": (
        document([street("Straight", 0, 0, 0, length="nan")]),
        "item 0 has the length nan, which is not from 1 to 20000",
    ),
    "has an endless street": (
        document([street("Straight", 0, 0, 0, length=1e9)]),
        r"item 0 has the length 1e\+09, which is not from 1 to 20000",
    ),
    "lies far away": (
        document([street("Straight", 1e7, 0, 0)]),
        r"item 0 has the location_x 1e\+07",
    ),
    "reaches far out": (
        document([street("Straight", -19000, -19000, 0)]),
        "its streets reach out of the drawing, over 20800 x 20520 mm",
    ),
    "has a curve without an angle": (
        document([street("CurveLeft", 0, 0, 0, curve_angle=0)]),
        "item 0 has the curve_angle 0",
    ),
    "has half a lane": (
        document([street("Straight", 0, 0, 0, lane_count_right=1.5)]),
        "item 0 has the lane_count_right 1.5, and only whole lanes",
    ),
    "has four lanes": (
        document([street("Straight", 0, 0, 0, lane_count_left=4)]),
        "lane_count_left 4, which is not from 0 to 3",
    ),
    "has no lane": (
        document([street("Straight", 0, 0, 0, lane_count_right=0, lane_count_left=0)]),
        "item 0 is a street without a lane for one direction",
    ),
    "has a ramp at a curve": (
        document([street("CurveLeft", 0, 0, 0, ramp_type="ExitRamp")]),
        "item 0 has the ramp ExitRamp, which only a Straight with a right lane can have",
    ),
    "splits its only lane": (
        document([street("Lane_Split_Right", 0, 0, 0)]),
        "item 0 is Lane_Split_Right with 1 right and 1 left lanes, of which it needs two",
    ),
    "has an intersection of one street": (
        document([intersection([arm()], 0, 0, 0)]),
        "item 0 is an intersection of 1 streets; 2, 3 or 4 can be drawn",
    ),
    "has an unknown crosswalk": (
        document([intersection([arm(crosswalk="Bridge"), arm()], 0, 0, 0)]),
        "item 0 has the crosswalk 'Bridge'",
    ),
    "nearly meets": (
        document(oval(street("Straight", 600, 401, 0, length=600))),
        r"4 ends of lanes nearly meet another, first item 0 lane 0 at 600, 401 mm, 1\.00 mm from "
        r"item 3 lane 0 at 600, 400 mm\. Join them in StreetMaker",
    ),
}


@pytest.mark.parametrize(("content", "sentence"), MALFORMED.values(), ids=list(MALFORMED))
def test_a_map_that_cannot_be_drawn_is_one_sentence(save, content, sentence):
    path = save(content)
    with pytest.raises(UserError, match=sentence) as error:
        load_map(path)
    assert str(error.value).startswith(path)
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 400


def test_a_place_that_holds_no_file_is_named(tmp_path):
    for path in (tmp_path, tmp_path / "none.smap"):
        with pytest.raises(UserError, match=r"is no file\. Name a map of StreetMaker"):
            load_map(str(path))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="a pipe in a folder is of POSIX")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "endless.smap")
    with pytest.raises(UserError, match="is no file"):
        load_map(str(tmp_path / "endless.smap"))


def test_a_file_too_large_for_a_map_is_not_read_to_its_end(save, monkeypatch):
    monkeypatch.setattr(read, "MOST_BYTES", 1000)
    with pytest.raises(UserError, match="so it is no map of StreetMaker"):
        load_map(save(WHOLE))


def test_so_many_items_are_refused(save, monkeypatch):
    monkeypatch.setattr(read, "MOST_ITEMS", 3)
    with pytest.raises(UserError, match="it has 4 items, and 3 can be read"):
        load_map(save(WHOLE))


def test_line_ends_and_commas_of_windows_make_no_difference(save):
    # German Windows writes 600,5 for 600.5.
    plain = document(oval(street("Straight", 600, 400, 0, length=600.0)))
    windows = plain.replace("<length>600.0<", "<length>600,0<").replace("><", ">\r\n<")
    assert "600,0" in windows
    one, other = load_map(save(plain)), load_map(save(windows))
    assert one.drawing == other.drawing
    assert len(other.joints.joined) == 16


def test_a_list_of_lanes_may_be_missing_or_of_another_length(load):
    arrow = ("ArrowStraightOnly", 150, 90, -90)
    items = oval(street("Straight", 600, 400, 0, [[arrow]], length=600))
    assert [len(lane) for lane in load(items).drawing.items[0].overlays] == [1, 0]
    without = [item.replace("<lane></lane>", "") for item in items]
    assert load(without).drawing.items[1].overlays == ((), ())
