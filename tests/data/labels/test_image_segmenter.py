"""Recordings and polygons of ImageSegmenter: masks by hand, classes, and what is refused."""

import numpy as np
import pytest

from jetcar.classes import IMAGE_SEGMENTER
from jetcar.data.labels.class_codes import Choices
from jetcar.data.labels.outlines import outlines
from jetcar.data.source.fetch import convert_source, fetch
from jetcar.errors import UserError

N = "nothing"

# In a picture of 5 x 5 pixels 0 is the middle of the first pixel and 1 that of the last, so that
# 0.25 is the middle of the second. Left and upper edges count, right and lower ones do not.
SQUARE = [(0.25, 0.25), (0.75, 0.25), (0.75, 0.75), (0.25, 0.75)]
WHOLE = [(-0.01, -0.01), (1.01, -0.01), (1.01, 1.01), (-0.01, 1.01)]

MINE = ("lane_my_dir", 5, 3, "FF00FF00")
WRONG = ("lane_wrong_dir", 6, 0, "FF8A0000")
NOTHING = ("nothing", 0, 10, "FF000000")


def numbered(points):
    return [f'<point idx="{i}" x="{x:.7f}" y="{y:.7f}" />' for i, (x, y) in enumerate(points)]


def shape(kind, points):
    name, number, order, color = kind
    rows = "".join(numbered(points))
    return (
        f"<item><id>{number}</id><name>{name}</name><draw_order>{order}</draw_order>"
        f"<draw_color>{color}</draw_color><polygon>{rows}</polygon></item>"
    )


def info(name, *shapes, width=5, height=5, tag="processed_image_filename"):
    return (
        f'<?xml version="1.0"?>\n<annotation><file><{tag}>{name}</{tag}></file>'
        f"<size><width>{width}</width><height>{height}</height><depth>3</depth></size>"
        f"<steering_angle><item><name>left</name></item></steering_angle>"
        f"<object>{''.join(shapes)}</object></annotation>"
    )


def session(*names):
    items = "".join(f"<item>{name}</item>" for name in names)
    return (
        f"<session><current_image_idx>0</current_image_idx>"
        f"<processed_files>{items}</processed_files></session>"
    )


def settings(*kinds):
    items = "".join(
        f'<item id="{number}" draw_order="{order}" draw_color="{color}">{name}</item>'
        for name, number, order, color in kinds
    )
    return f"<settings><segm_class_defs>{items}</segm_class_defs></settings>"


def label(export, name, *shapes, around="", size=(5, 5), **more):
    """A picture that is done."""
    width, height = size
    export.picture(f"{around}Recording/{name}.jpg", width, height)
    text = info(name, *shapes, width=width, height=height, **more)
    export.text(f"{around}Session/Info/{name}.xml", text)


@pytest.fixture
def one(export):
    """A session with one picture, a square of my lane in its middle."""
    export.text("Session/SessionInfo.xml", session("Image_000"))
    label(export, "Image_000", shape(MINE, SQUARE))
    return export


def test_a_polygon_covers_the_pixels_whose_middles_it_holds(one):
    made = one.convert()
    mine = [N, "lane_my_dir", "lane_my_dir", N, N]
    assert made.named("Image_000") == [[N] * 5, mine, mine, [N] * 5, [N] * 5]


def test_a_polygon_is_the_same_in_pictures_of_all_sizes(export):
    export.text("Session/SessionInfo.xml", session("a"))
    half = [(0, 0), (0.5, 0), (0.5, 1), (0, 1)]
    label(export, "a", shape(MINE, half), size=(9, 3))
    made = export.convert()
    # 0.5 is the middle of pixel 4 of 9, which is a right edge, as 1 is a lower one.
    assert made.named("a") == [["lane_my_dir"] * 4 + [N] * 5] * 2 + [[N] * 9]


def test_the_draw_order_of_a_class_counts_before_the_order_of_the_file(export):
    export.text("Session/SessionInfo.xml", session("a", "b"))
    label(export, "a", shape(MINE, SQUARE), shape(WRONG, WHOLE))  # 3 lies over 0
    label(export, "b", shape(NOTHING, SQUARE), shape(MINE, WHOLE))  # and 10 over all
    made = export.convert()
    assert made.named("a")[1] == ["lane_wrong_dir", *["lane_my_dir"] * 2, *["lane_wrong_dir"] * 2]
    assert made.named("b")[1] == ["lane_my_dir", N, N, "lane_my_dir", "lane_my_dir"]


def test_points_go_by_their_number(one):
    path = one.folder / "Session/Info/Image_000.xml"
    text = path.read_text("utf-8")
    rows = numbered(SQUARE)
    assert "".join(rows) in text
    before = one.convert().masks["Image_000"]
    path.write_text(text.replace("".join(rows), "".join(rows[::-1])), "utf-8")
    assert (one.convert().masks["Image_000"] == before).all()
    crossed = [rows[i] for i in (0, 2, 1, 3)]
    path.write_text(text.replace("".join(rows), "".join(crossed)), "utf-8")
    assert (one.convert().masks["Image_000"] == before).all()


def test_a_mask_becomes_polygons_and_the_same_mask_again(export):
    rng = np.random.default_rng(0)
    export.text("Session/SessionInfo.xml", session("a"))
    shapes, height, width = [], 12, 17
    mask = np.kron(rng.random((4, 6)) < 0.6, np.ones((3, 3)))[:height, :width] > 0
    for rings in outlines(mask, 0):
        outer, *holes = [(ring - 0.5) / (width - 1, height - 1) for ring in rings]
        shapes += [shape(MINE, outer), *(shape(NOTHING, hole) for hole in holes)]
    label(export, "a", *shapes, size=(width, height))
    assert ((export.convert().masks["a"] == 5) == mask).all()
    assert mask.any()
    assert not mask.all()


def test_only_pictures_that_are_done_are_taken(one):
    one.picture("Recording/Image_001.jpg", 5, 5)
    label(one, "Image_002", shape(MINE, WHOLE))  # there, and not in the list
    assert list(one.convert().masks) == ["Image_000"]


def test_the_22_classes_are_taken_where_names_and_numbers_are_theirs_and_that_is_told(one, caplog):
    made = one.convert()
    assert made.table == IMAGE_SEGMENTER
    assert "its classes are taken for the 22 of ImageSegmenter" in caplog.text


def test_other_classes_have_the_numbers_and_colours_of_their_polygons(export):
    export.text("Session/SessionInfo.xml", session("a"))
    label(export, "a", shape(("lane_driving_dir", 7, 4, "FF00FF01"), SQUARE))
    made = export.convert()
    rows = [(c.code, c.name, c.color) for c in made.table.classes]
    assert rows == [(0, N, (0, 0, 0)), (7, "lane_driving_dir", (0, 255, 1))]


def test_the_settings_say_the_classes_and_their_order_by_name(one):
    # The list has changed since the picture was labelled: my lane was 5, and was over the other.
    below = ("lane_my_dir", 1, 2, "FF112233")
    above = ("lane_wrong_dir", 2, 9, "FF445566")
    one.text("ImageSegmenter.Cfg", settings(NOTHING, below, above))
    new = shape(("new", 2, 12, "FF000001"), SQUARE[:3])
    label(one, "Image_000", shape(WRONG, SQUARE), shape(MINE, WHOLE), new)
    made = one.convert()
    assert made.names == [N, "lane_my_dir", "lane_wrong_dir", "new"]
    row = made.named("Image_000")[1]
    assert row == ["lane_my_dir", "new", "new", "lane_my_dir", "lane_my_dir"]
    assert made.named("Image_000")[2][1] == "lane_wrong_dir"


def test_files_that_do_not_agree_on_numbers_are_told_and_go_by_name(export, caplog):
    export.text("Session/SessionInfo.xml", session("a", "b"))
    label(export, "a", shape(("road", 1, 1, "FF000001"), WHOLE))
    label(export, "b", shape(("grass", 1, 1, "FF000002"), WHOLE))
    made = export.convert()
    assert sorted(made.names) == ["grass", N, "road"]
    assert "do not agree on the numbers of classes" in caplog.text


def test_several_sessions_take_the_pictures_beside_them(export):
    for around, kind in (("monday/", MINE), ("tuesday/", WRONG)):
        export.text(f"{around}Session/SessionInfo.xml", session("Image_000"))
        label(export, "Image_000", shape(kind, WHOLE), around=around)
    made = export.convert()
    assert made.masks["monday_Recording_Image_000"].tolist() == [[5] * 5] * 5
    assert made.masks["tuesday_Recording_Image_000"].tolist() == [[6] * 5] * 5


def test_old_files_commas_and_the_case_of_windows_are_read(export):
    export.text("session/sessioninfo.xml", session("IMAGE_000"))
    export.picture("recording/Image_000.JPG", 5, 5)
    text = info("image_000", shape(MINE, WHOLE), tag="image_filename").replace("1.0100000", "1,01")
    export.text("session/info/image_000.xml", "\N{ZERO WIDTH NO-BREAK SPACE}" + text)
    assert (export.convert().masks["Image_000"] == 5).all()


def test_a_zip_of_a_session_is_a_source_with_its_settings(one, draw, tmp_path):
    one.text("ImageSegmenter.Cfg", settings(NOTHING, ("lane_my_dir", 3, 2, "FF112233")))
    path = draw.zip(one.folder, tmp_path / "session.zip", "")
    made = fetch(str(path), tmp_path / "cache", choices=Choices())
    assert [p.name for p in made.glob("Img/Train/*")] == ["Image_000.jpg"]
    assert "lane_my_dir = 3" in (made / "JetCar_Classes.txt").read_text("utf-8")


def change(old, new, file="Session/Info/Image_000.xml"):
    def write(export):
        path = export.folder / file
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new), "utf-8")

    return write


LIST = "Session/SessionInfo.xml"

MALFORMED = {
    "a list that is cut off": (
        change("</session>", "", LIST),
        r"SessionInfo\.xml: it is not a whole file of ImageSegmenter \(.*\)\. Open it in Image",
    ),
    "polygons that are cut off": (change("</object>", ""), r"Image_000\.xml: it is not a whole"),
    "entities": (
        change("<annotation>", '<!DOCTYPE a [<!ENTITY b "c">]><annotation>'),
        "it has definitions of its own",
    ),
    "another XML": (change("annotation>", "drawing>"), "it begins with drawing and not with anno"),
    "no list": (change("processed_files", "done", LIST), "it has no processed_files"),
    "a path in the list": (
        change("Image_000", "../../secret", LIST),
        r"lists the picture '\.\./\.\./secret', which is no file name",
    ),
    "a path of Windows in the list": (
        change("Image_000", r"C:\x\secret", LIST),
        "which is no file name",
    ),
    "a picture without polygons": (
        lambda e: (e.folder / "Session/Info/Image_000.xml").unlink(),
        r"lists Image_000 as done, and Info/Image_000\.xml is not beside it",
    ),
    "polygons of another picture": (
        change(">Image_000<", ">Image_001<"),
        "it is said to be of Image_000, and is of Image_001",
    ),
    "polygons of no picture": (change("image_filename", "name"), "and is of no picture"),
    "a missing picture": (
        lambda e: (e.folder / "Recording/Image_000.jpg").unlink(),
        r"picture Image_000 of .*SessionInfo\.xml is not there\. Put the folder Recording beside",
    ),
    "two pictures of a name": (
        lambda e: e.picture("Recording/old/Image_000.png", 5, 5),
        r"so are called Recording/Image_000\.jpg and Recording/old/Image_000\.png\. Rename one",
    ),
    "another size": (
        change("<width>5<", "<width>6<"),
        r"is 5 x 5 pixels, but its labels are of a picture of 6 x 5",
    ),
    "an endless size": (
        change("<width>5</width><height>5<", "<width>99999</width><height>99999<"),
        "it says that the picture has 99999 x 99999 pixels",
    ),
    "no polygon": (change("polygon>", "line>"), "it has no polygon"),
    "two corners": (
        lambda e: label(e, "Image_000", shape(MINE, SQUARE[:2])),
        "a shape has 2 points, and needs 3",
    ),
    "no corner": (
        lambda e: label(e, "Image_000", shape(MINE, [])),
        "a shape has 0 points, and needs 3",
    ),
    "a corner outside": (
        change('x="0.7500000"', 'x="7.5"'),
        r"a point lies outside its picture, at 7\.5, 0\.\d+, where inside is 0 to 1",
    ),
    "a corner that is no number": (
        change('x="0.7500000"', 'x="right"'),
        "x of a point is 'right', not a number",
    ),
    "a corner that is none": (change('x="0.7500000"', 'x="nan"'), "x of a point is nan, not a"),
    "a corner without a number": (change('idx="1" ', ""), "idx of a point is '', not a number"),
    "a number twice": (change('idx="1"', 'idx="2"'), "two points of a polygon have the same idx"),
    "a class without a name": (change("lane_my_dir", " "), "a shape has the label"),
    "a class without an order": (change("draw_order", "order"), "it has no draw_order"),
    "half an id": (change("<id>5<", "<id>5.5<"), r"id is 5\.5, not a whole number"),
    "no colour": (change("FF00FF00", "green"), "'green' is no colour"),
    "settings that are none": (
        lambda e: e.text("ImageSegmenter.Cfg", "<settings />"),
        r"ImageSegmenter\.Cfg: it has no segm_class_defs",
    ),
}


@pytest.mark.parametrize("what", MALFORMED)
def test_what_is_wrong_is_told_and_nothing_is_written(one, tmp_path, what):
    write, told = MALFORMED[what]
    write(one)
    one.draw.image(tmp_path / "secret.jpg", size=(5, 5))  # what paths that lead out would find
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(UserError, match=told):
        convert_source(str(one.folder), tmp_path / "data", Choices(), tmp_path / "out")
    assert sorted(tmp_path.rglob("*")) == before
