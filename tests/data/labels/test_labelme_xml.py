"""LabelMe of the web: outlines, masks in files of their own, and what somebody has deleted."""

import numpy as np
import pytest

from jetcar.data.labels.class_codes import Choices
from jetcar.data.source.fetch import convert_source
from jetcar.errors import UserError

SIZE = "<imagesize><nrows>3</nrows><ncols>4</ncols></imagesize>"


def outline(name, *corners, more=""):
    points = "".join(f"<pt><x>{x}</x><y>{y}</y></pt>" for x, y in corners)
    return f"<object><name>{name}</name>{more}<polygon>{points}</polygon></object>"


def covered(name, mask):
    return f"<object><name>{name}</name><segm><mask>{mask}</mask></segm></object>"


def annotated(export, *objects, size=SIZE, file="a.png", folder="set"):
    export.picture("Images/set/a.png")
    head = f"<filename>{file}</filename><folder>{folder}</folder>"
    text = f"<annotation>{head}{''.join(objects)}{size}</annotation>"
    return export.text("Annotations/set/a.xml", text)


LEFT = ((0, 0), (2, 0), (2, 3), (0, 3))
TOP = ((0, 0), (4, 0), (4, 1), (0, 1))


@pytest.mark.parametrize("size", [SIZE, ""])
def test_later_outlines_lie_over_earlier_ones(export, size):
    annotated(export, outline("\nroad\n", *LEFT), outline("car", *TOP), size=size)
    made = export.convert()
    assert made.names == ["nothing", "road", "car"]
    assert made.masks["a"].tolist() == [[2, 2, 2, 2], [1, 1, 0, 0], [1, 1, 0, 0]]


def test_masks_cover_what_is_not_transparent(export):
    annotated(export, outline("road", *LEFT), covered("car", "a_mask_1.png"))
    rgba = np.zeros((3, 4, 4), np.uint8)
    rgba[1:, 1:3] = (9, 9, 9, 40)
    export.mask("Masks/set/a_mask_1.png", rgba)
    assert export.convert().named("a") == [
        ["road", "road", "nothing", "nothing"],
        ["road", "car", "car", "nothing"],
        ["road", "car", "car", "nothing"],
    ]


def test_what_was_deleted_is_left_out(export):
    gone = outline("car", *TOP, more="<deleted>1</deleted>")
    annotated(export, outline("road", *LEFT, more="<deleted>0</deleted>"), gone)
    assert export.convert().names == ["nothing", "road"]


def narrow(export):
    annotated(export, covered("car", "m.png"))
    export.mask("Masks/set/m.png", [[1, 1]])


MALFORMED = {
    "cut off": (
        lambda e: (e.text("a.xml", f"<annotation>{outline('car', *TOP)}"), e.picture("a.png")),
        r"a\.xml is not a whole XML file of LabelMe",
    ),
    "two corners": (
        lambda e: annotated(e, outline("car", *TOP[:2])),
        r"a\.xml: a shape has 2 points, and needs 3\. Correct it, or move it out",
    ),
    "a corner that is none": (
        lambda e: annotated(e, outline("car", *TOP[:3], ("x", 1))),
        r"a\.xml: x is x, not a number",
    ),
    "a corner that is missing": (
        lambda e: annotated(e, outline("car", *TOP[:3], ("", 1))),
        r"a\.xml: a shape has points that are not pairs of numbers|not a number of pixels",
    ),
    "outside": (
        lambda e: annotated(e, outline("car", (9, 9), (10, 9), (9, 10))),
        r"a shape lies outside its picture of 4 x 3 pixels",
    ),
    "no name": (lambda e: annotated(e, outline("", *TOP)), r"the label , which is no name"),
    "a picture that is not there": (
        lambda e: annotated(e, outline("car", *TOP), file="b.png"),
        r"names the picture set/b\.png, which is not there",
    ),
    "a path that leads out": (
        lambda e: annotated(e, outline("car", *TOP), file="secret.png", folder="../../.."),
        r"lies outside the folder of the data set and is not opened",
    ),
    "a mask that is not there": (
        lambda e: annotated(e, covered("car", "m.png")),
        r"names the picture m\.png, which is not there",
    ),
    "a mask of another size": (narrow, r"the mask m\.png is not as large as its picture"),
    "definitions": (
        lambda e: (
            annotated(e, outline("car", *TOP)),
            e.text("z.xml", "<!DOCTYPE x [<!ENTITY a 'b'>]><annotation/>"),
        ),
        r"it has definitions of its own, which LabelMe does not write",
    ),
}


@pytest.mark.parametrize("what", MALFORMED)
def test_what_is_wrong_is_told_and_nothing_is_written(export, tmp_path, what):
    write, told = MALFORMED[what]
    write(export)
    export.draw.image(tmp_path / "secret.png", size=(3, 4))
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(UserError, match=told):
        convert_source(str(export.folder), tmp_path / "data", Choices(), tmp_path / "out")
    assert sorted(tmp_path.rglob("*")) == before
