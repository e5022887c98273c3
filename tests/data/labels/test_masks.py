"""Each tool with masks: what their values and colours mean, and which picture they belong to."""

import numpy as np
import pytest
from PIL import Image

from jetcar.data.labels.form import voc_color
from jetcar.data.labels.known_sets import CAMVID_COLORS, CITYSCAPES
from jetcar.errors import UserError

RED, BLUE, BLACK = (200, 0, 0), (0, 0, 200), (0, 0, 0)
LABELMAP = "# label:color_rgb:parts:actions\nbackground:0,0,0::\ncar:200,0,0::\nroad:0,0,200::\n"


def palette(path, rows, colors):
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.fromarray(np.array(rows, np.uint8), "P")
    image.putpalette([value for color in colors for value in color])
    image.save(path)


def voc(export, name="a", rows=((BLACK, RED), (BLUE, RED)), labelmap=LABELMAP):
    export.picture(f"JPEGImages/{name}.jpg", len(rows[0]), len(rows))
    export.mask(f"SegmentationClass/{name}.png", rows)
    if labelmap:
        export.text("labelmap.txt", labelmap)


def test_masks_of_cvat_are_read_by_the_colours_of_their_list(export):
    voc(export)
    made = export.convert()
    assert made.named("a") == [["background", "car"], ["road", "car"]]
    assert [c.color for c in made.table.classes] == [BLACK, RED, BLUE]


def test_a_palette_is_read_by_its_colours_where_there_is_a_list_of_them(export):
    voc(export)
    palette(export.folder / "SegmentationClass/a.png", [[0, 1], [2, 1]], [BLUE, BLACK, RED])
    assert export.convert().named("a") == [["road", "background"], ["car", "background"]]


def test_pascal_voc_without_a_list_has_its_own_classes_and_says_so(export, caplog):
    voc(export, rows=((voc_color(7), BLACK), (voc_color(255), voc_color(15))), labelmap=None)
    made = export.convert()
    assert made.named("a") == [["car", "background"], ["-", "person"]]
    assert "they are those of Pascal VOC" in caplog.text


def test_labelmes_converter_counts_its_names(export):
    voc(export, labelmap=None)
    palette(
        export.folder / "SegmentationClass/a.png",
        [[0, 1], [2, 255]],
        [voc_color(number) for number in range(256)],
    )
    export.text("class_names.txt", "_background_\ncar\nroad\n")
    assert export.convert().named("a") == [["_background_", "car"], ["road", "-"]]


def test_the_lists_of_pascal_voc_say_the_split(export):
    for name, color in (("a", RED), ("b", BLUE), ("c", BLACK)):
        voc(export, name, ((color, color),))
    for split, name in (("train", "a"), ("val", "b"), ("test", "c")):
        export.text(f"ImageSets/Segmentation/{split}.txt", f"{name}\n")
    made = export.convert()
    assert [made.split(name) for name in ("Train", "Val", "Test")] == [["a"], ["b"], ["c"]]


def smooth(export):
    """A mask with 3 pixels of 2 colours that no class has, as smooth edges have them."""
    off, other = (190, 10, 5), (9, 9, 180)
    voc(export, rows=((BLACK, RED, off, off), (BLUE, RED, other, BLACK)))


def test_colours_of_no_class_are_told_with_their_counts(export):
    smooth(export)
    with pytest.raises(UserError) as caught:
        export.convert()
    told = str(caught.value)
    assert "holds 2 colours of no class in 3 pixels (37.5 %)" in told
    assert "such as BE0A05 (2 pixels), 0909B4 (1 pixel)" in told
    assert "data.nearest_color=true" in told


def test_the_nearest_colour_is_taken_where_that_is_wanted(export, caplog):
    smooth(export)
    named = export.convert(nearest_color=True).named("a")
    assert named == [["background", "car", "car", "car"], ["road", "car", "road", "background"]]
    assert "3 pixels of no class got the nearest one's" in caplog.text


def test_a_mask_that_is_a_jpeg_is_read_by_the_nearest_colour_alone(export):
    voc(export)
    (export.folder / "SegmentationClass/a.png").unlink()
    path = export.draw.image(export.folder / "SegmentationClass/a.jpg", RED, (16, 16))
    export.picture("JPEGImages/a.jpg", 16, 16)
    with pytest.raises(UserError, match=r"a\.jpg is a JPEG, which changes the colours of masks"):
        export.convert()
    assert path.exists()
    assert export.convert(nearest_color=True).named("a") == [["car"] * 16] * 16


def test_roboflow_counts_its_classes(export):
    for split, value in (("train", 1), ("valid", 2)):
        export.picture(f"{split}/x_{split}.jpg", 2, 1)
        export.mask(f"{split}/x_{split}_mask.png", [[0, value]])
        export.text(f"{split}/_classes.csv", "Pixel Value, Class\n0, background\n1, car\n2, road\n")
    made = export.convert()
    assert made.named("x_train") == [["background", "car"]]
    assert (made.split("Train"), made.split("Val")) == (["x_train"], ["x_valid"])
    assert made.table.names == {0: "background", 1: "car", 2: "road"}


@pytest.mark.parametrize(
    ("kind", "values"),
    [("labelIds", [[7, 26, 0]]), ("labelTrainIds", [[0, 13, 255]]), ("instanceIds", None)],
)
def test_cityscapes_has_the_19_classes_that_count(export, kind, values):
    for split in ("train", "val"):
        start = f"{split}/aachen/aachen_000001_{split}"
        export.picture(f"leftImg8bit/{start}_leftImg8bit.png", 3, 1)
        path = export.folder / f"gtFine/{start}_gtFine_{kind}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        array = np.array([[7, 26003, 0]], np.uint16) if values is None else np.uint8(values)
        Image.fromarray(array).save(path)
    made = export.convert()
    assert made.named("aachen_000001_train_leftImg8bit") == [["road", "car", "-"]]
    assert made.names == list(CITYSCAPES)
    assert made.split("Val") == ["aachen_000001_val_leftImg8bit"]


def test_bdd_has_the_codes_of_cityscapes(export):
    for split in ("train", "val"):
        export.picture(f"images/10k/{split}/{split}.jpg", 3, 1)
        export.mask(f"labels/sem_seg/masks/{split}/{split}.png", [[0, 13, 255]])
    made = export.convert()
    assert made.named("train") == [["road", "car", "-"]]
    assert made.split("Val") == ["val"]


def test_mapillary_has_the_classes_of_its_list(export):
    labels = [
        {"name": f"x--{name}", "readable": name, "color": color}
        for name, color in (("Bird", RED), ("Road", BLUE))
    ]
    export.json("config_v2.0.json", {"labels": labels, "version": "2.0"})
    for split in ("training", "validation"):
        export.picture(f"{split}/images/{split}.jpg", 2, 1)
        palette(export.folder / f"{split}/v2.0/labels/{split}.png", [[1, 0]], [RED, BLUE])
        palette(export.folder / f"{split}/v1.2/labels/{split}.png", [[0, 0]], [RED, BLUE])
    made = export.convert()
    assert made.named("training") == [["Road", "Bird"]]
    assert made.split("Val") == ["validation"]


def test_camvid_has_its_own_colours(export):
    export.picture("train/0001TP_1.png", 2, 1)
    road = next(color for color, name in CAMVID_COLORS.items() if name == "Road")
    export.mask("train_labels/0001TP_1_L.png", [[road, BLACK]])
    made = export.convert()
    assert made.named("0001TP_1") == [["Road", "Void"]]
    assert len(made.names) == 32


def test_camvid_of_segnet_is_counted(export):
    for split in ("train", "val"):
        export.picture(f"{split}/{split}1.png", 3, 1)
        export.mask(f"{split}annot/{split}1.png", [[3, 8, 11]])
    made = export.convert()
    assert made.named("train1") == [["Road", "Car", "-"]]
    assert made.split("Val") == ["val1"]


def test_ultralytics_says_its_folders_and_names(export):
    export.text(
        "data.yaml",
        "path: ../datasets/x\ntrain: images/train\nval: images/val\nmasks_dir: masks\n"
        "names:\n  0: road\n  1: car\n",
    )
    for split in ("train", "val"):
        export.picture(f"images/{split}/{split}.jpg", 3, 1)
        export.mask(f"masks/{split}/{split}.png", [[0, 1, 255]])
    made = export.convert()
    assert made.named("train") == [["road", "car", "-"]]
    assert made.split("Val") == ["val"]


def paired(export, value=1, image="images/{}.jpg", mask="masks/{}.png", names="ab"):
    for name in names:
        export.picture(image.format(name), 2, 1)
        export.mask(mask.format(name), [[0, value]])


def test_classes_of_plain_pairs_are_those_of_a_list_beside_them(export):
    paired(export)
    export.text("classes.csv", "code,name,color\n0,ground,000000\n1,car,C80000\n")
    assert export.convert().named("a") == [["ground", "car"]]


def test_tables_of_something_else_are_passed_over(export):
    paired(export)
    export.text("a notes.csv", "day,weather\n1,rain\n")
    export.text("my classes.csv", "code,name,color\n0,ground,000000\n1,car,C80000\n")
    assert export.convert().named("a") == [["ground", "car"]]


def test_plain_pairs_in_colours_are_read_by_the_colours_of_the_list(export):
    paired(export)
    export.mask("masks/a.png", [[BLUE, RED]])
    export.mask("masks/b.png", [[BLUE, BLUE]])
    export.text("class_dict.csv", "name,r,g,b\ncar,200,0,0\nroad,0,0,200\n")
    assert export.convert().named("a") == [["road", "car"]]


def test_classes_without_a_list_are_called_after_their_values_and_never_as_imagesegmenters(
    export, caplog
):
    paired(export, 5)
    made = export.convert()
    assert made.table.names == {0: "class_0", 5: "class_5"}
    assert "no list says what the classes are called" in caplog.text
    assert "classes.csv with the columns code,name,color" in caplog.text


def test_white_is_a_class_where_there_is_only_black_besides(export):
    paired(export, 255)
    made = export.convert()
    assert made.named("a") == [["class_0", "class_255"]]
    assert made.masks["a"].tolist() == [[0, 1]]
    export.text("classes.txt", "ground\nroad\n")
    assert export.convert().named("a") == [["ground", "road"]]
    export.mask("masks/b.png", [[1, 255]])
    assert export.convert().named("b") == [["road", "-"]]


@pytest.mark.parametrize(
    ("image", "mask"),
    [
        ("train/images/{}.jpg", "train/masks/{}.png"),
        ("images/train/{}.jpg", "labels/train/{}.png"),
        ("images/train/{}.jpg", "masks/train/{}_mask.png"),
        ("Images/Train/{}.JPG", "Annotations/Train/{}.png"),
        ("train/{}.jpg", "train_masks/{}.png"),
    ],
)
def test_folders_of_plain_pairs_may_stand_in_any_order(export, image, mask):
    paired(export, image=image, mask=mask)
    valid = {"train": "valid", "Train": "Valid"}
    for old, new in valid.items():
        image, mask = image.replace(old, new), mask.replace(old, new)
    paired(export, image=image, mask=mask, names="c")
    made = export.convert()
    assert (made.split("Train"), made.split("Val")) == (["a", "b"], ["c"])
    assert made.masks["a"].tolist() == [[0, 1]]


def test_a_picture_without_a_mask_is_left_out_and_told(export, caplog):
    paired(export)
    export.picture("images/c.jpg")
    assert sorted(export.convert().images) == ["a", "b"]
    assert "1 picture left out for want of a mask, first images/c.jpg" in caplog.text


@pytest.mark.parametrize("suffix", [".bmp", ".tif"])
def test_masks_may_be_in_other_lossless_formats(export, suffix):
    paired(export, mask="masks/{}" + suffix)
    assert export.convert().masks["a"].tolist() == [[0, 1]]
