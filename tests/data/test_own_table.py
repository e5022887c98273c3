"""Which classes a data set without a class table is given."""

import numpy as np
import pytest
from PIL import Image

from jetcar.classes import IMAGE_SEGMENTER, write_classes
from jetcar.data.own_table import own_table
from jetcar.data.pairs import Pairs
from jetcar.errors import UserError

DRAWN = "Img_i000_l000_s000_d0_s0_a0_b0_c0_r0_n0.jpg"
RECORDED = "Img_0001_z1.00_t00_b1.0_c0.0_n00.jpg"


@pytest.fixture
def table_of(tmp_path, draw):
    """The table of masks that hold some codes, for pictures of that name."""

    def table_of(image, *codes, kind="palette", setting="auto"):
        name = image.replace("Img_", "Mask_").replace("jpg", "png")
        masks = [str(draw.mask(tmp_path / f"{i}" / name, c, kind)) for i, c in enumerate(codes)]
        pairs = Pairs([f"{i}/{image}" for i in range(len(masks))], masks, [])
        return own_table(setting, tmp_path, {"Train": pairs, "Val": Pairs([], [], [])})

    return table_of


@pytest.mark.parametrize("image", [RECORDED, "Img_a.jpg"])
def test_files_that_are_called_as_image_segmenter_does_get_its_names(table_of, image):
    chosen = table_of(image, 3)
    assert (chosen.table, chosen.is_guess) == (IMAGE_SEGMENTER, True)


@pytest.mark.parametrize("image", [DRAWN, "frame_0001.jpg"])
@pytest.mark.parametrize("kind", ["palette", "grey", "rgb"])
def test_other_files_get_a_class_for_each_value(table_of, image, kind):
    chosen = table_of(image, 3, 0, np.full((8, 8), 255), np.full((8, 8), 7), kind=kind)
    assert chosen.table.names == {0: "class_0", 3: "class_3", 7: "class_7"}
    assert chosen.is_guess
    assert str(chosen).startswith("class_0, class_1, ... after the values of the masks")


def test_a_table_that_is_there_or_named_is_taken(table_of, tmp_path):
    assert table_of("a.jpg", 3, setting="imagesegmenter").table == IMAGE_SEGMENTER
    write_classes(IMAGE_SEGMENTER, tmp_path / "JetCar_Classes.txt")
    chosen = table_of("a.jpg", 3)
    assert (chosen.table, chosen.is_guess) == (IMAGE_SEGMENTER, False)


def test_masks_that_cannot_be_read_say_no_class(table_of, tmp_path):
    pairs = Pairs(["a.jpg"], [str(tmp_path / "none.png")], [])
    chosen = own_table("auto", tmp_path, {"Train": pairs})
    assert chosen.table.names == {0: "class_0"}


def test_palettes_that_differ_and_mean_nothing_are_refused(tmp_path):
    masks = []
    for i, color in enumerate([(1, 2, 3), (3, 2, 1)]):
        image = Image.fromarray(np.zeros((8, 8), np.uint8))
        image.putpalette(color)
        masks.append(str(tmp_path / f"{i}.png"))
        image.save(masks[-1])
    pairs = Pairs(["a.jpg", "b.jpg"], masks, [])
    with pytest.raises(UserError, match="The palettes of the masks differ: index 0 is"):
        own_table("auto", tmp_path, {"Train": pairs})
