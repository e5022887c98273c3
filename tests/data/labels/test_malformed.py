"""What is wrong with an export is told in a sentence; nothing is written or opened elsewhere."""

import json

import numpy as np
import pytest
from PIL import Image

from jetcar.data.labels.class_codes import Choices
from jetcar.data.labels.rle import pack_label_studio
from jetcar.data.source.fetch import convert_source
from jetcar.errors import UserError
from tests.data.labels.test_masks import voc
from tests.data.labels.test_shapes import (
    FLAT,
    PERCENT,
    POLYGON,
    SQUARE,
    coco,
    cvat,
    sly,
    studio,
    supervisely,
)

CAR = ("car", SQUARE, "polygon")


def annotated(**more):
    return {"category_id": 3, "segmentation": [FLAT], **more}


def labelme_with(export, **more):
    """A labelme file whose only shape has these values."""
    path = export.labelme("a", CAR)
    content = json.loads(path.read_text("utf-8"))
    content["shapes"][0] |= more
    path.write_text(json.dumps(content), "utf-8")


def cut(path):
    text = path.read_bytes()
    path.write_bytes(text[: len(text) * 2 // 3])


def pair(export, mask, table="code,name,color\n0,a,000000\n1,b,FF0000\n"):
    export.picture("images/a.jpg", 2, 1)
    mask(export.folder / "masks/a.png")
    export.text("classes.csv", table)


def saved(array, mode=None):
    def save(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.array(array, np.uint8), mode).save(path)

    return save


def said_by_studio(**value):
    return {"type": "polygonlabels", "value": {"points": PERCENT, "polygonlabels": ["car"]} | value}


MALFORMED = {
    # labelme
    "truncated JSON": (
        lambda e: cut(e.labelme("a", CAR)),
        r"a\.json is not whole JSON \(.*\)\. Export or copy it again",
    ),
    "an empty JSON": (
        lambda e: (e.labelme("a", CAR), e.text("b.json", "")),
        r"b\.json is not whole JSON \(it is empty\)",
    ),
    "a missing picture": (
        lambda e: e.labelme("a", CAR, picture=False),
        r"a\.json names the picture a\.png, which is not there\. Put it beside",
    ),
    "an absolute path of Windows": (
        lambda e: e.labelme("a", CAR, picture=False, imagePath=r"C:\Users\x\a.png"),
        r"names the picture C:\\Users\\x\\a\.png, which lies outside the folder .* not opened",
    ),
    "an absolute path": (
        lambda e: e.labelme("a", CAR, picture=False, imagePath="/etc/a.png"),
        r"/etc/a\.png, which lies outside the folder",
    ),
    "a path that leads out": (
        lambda e: e.labelme("a", CAR, picture=False, imagePath="../secret.png"),
        r"\.\./secret\.png, which lies outside the folder of the data set and is not opened",
    ),
    "a share of another machine": (
        lambda e: e.labelme("a", CAR, picture=False, imagePath=r"\\server\share\a.png"),
        r"lies outside the folder",
    ),
    "no name of a picture": (
        lambda e: e.labelme("a", CAR, picture=False, imagePath=None),
        r"names the picture with no name",
    ),
    "a polygon outside": (
        lambda e: labelme_with(e, points=[[9, 9], [12, 9], [12, 12]]),
        r"a\.json: a shape lies outside its picture of 4 x 3 pixels, around 9, 9",
    ),
    "a polygon of two points": (
        lambda e: labelme_with(e, points=[[1, 1], [2, 2]]),
        r"a shape has 2 points, and needs 3",
    ),
    "no points": (lambda e: labelme_with(e, points=[]), r"a shape has 0 points, and needs 3"),
    "points of words": (
        lambda e: labelme_with(e, points=[["x", 1], [2, 2], [3, 3]]),
        r"points that are not pairs of numbers",
    ),
    "points of three numbers": (
        lambda e: labelme_with(e, points=[[1, 1, 1]] * 3),
        r"points that are not pairs of numbers",
    ),
    "endless points": (
        lambda e: labelme_with(e, points=[[1, 1], [2, float("nan")], [3, 3]]),
        r"a point that is not a number of pixels",
    ),
    "a number for a label": (lambda e: labelme_with(e, label=7), r"the label 7, which is no name"),
    "no label": (lambda e: labelme_with(e, label=" "), r"the label  , which is no name"),
    "a label of control characters": (
        lambda e: labelme_with(e, label="a\x1b[31mb"),
        r"has the name 'a\\x1b\[31mb'",
    ),
    "a kind of shape that is not known": (
        lambda e: labelme_with(e, shape_type="cube"),
        r"the shape car is of the kind cube, which is not known here",
    ),
    "shapes that are no list": (
        lambda e: e.json("a.json", {"shapes": {"car": 1}, "imagePath": "a.png"}),
        r"a\.json: shapes is not a list",
    ),
    "a damaged mask": (
        lambda e: labelme_with(e, shape_type="mask", points=[[0, 0], [1, 1]], mask="AAAA"),
        r"a shape has a mask that is damaged",
    ),
    "the wrong size": (
        lambda e: e.labelme("a", CAR, imageWidth=5),
        r"a\.png is 4 x 3 pixels, but its labels are of a picture of 5 x 3",
    ),
    "a size of words": (
        lambda e: e.labelme("a", CAR, imageWidth="wide"),
        r"the width is wide, not a number of pixels",
    ),
    "a damaged picture in the JSON": (
        lambda e: e.labelme("a", CAR, picture=False, imageData="####"),
        r"a\.json holds a picture that is damaged",
    ),
    "a damaged picture": (
        lambda e: (e.labelme("a", CAR), e.text("a.png", "no picture")),
        r"a\.png is damaged, or no picture",
    ),
    "two labels of one picture": (
        lambda e: (e.labelme("a", CAR), e.labelme("b", CAR, imagePath="a.png")),
        r"a\.png is labelled 2 times, in a\.json and in b\.json",
    ),
    "two pictures of one name": (
        lambda e: (
            e.picture("x/a.png"),
            e.picture("y/a.png"),
            e.labelme("z/b", CAR, picture=False, imagePath="a.png"),
        ),
        r"and 2 pictures are called so, such as x/a\.png and y/a\.png",
    ),
    "pictures that would become one file": (
        lambda e: (
            e.labelme("x/Img_a", CAR),
            e.labelme("Mask_a", CAR),
        ),
        r"Mask_a\.png and x/Img_a\.png would become one file\. Rename one",
    ),
    # COCO
    "a COCO file that is cut off": (lambda e: cut(coco(e, annotated())), r"is not whole JSON"),
    "COCO without categories": (
        lambda e: coco(e, annotated(), categories=None),
        r"categories is not a list\. Export it again as COCO",
    ),
    "a category that is not in the list": (
        lambda e: coco(e, annotated(category_id=99)),
        r"an annotation has the category 99, which is not in the list",
    ),
    "an image that is not in the list": (
        lambda e: coco(e, annotated(image_id=99)),
        r"an annotation is of image 99, which is not there",
    ),
    "COCO with boxes alone": (
        lambda e: coco(e, annotated(segmentation=[])),
        r"holds COCO files with boxes and no outlines",
    ),
    "an outline of odd numbers": (
        lambda e: coco(e, annotated(segmentation=[FLAT[:-1]])),
        r"an outline is not a list of x and y",
    ),
    "runs of another size": (
        lambda e: coco(e, annotated(segmentation={"size": [4, 3], "counts": [12]})),
        r"a mask of runs has the size \[4, 3\], and its image 3 x 4",
    ),
    "runs that are too short": (
        lambda e: coco(e, annotated(segmentation={"size": [3, 4], "counts": [4, 2]})),
        r"a mask of runs is damaged \(its runs have 6 pixels in all, not 3 x 4\)",
    ),
    "runs of words": (
        lambda e: coco(e, annotated(segmentation={"size": [3, 4], "counts": ["x", "y"]})),
        r"a mask of runs is damaged",
    ),
    "two images of one id": (
        lambda e: _twice(e),
        r"two images have the id 0",
    ),
    "a path of COCO that leads out": (
        lambda e: _named(e, "../../a.jpg"),
        r"\.\./\.\./a\.jpg, which lies outside the folder",
    ),
    # CVAT
    "an XML that is cut off": (
        lambda e: (cvat(e, POLYGON), cut(e.folder / "annotations.xml")),
        r"annotations\.xml is not a whole XML file of CVAT",
    ),
    "an XML with definitions": (
        lambda e: e.text("a.xml", '<!DOCTYPE x [<!ENTITY a "b">]>\n<annotations></annotations>'),
        r"it has definitions of its own, which CVAT does not write",
    ),
    "definitions in another encoding": (
        lambda e: (e.folder / "a.xml").write_bytes(
            b"<?xml version='1.0' encoding='utf-16'?><annotations></annotations>"
        ),
        r"a\.xml is not a whole XML file of CVAT",
    ),
    "a YAML that refers to itself": (
        lambda e: e.text("data.yaml", "names: &a [x]\nmasks_dir: *a\n"),
        r"it has references, which Ultralytics does not write",
    ),
    "a run that is longer than its mask": (
        lambda e: coco(e, annotated(segmentation={"size": [3, 4], "counts": [2**62] * 4 + [12]})),
        r"a run is longer than 3 x 4 pixels",
    ),
    "a video": (
        lambda e: e.text("a.xml", "<annotations><track id='0'></track></annotations>"),
        r"a\.xml is of a video\. Export the task",
    ),
    "a polygon of CVAT without points": (
        lambda e: cvat(e, '<polygon label="car"></polygon>'),
        r"image a\.png: a shape has 0 points, and needs 3",
    ),
    "a box of words": (
        lambda e: cvat(e, '<box label="car" xtl="a" ytl="0" xbr="1" ybr="1"></box>'),
        r"xtl of box is a, not a number",
    ),
    "a mask of CVAT that is too short": (
        lambda e: cvat(e, '<mask label="car" rle="0, 3" left="0" top="0" width="2" height="2"/>'),
        r"a mask is damaged \(its runs have 3 pixels in all, not 2 x 2\)",
    ),
    "an image of CVAT without a size": (
        lambda e: cvat(e, POLYGON, size=""),
        r"width of image is missing",
    ),
    # Label Studio
    "a brush that is cut off": (
        lambda e: studio(
            e,
            {
                "type": "brushlabels",
                "value": {
                    "rle": pack_label_studio(np.ones((3, 4), bool))[:-2],
                    "brushlabels": ["car"],
                },
            },
        ),
        r"task 5: a brush is damaged \(its packed runs are cut off\)",
    ),
    "a brush of words": (
        lambda e: studio(e, said_by_studio(rle=["x"])),
        r"a brush is not a list of bytes",
    ),
    "a shape of Label Studio without a label": (
        lambda e: studio(e, said_by_studio(polygonlabels=[])),
        r"task 5: a shape has no label",
    ),
    "a picture that was turned": (
        lambda e: studio(e, {**said_by_studio(), "image_rotation": 90}),
        r"its picture was turned in Label Studio",
    ),
    "a task without a picture": (
        lambda e: studio(e, said_by_studio(), image="words"),
        r"task 5: it names no picture",
    ),
    "a task whose picture is elsewhere": (
        lambda e: studio(e, said_by_studio(), image="/data/../../etc/b.png"),
        r"names the picture b\.png, which is not there",
    ),
    # Supervisely
    "a damaged bitmap": (
        lambda e: supervisely(e, sly("bitmap", bitmap={"data": "AAAA", "origin": [0, 0]})),
        r"a\.png\.json: an object has a bitmap that is damaged",
    ),
    "an object that is not known": (
        lambda e: supervisely(e, sly("cube", SQUARE)),
        r"an object is of the kind cube, which is not known here",
    ),
    "a file of Supervisely without a picture": (
        lambda e: (supervisely(e, sly("polygon", SQUARE)), (e.folder / "set/img/a.png").unlink()),
        r"names the picture \.\./img/a\.png, which is not there",
    ),
    "a list of classes of Supervisely that is none": (
        lambda e: (supervisely(e), e.json("meta.json", {"classes": 7})),
        r"meta\.json: classes is not a list",
    ),
    # masks
    "a labelmap that is none": (
        lambda e: voc(e, labelmap="car 200 0 0\n"),
        r"labelmap\.txt: the line car 200 0 0 is not label:color_rgb:parts:actions",
    ),
    "two classes of one colour": (
        lambda e: voc(e, labelmap="car:0,0,0::\nroad:0,0,0::\n"),
        r"car and road have the same colour",
    ),
    "masks without pictures": (
        lambda e: (voc(e), (e.folder / "JPEGImages/a.jpg").unlink()),
        r"1 mask has no picture, first .*a\.png\. Export the pictures too \(in CVAT: Save images\)",
    ),
    "a value that is not in the list": (
        lambda e: pair(e, saved([[0, 9]])),
        r"a\.png holds the value 9 \(50 % of its pixels\), and the list of classes has only 0 to",
    ),
    "a mask of another size": (
        lambda e: pair(e, saved([[0, 1, 1]])),
        r"a\.jpg is 2 x 1 pixels, but its labels are of a picture of 3 x 1",
    ),
    "a mask of 32 bits": (
        lambda e: (
            pair(e, saved([[0, 1]])),
            (e.folder / "masks/a.png").unlink(),
            Image.fromarray(np.array([[0, 70_000]], np.int32)).save(e.folder / "masks/a.tif"),
        ),
        r"a\.tif has values of more than 16 bits\. Save it with 8 bits",
    ),
    "a transparent mask": (
        lambda e: pair(e, saved([[[0, 0, 0, 0], [255, 0, 0, 255]]])),
        r"a\.png has transparent pixels \(50 %\)",
    ),
    "colours without a list": (
        lambda e: (pair(e, saved([[[9, 0, 0], [0, 9, 0]]])), (e.folder / "classes.csv").unlink()),
        r"a\.png holds colours, and no list of classes says what they mean",
    ),
    "a list of classes that is none": (
        lambda e: pair(e, saved([[0, 1]]), table="no,table\n1,2\n"),
        r"classes\.csv is not a class table",
    ),
    "Roboflow's list of pictures": (
        lambda e: e.text("train/_classes.csv", "filename, car\nx.jpg, 1\n"),
        r"_classes\.csv is a list of pictures and not of classes",
    ),
    "lists of classes that differ": (
        lambda e: (
            e.text("train/_classes.csv", "Pixel Value, Class\n0, a\n"),
            e.text("valid/_classes.csv", "Pixel Value, Class\n0, b\n"),
        ),
        r"are not the same\. Give all parts of the data set one list of classes",
    ),
    "a YAML that is none": (
        lambda e: e.text("data.yaml", "masks_dir: [\n"),
        r"data\.yaml: it is no YAML",
    ),
    "a YAML that runs something": (
        lambda e: e.text(
            "data.yaml", "masks_dir: !!python/object/apply:os.getcwd []\nnames: [a]\n"
        ),
        r"data\.yaml: it is no YAML",
    ),
    "a YAML without names": (
        lambda e: e.text("data.yaml", "masks_dir: masks\ntrain: images\n"),
        r"data\.yaml: names is not a table",
    ),
    "a YAML whose folders are elsewhere": (
        lambda e: e.text("data.yaml", "masks_dir: masks\ntrain: ../../images\nnames: [a]\n"),
        r"names no folder with masks that is there",
    ),
}


def _twice(export):
    path = coco(export, annotated())
    content = json.loads(path.read_text("utf-8"))
    content["images"] *= 2
    path.write_text(json.dumps(content), "utf-8")


def _named(export, name):
    path = coco(export, annotated())
    content = json.loads(path.read_text("utf-8"))
    content["images"][0]["file_name"] = name
    path.write_text(json.dumps(content), "utf-8")


@pytest.mark.parametrize("what", MALFORMED)
def test_what_is_wrong_is_told_and_nothing_is_written(export, tmp_path, what):
    write, told = MALFORMED[what]
    write(export)
    for name in ("secret.png", "a.jpg"):
        export.draw.image(tmp_path / name, size=(3, 4))  # what paths that lead out would find
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(UserError, match=told) as caught:
        convert_source(str(export.folder), tmp_path / "data", Choices(), tmp_path / "out")
    assert str(caught.value).isprintable() or "\n  " in str(caught.value)
    assert sorted(tmp_path.rglob("*")) == before


def test_all_that_is_wrong_is_told_at_once(export, tmp_path):
    for number in range(12):
        cut(export.labelme(f"a{number:02}", CAR))
    with pytest.raises(UserError) as caught:
        export.convert()
    lines = str(caught.value).splitlines()
    assert lines[0] == "labelme: 12 things cannot be used:"
    assert "a00.json is not whole JSON" in lines[1]
    assert lines[-1] == "  ... and 2 more"


def test_a_picture_beside_its_labels_is_found_whatever_folder_they_name(export):
    path = export.labelme("a", CAR)
    for said in (r"C:\Users\x\a.png", "/home/x/a.png", "../../a.png"):
        content = json.loads(path.read_text("utf-8"))
        path.write_text(json.dumps(content | {"imagePath": said}), "utf-8")
        assert export.convert().masks["a"].max() == 1
