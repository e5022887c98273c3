"""Predicted masks as labelling tools import them, read back by our own readers."""

import json
import logging
import zipfile
from xml.etree import ElementTree

import cv2
import numpy as np
import pytest
from PIL import Image

from jetcar.classes import IMAGE_SEGMENTER, ClassTable, SegmClass
from jetcar.data.labels.class_codes import Choices
from jetcar.data.source.export import find_export
from jetcar.errors import UserError
from jetcar.png import rgb_png
from jetcar.prediction.prelabels import READERS, refuse_corrected, write_prelabels
from jetcar.prediction.readback import Written
from jetcar.settings.rules import LABEL_LAYOUTS
from tests.data.labels.conftest import Written as DataSet

TABLE = ClassTable(
    (
        SegmClass(0, "nothing", (0, 0, 0)),
        SegmClass(3, "road", (9, 9, 9)),
        SegmClass(7, "car", (9, 9, 9)),
    )
)
EXACT = ("cvat", "coco", "labelstudio", "voc", "grey", "color")


def street(seed):
    """Codes of a road with a car on it, a hole in the car, and some noise."""
    codes = np.zeros((60, 80), np.uint8)
    cv2.fillPoly(codes, [np.array([[20, 59], [60, 59], [45, 10], [35, 10]])], 3)
    cv2.circle(codes, (40, 40), 9, 7, -1)
    cv2.circle(codes, (40, 40), 3, 0, -1)
    codes[seed % 50, 5] = 7
    return codes


@pytest.fixture
def predicted(tmp_path, draw):
    """The folder of two masks, as written; the second picture shows nothing."""
    masks = tmp_path / "Ergebnisse ö" / "photos"
    masks.mkdir(parents=True)
    written = []
    for name, codes in (("Img_a.jpg", street(3)), ("b c.png", np.zeros((60, 80), np.uint8))):
        image = draw.image(tmp_path / "photos" / name, size=(60, 80))
        (masks / f"{image.stem}.png").write_bytes(rgb_png(codes))
        written.append(Written(str(image), f"{image.stem}.png", 0))
    return masks, written


def test_there_is_a_reader_for_every_layout():
    assert set(READERS) == set(LABEL_LAYOUTS)


@pytest.mark.parametrize("layout", EXACT)
def test_masks_are_read_back_to_the_last_pixel(predicted, layout, caplog):
    caplog.set_level(logging.INFO)
    place = write_prelabels(layout, *predicted, TABLE)
    assert place.name == f"photos_{layout}"
    assert "its labels are the masks to the last pixel" in caplog.text


def test_outlines_say_how_many_pixels_differ(predicted, caplog):
    caplog.set_level(logging.INFO)
    write_prelabels("labelme", *predicted, TABLE)
    assert "its outlines differ from the masks in" in caplog.text
    assert "of 9,600 pixels" in caplog.text
    share = float(caplog.text.rpartition("(")[2].partition(" %")[0])
    assert share < 1


@pytest.mark.parametrize("layout", [one for one in LABEL_LAYOUTS if one != "labelstudio"])
def test_what_is_written_is_a_source_of_training(predicted, layout, tmp_path):
    place = write_prelabels(layout, *predicted, TABLE)
    out = tmp_path / "out"
    out.mkdir()
    find_export(place, Choices()).convert(out)
    made = DataSet(out)
    background = "background" if layout == "cvat" else "nothing"
    assert set(made.names) == {background, "road", "car"}
    ours = street(3)
    for name, code in (("road", 3), ("car", 7), (background, 0)):
        there = np.array(made.named("Img_a")) == name
        assert (there != (ours == code)).mean() < 0.01
        assert layout == "labelme" or (there == (ours == code)).all()
    assert set(map(tuple, made.named("b c"))) == {(background,) * 80}


def test_predictions_of_label_studio_are_no_labels_before_somebody_has_seen_them(
    predicted, tmp_path
):
    place = write_prelabels("labelstudio", *predicted, TABLE)
    with pytest.raises(UserError, match="holds no picture with labels"):
        find_export(place, Choices()).convert(tmp_path)
    config = ElementTree.parse(place / "labeling_config.xml").getroot()
    assert [one.get("value") for one in config.iter("Label")] == ["road", "car"]
    tasks = json.loads((place / "tasks.json").read_text("utf-8"))
    assert tasks[0]["data"] == {"image": "/data/local-files/?d=Img_a.jpg"}


def test_labelme_finds_its_pictures_and_holes_are_cut_in(predicted):
    place = write_prelabels("labelme", *predicted, TABLE)
    content = json.loads((place / "Img_a.json").read_text("utf-8"))
    assert (place / content["imagePath"]).is_file()
    assert (content["imageWidth"], content["imageHeight"]) == (80, 60)
    assert [shape["label"] for shape in content["shapes"]] == ["road", "car", "car"]
    assert (place / "labels.txt").read_text("utf-8").split() == ["__ignore__", "road", "car"]


def test_cvat_gets_a_zip_with_its_lists_and_colours_that_differ(predicted):
    place = write_prelabels("cvat", *predicted, TABLE)
    with zipfile.ZipFile(place / "annotations.zip") as archive:
        assert sorted(archive.namelist()) == [
            "ImageSets/Segmentation/default.txt",
            "SegmentationClass/Img_a.png",
            "SegmentationClass/b c.png",
            "SegmentationObject/Img_a.png",
            "SegmentationObject/b c.png",
            "labelmap.txt",
        ]
    lines = (place / "labelmap.txt").read_text("utf-8").splitlines()[1:]
    assert lines[0] == "background:0,0,0::"
    assert len({line.split(":")[1] for line in lines}) == 3


def test_grey_masks_are_codes_and_coloured_ones_have_a_colour_for_each_class(predicted):
    grey, color = (write_prelabels(layout, *predicted, TABLE) for layout in ("grey", "color"))
    with Image.open(grey / "masks" / "Img_a.png") as image:
        assert image.mode == "L"
        assert (np.asarray(image) == street(3)).all()
    lines = (grey / "classes.csv").read_text("utf-8").split()
    assert lines == ["code,name,color", "0,nothing,000000", "3,road,090909", "7,car,090909"]
    assert (color / "images" / "Img_a.jpg").is_file()
    with Image.open(color / "masks" / "Img_a.png") as image:
        assert image.mode == "RGB"
        assert len(image.getcolors()) == 3
    with Image.open(color / "masks" / "b c.png") as image:
        assert image.getcolors() == [(60 * 80, (0, 0, 0))]


def test_coloured_masks_that_show_grey_classes_alone_are_read_by_colour(predicted, caplog):
    caplog.set_level(logging.INFO)
    masks, written = predicted
    (masks / written[0].name).write_bytes(rgb_png(np.full((60, 80), 3, np.uint8)))
    write_prelabels("color", masks, written, TABLE)  # road is the grey 9, and 9 is no code
    assert "its labels are the masks to the last pixel" in caplog.text


def test_a_photo_that_is_marked_as_turned_is_shown_as_it_was_predicted(predicted, tmp_path):
    masks, written = predicted
    exif = Image.Exif()
    exif[0x0112] = 6
    pixels = np.zeros((60, 80, 3), np.uint8)
    pixels[0] = 255
    Image.fromarray(pixels).save(written[0].image, exif=exif.tobytes(), quality=95)
    place = write_prelabels("coco", masks, written, TABLE)
    with Image.open(place / "images" / "Img_a.png") as image:
        assert image.getexif().get(0x0112, 1) == 1
        assert image.size == (80, 60)


def test_a_folder_that_is_there_is_kept(predicted):
    place = write_prelabels("voc", *predicted, TABLE)
    with pytest.raises(UserError, match=r"photos_voc is there already, and what was corrected"):
        write_prelabels("voc", *predicted, TABLE)
    refuse_corrected(predicted[0], "plain")
    refuse_corrected(predicted[0], "coco")
    assert (place / "labelmap.txt").is_file()


def test_classes_without_a_background_are_all_drawn(predicted, caplog):
    caplog.set_level(logging.INFO)
    masks, written = predicted
    table = ClassTable(tuple(SegmClass(code, f"c{code}", (code, 1, 1)) for code in (0, 3, 7)))
    for layout in EXACT:
        write_prelabels(layout, masks, written, table)
    assert caplog.text.count("to the last pixel") == len(EXACT)


def test_a_large_table_keeps_its_names(predicted):
    place = write_prelabels("voc", *predicted, IMAGE_SEGMENTER)
    assert len((place / "labelmap.txt").read_text("utf-8").splitlines()) == 1 + 22
