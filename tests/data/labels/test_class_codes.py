"""Names, codes and colours: what a person chooses about the labels of an export."""

import pytest

from jetcar.classes import IMAGE_SEGMENTER
from jetcar.data.labels.form import voc_color
from jetcar.errors import UserError
from tests.data.labels.test_shapes import SQUARE

TOP = [[0, 0], [4, 1]]


@pytest.fixture
def three(export):
    """A truck above, and a bus below; a second picture with a car."""
    export.labelme("a", ("truck", TOP, "rectangle"), ("bus", SQUARE, "polygon"))
    export.labelme("b", ("car", SQUARE, "polygon"))
    return export


def test_what_no_shape_covers_is_nothing_or_what_is_asked_for(three, caplog):
    assert three.convert().names[0] == "nothing"
    made = three.convert(unlabelled="ground")
    assert made.named("b")[0] == ["ground"] * 4
    assert made.table.names[0] == "ground"
    ignored = three.convert(unlabelled="ignore")
    assert ignored.masks["b"][0].tolist() == [255] * 4
    assert ignored.names == ["truck", "bus", "car"]
    assert "what no shape covers is not counted" in caplog.text


def test_the_tools_own_background_is_what_no_shape_covers(export):
    export.labelme("a", ("car", SQUARE, "polygon"), ("Background", TOP, "rectangle"))
    made = export.convert()
    assert made.named("a")[0] == ["Background"] * 4
    assert made.table.names == {0: "Background", 1: "car"}


def test_classes_are_merged_renamed_and_ignored(three):
    made = three.convert(merge={"vehicle": ["truck", "car"], "ignore": ["bus"]})
    assert made.names == ["nothing", "vehicle"]
    assert made.named("a")[:2] == [["vehicle"] * 4, ["nothing", "-", "-", "nothing"]]
    assert three.convert(merge={"lorry": ["truck"]}).names == ["nothing", "lorry", "bus", "car"]


def test_a_label_that_becomes_nothing_is_as_if_it_were_not_labelled(three):
    made = three.convert(merge={"nothing": ["bus"]})
    assert made.named("a")[1] == ["nothing"] * 4
    assert made.names == ["nothing", "truck", "car"]


def test_a_label_to_merge_that_there_is_not_is_told_with_the_nearest(three):
    with pytest.raises(UserError, match=r"merge names trcuk, .* Did you mean truck\?"):
        three.convert(merge={"car": ["trcuk"]})


def test_labels_may_get_the_codes_of_a_table(export):
    export.labelme("a", ("lane_my_dir", SQUARE, "polygon"))
    made = export.convert(classes="imagesegmenter")
    assert made.table.names == IMAGE_SEGMENTER.names
    assert made.masks["a"].tolist() == [[0] * 4, [0, 5, 5, 0], [0, 5, 5, 0]]


def test_a_label_that_the_table_lacks_is_told_with_the_way_out(three):
    with pytest.raises(UserError, match=r"has no class 'truck', 'bus', 'car'.* data\.merge"):
        three.convert(classes="imagesegmenter")
    merge = {"lane_my_dir": ["truck", "bus", "car"]}
    assert three.convert(classes="imagesegmenter", merge=merge).masks["b"].max() == 5


def test_values_of_masks_stay_codes_when_classes_are_merged(export):
    for name in "ab":
        export.picture(f"images/{name}.jpg", 3, 1)
        export.mask(f"masks/{name}.png", [[0, 4, 9]])
    export.text("classes.csv", "code,name,color\n0,ground,000000\n4,car,FF0000\n9,bus,00FF00\n")
    assert export.convert().masks["a"].tolist() == [[0, 4, 9]]
    made = export.convert(merge={"car": ["bus"]})
    assert made.masks["a"].tolist() == [[0, 4, 4]]
    assert made.table.names == {0: "ground", 4: "car"}


def test_classes_without_a_colour_get_one_that_no_other_has(three):
    colors = [c.color for c in three.convert().table.classes]
    assert colors == [voc_color(number) for number in range(4)]
    assert len({voc_color(number) for number in range(256)}) == 256


def test_more_classes_than_a_mask_can_hold_are_told(export):
    shapes = [(f"class {number}", SQUARE, "polygon") for number in range(255)]
    export.labelme("a", *shapes)
    with pytest.raises(UserError, match=r"256 classes, and a mask holds 255 .* data\.merge"):
        export.convert()
    assert len(export.convert(unlabelled="ignore").names) == 255


def test_an_export_without_a_label_is_told(export):
    export.labelme("a")
    with pytest.raises(UserError, match="nothing is labelled in it"):
        export.convert(unlabelled="ignore")
