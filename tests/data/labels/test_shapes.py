"""Each tool with shapes: a mask by hand, its order, and what it leaves out."""

import base64
import io
import json
import zlib

import numpy as np
import pytest
from PIL import Image

from jetcar.data.labels.rle import lengths_of, pack_coco, pack_label_studio

N = "nothing"
SQUARE = [[1, 1], [3, 1], [3, 3], [1, 3]]
CENTRE = [[N] * 4, [N, "car", "car", N], [N, "car", "car", N]]
"""A square from 1 to 3 in a picture of 4 x 3."""


def png(array):
    file = io.BytesIO()
    Image.fromarray(array).save(file, "png")
    return base64.b64encode(file.getvalue()).decode()


# labelme


def test_a_polygon_of_labelme(export):
    export.labelme("a", ("car", SQUARE, "polygon"))
    made = export.convert()
    assert made.named("a") == CENTRE
    assert made.names == [N, "car"]


def test_later_shapes_of_labelme_lie_over_earlier_ones(export):
    whole = ("road", [[0, 0], [4, 3]], "rectangle")
    export.labelme("a", whole, ("car", SQUARE, "polygon"))
    export.labelme("b", ("car", SQUARE, "polygon"), whole)
    made = export.convert()
    assert made.named("a")[1] == ["road", "car", "car", "road"]
    assert made.named("b") == [["road"] * 4] * 3


def test_a_circle_of_labelme_is_a_middle_and_a_point_of_its_rim(export):
    export.labelme("a", ("car", [[2, 1.5], [2, 2.6]], "circle"))
    # The radius is 1.1: the centres at (1.5, 1.5) and (2.5, 1.5) are 0.5 away, those at (1.5, 0.5)
    # are 1.12 away.
    assert export.convert().named("a") == [[N] * 4, [N, "car", "car", N], [N] * 4]


def test_a_line_of_labelme_has_the_width_that_is_asked_for(export):
    export.labelme("a", ("line", [[-5, 1.5], [9, 1.5]], "line"))
    export.labelme("b", ("line", [[-5, 1.5], [9, 1.5]], "linestrip"))
    assert export.convert(line_width=1).named("a") == [[N] * 4, ["line"] * 4, [N] * 4]
    assert export.convert(line_width=3).named("b") == [["line"] * 4] * 3


def test_a_mask_of_labelme_lies_at_its_corner(export):
    path = export.labelme("a", ("car", [[1, 1], [2, 1]], "mask"))
    content = json.loads(path.read_text("utf-8"))
    content["shapes"][0]["mask"] = png(np.array([[1, 0]], np.uint8))
    path.write_text(json.dumps(content), "utf-8")
    assert export.convert().named("a") == [[N] * 4, [N, "car", N, N], [N] * 4]


def test_points_of_labelme_are_no_areas_and_are_told(export, caplog):
    export.labelme("a", ("car", SQUARE, "polygon"), ("tip", [[1, 1]], "point"))
    assert "tip" not in export.convert().names
    assert "1 point cover no pixel and are left out" in caplog.text


def test_the_picture_may_be_in_the_labelme_file_alone(export):
    pixels = np.full((3, 4, 3), 77, np.uint8)
    export.labelme("a", ("car", SQUARE, "polygon"), picture=False, imageData=png(pixels))
    made = export.convert()
    assert made.named("a") == CENTRE
    assert np.array(Image.open(made.images["a"])).tolist() == pixels.tolist()


def test_labelmes_list_says_the_order_and_what_is_ignored(export):
    export.text("labels.txt", "__ignore__\n_background_\nroad\ncar\n")
    export.labelme("a", ("__ignore__", [[0, 0], [4, 1]], "rectangle"), ("car", SQUARE, "polygon"))
    made = export.convert()
    assert made.names == ["_background_", "road", "car"]
    assert made.masks["a"].tolist() == [[255] * 4, [0, 2, 2, 0], [0, 2, 2, 0]]


def test_pictures_of_labelme_may_lie_beside_their_labels(export):
    export.labelme("labels/a", ("car", SQUARE, "polygon"), picture=False, imagePath="..\\i\\a.png")
    export.picture("i/a.png")
    assert export.convert().named("a") == CENTRE


# COCO


def coco(export, *annotations, images=("a",), name="annotations.json", **more):
    for image in images:
        export.picture(f"{image}.png")
    content = {
        "images": [
            {"id": number, "file_name": f"{image}.png", "width": 4, "height": 3}
            for number, image in enumerate(images)
        ],
        "categories": [{"id": 3, "name": "car"}, {"id": 7, "name": "road"}],
        "annotations": [{"id": i, "image_id": 0, **one} for i, one in enumerate(annotations)],
        **more,
    }
    return export.json(name, content)


FLAT = [1, 1, 3, 1, 3, 3, 1, 3]
WHOLE = [0, 0, 4, 0, 4, 3, 0, 3]


def test_an_outline_of_coco(export):
    coco(export, {"category_id": 3, "segmentation": [FLAT]})
    made = export.convert()
    assert made.named("a") == CENTRE
    assert made.names == [N, "car", "road"]


def test_outlines_of_one_annotation_are_all_of_it(export):
    halves = [[1, 1, 2, 1, 2, 3, 1, 3], [2, 1, 3, 1, 3, 3, 2, 3]]
    coco(export, {"category_id": 3, "segmentation": halves})
    assert export.convert().named("a") == CENTRE


@pytest.mark.parametrize("packed", [False, True])
def test_runs_of_coco_go_down_the_columns(export, packed):
    bits = np.zeros((3, 4), bool)
    bits[1:, 1:3] = True
    lengths = lengths_of(bits, by_columns=True)
    assert lengths.tolist() == [4, 2, 1, 2, 3]
    counts = pack_coco(lengths) if packed else lengths.tolist()
    coco(export, {"category_id": 3, "segmentation": {"size": [3, 4], "counts": counts}})
    assert export.convert().named("a") == CENTRE


def test_a_crowd_lies_below_all_others(export):
    crowd = {"size": [3, 4], "counts": [0, 12]}
    coco(
        export,
        {"category_id": 3, "segmentation": [FLAT]},
        {"category_id": 7, "segmentation": crowd, "iscrowd": 1},
    )
    assert export.convert().named("a")[1] == ["road", "car", "car", "road"]


def test_boxes_alone_are_left_out_and_told(export, caplog):
    coco(
        export,
        {"category_id": 3, "segmentation": [FLAT]},
        {"category_id": 7, "segmentation": [], "bbox": [0, 0, 1, 1]},
    )
    assert export.convert().named("a") == CENTRE
    assert "1 box without an outline are left out" in caplog.text


def test_the_heading_that_roboflow_adds_is_no_class(export):
    categories = [
        {"id": 0, "name": "street", "supercategory": "none"},
        {"id": 1, "name": "car", "supercategory": "street"},
    ]
    coco(export, {"category_id": 1, "segmentation": [FLAT]}, categories=categories)
    assert export.convert().names == [N, "car"]


def test_cocos_files_say_the_split(export):
    for split in ("train", "val"):
        export.picture(f"images/{split}/a.png")
        image = [{"id": 0, "file_name": "a.png", "width": 4, "height": 3}]
        export.json(
            f"annotations/instances_{split}2017.json",
            {
                "images": image,
                "categories": [{"id": 1, "name": "car"}],
                "annotations": [{"image_id": 0, "category_id": 1, "segmentation": [FLAT]}],
            },
        )
        export.json(f"annotations/captions_{split}2017.json", {"images": image, "annotations": []})
    made = export.convert()
    assert (made.split("Train"), made.split("Val")) == (["images_train_a"], ["images_val_a"])


# CVAT


def cvat(export, *shapes, meta="", name="annotations.xml", size='width="4" height="3"'):
    export.picture("images/a.png")
    export.text(
        name,
        f'<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n<version>1.1</version>'
        f'<meta><task><labels>{meta}</labels></task></meta><image id="0" name="a.png" {size}>'
        f"{''.join(shapes)}</image></annotations>",
    )


POLYGON = '<polygon label="car" points="1,1;3,1;3,3;1,3" z_order="0"></polygon>'
BOX = '<box label="road" xtl="0" ytl="0" xbr="4" ybr="3" z_order="{}"></box>'


def test_a_polygon_of_cvat(export):
    labels = "<label><name>road</name><color>#010203</color></label><label><name>car</name></label>"
    cvat(export, POLYGON, meta=labels)
    made = export.convert()
    assert made.named("a") == CENTRE
    assert made.names == [N, "road", "car"]
    assert made.table.classes[1].color == (1, 2, 3)


def test_shapes_of_cvat_lie_over_each_other_by_z_order(export):
    cvat(export, BOX.format(-1), POLYGON)
    assert export.convert().named("a")[1] == ["road", "car", "car", "road"]
    cvat(export, POLYGON, BOX.format(0))
    assert export.convert().named("a")[1] == ["road"] * 4


def test_masks_ellipses_turned_boxes_and_lines_of_cvat(export):
    mask = '<mask label="car" rle="0, 4" left="1" top="1" width="2" height="2"></mask>'
    cvat(export, mask)
    assert export.convert().named("a") == CENTRE
    cvat(export, '<ellipse label="car" cx="2" cy="1.5" rx="1.1" ry="0.4"></ellipse>')
    assert export.convert().named("a") == [[N] * 4, [N, "car", "car", N], [N] * 4]
    # 3 wide and 1 high around (1.5, 1.5), turned by 90 degrees: column 1 of all rows.
    cvat(export, '<box label="car" xtl="0" ytl="1" xbr="3" ybr="2" rotation="90"></box>')
    assert export.convert().named("a") == [[N, "car", N, N]] * 3
    cvat(export, '<polyline label="car" points="-9,1.5;9,1.5"></polyline>')
    assert export.convert(line_width=1).named("a") == [[N] * 4, ["car"] * 4, [N] * 4]


def test_points_of_cvat_are_left_out_and_told(export, caplog):
    cvat(export, POLYGON, '<points label="tip" points="1,1"></points>')
    assert export.convert().named("a") == CENTRE
    assert "1 shape without an area are left out" in caplog.text


def test_a_subset_of_cvat_is_a_split(export):
    for split in ("Train", "Validation"):
        export.picture(f"images/{split}/{split}.png")
    images = "".join(
        f'<image name="{split}.png" subset="{split}" width="4" height="3">{POLYGON}</image>'
        for split in ("Train", "Validation")
    )
    export.text("annotations.xml", f"<annotations>{images}</annotations>")
    made = export.convert()
    assert (made.split("Train"), made.split("Val")) == (["Train"], ["Validation"])


# Supervisely


def supervisely(export, *objects, **more):
    export.picture("set/img/a.png")
    classes = [{"title": "car", "shape": "any", "color": "#0A0B0C"}, {"title": "road"}]
    export.json("meta.json", {"classes": classes})
    size = {"size": {"width": 4, "height": 3}}
    return export.json("set/ann/a.png.json", {**size, "objects": objects, **more})


def sly(kind, points=(), interior=(), label="car", **more):
    said = {"exterior": points, "interior": interior}
    return {"classTitle": label, "geometryType": kind, "points": said, **more}


def test_shapes_of_supervisely_lie_over_each_other_in_their_order(export):
    supervisely(export, sly("rectangle", [[0, 0], [4, 3]], label="road"), sly("polygon", SQUARE))
    made = export.convert()
    assert made.named("a")[1] == ["road", "car", "car", "road"]
    assert made.names == [N, "car", "road"]
    assert made.table.classes[1].color == (10, 11, 12)


def test_a_hole_of_supervisely_is_not_covered(export):
    whole, hole = [[0, 0], [4, 0], [4, 3], [0, 3]], [[1, 1], [3, 1], [3, 2], [1, 2]]
    supervisely(export, sly("polygon", whole, [hole]))
    assert export.convert().named("a") == [["car"] * 4, ["car", N, N, "car"], ["car"] * 4]


@pytest.mark.parametrize("mode", ["1", "RGBA"])
def test_a_bitmap_of_supervisely_lies_at_its_origin(export, mode):
    image = Image.fromarray(np.array([[255, 0]], np.uint8)).convert(mode)
    if mode == "RGBA":
        image.putalpha(Image.fromarray(np.array([[255, 0]], np.uint8)))
    file = io.BytesIO()
    image.save(file, "png")
    data = base64.b64encode(zlib.compress(file.getvalue())).decode()
    supervisely(export, sly("bitmap", bitmap={"data": data, "origin": [1, 1]}))
    assert export.convert().named("a") == [[N] * 4, [N, "car", N, N], [N] * 4]


def test_lines_and_points_of_supervisely(export, caplog):
    supervisely(export, sly("line", [[-5, 1.5], [9, 1.5]]), sly("point", [[1, 1]]))
    assert export.convert(line_width=1).named("a") == [[N] * 4, ["car"] * 4, [N] * 4]
    assert "1 shape without an area are left out" in caplog.text


# Label Studio


def studio(export, *results, picture="a.png", image="/data/upload/1/0a1b2c3d-a.png", **more):
    export.picture(picture)
    size = {"original_width": 4, "original_height": 3, "image_rotation": 0}
    results = [{"id": str(i), **size, **one} for i, one in enumerate(results)]
    task = {"id": 5, "data": {"image": image}, "annotations": [{"result": results}], **more}
    return export.json("project-1.json", [task])


PERCENT = [[25, 100 / 3], [75, 100 / 3], [75, 100], [25, 100]]


def test_a_polygon_of_label_studio_is_in_percent(export):
    value = {"points": PERCENT, "polygonlabels": ["car"]}
    studio(export, {"type": "polygonlabels", "value": value})
    assert export.convert().named("a") == CENTRE


def test_a_brush_of_label_studio(export):
    bits = np.zeros((3, 4), bool)
    bits[1:, 1:3] = True
    value = {"format": "rle", "rle": pack_label_studio(bits), "brushlabels": ["car"]}
    studio(export, {"type": "brushlabels", "value": value})
    assert export.convert().named("a") == CENTRE


def test_rectangles_and_ellipses_of_label_studio(export):
    box = {"x": 25, "y": 100 / 3, "width": 50, "height": 200 / 3, "rotation": 0}
    studio(export, {"type": "rectanglelabels", "value": {**box, "rectanglelabels": ["car"]}})
    assert export.convert().named("a") == CENTRE
    round_ = {"x": 50, "y": 50, "radiusX": 27.5, "radiusY": 13}
    studio(export, {"type": "ellipselabels", "value": {**round_, "ellipselabels": ["car"]}})
    assert export.convert().named("a") == [[N] * 4, [N, "car", "car", N], [N] * 4]


def test_a_label_of_label_studio_may_stand_beside_its_shape(export):
    shape = {"id": "x", "type": "polygon", "value": {"points": PERCENT}}
    label = {"id": "x", "type": "labels", "value": {"labels": ["car"]}}
    studio(export, shape, label)
    assert export.convert().named("a") == CENTRE


@pytest.mark.parametrize(
    "image",
    ["s3://bucket/x/a.png", "https://x.y/a.png?token=1", "/data/local-files/?d=my/a.png", "a.png"],
)
def test_a_picture_of_label_studio_is_found_by_its_name(export, image):
    value = {"points": PERCENT, "polygonlabels": ["car"]}
    studio(export, {"type": "polygonlabels", "value": value}, image=image)
    assert export.convert().named("a") == CENTRE


def test_of_several_annotations_the_first_counts_and_that_is_told(export, caplog):
    value = {"points": PERCENT, "polygonlabels": ["car"]}
    size = {"original_width": 4, "original_height": 3}
    good = {"result": [{"id": "1", "type": "polygonlabels", "value": value, **size}]}
    skipped = {"result": [], "was_cancelled": True}
    studio(export, annotations=[skipped, good, {"result": []}])
    assert export.convert().named("a") == CENTRE
    assert "1 further annotation of pictures that have one are left out" in caplog.text
