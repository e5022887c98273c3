"""True masks: which class table they are read with, and how they say their codes."""

import shutil
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from jetcar.classes import IMAGE_SEGMENTER, ClassTable, SegmClass, write_classes
from jetcar.data.pairs import find_pairs
from jetcar.errors import UserError
from jetcar.model.checkpoint import read_checkpoint
from jetcar.prediction.truth import codes_of_truth

COLOR_OF = {c.code: c.color for c in IMAGE_SEGMENTER.classes}


@pytest.fixture
def truth(street, checkpoint, settings):
    """A function from settings to what the masks of Val mean."""

    def codes(*overrides, **card):
        pairs = find_pairs(street / "Img/Val", street / "Mask/Val")
        return codes_of_truth(
            settings(*overrides), replace(read_checkpoint(checkpoint)[0], **card), pairs
        )

    return codes


def renamed(street):
    """Gives the pictures of Val names that are not JetCar's."""
    for path in (*street.glob("Img/Val/*"), *street.glob("Mask/Val/*")):
        path.rename(path.with_name(path.name.rpartition("_")[2]))


def in_colours(street, colors):
    """Masks whose only index is 0, and whose only palette entry is the colour of their code."""
    for path in street.glob("Mask/Val/*.png"):
        with Image.open(path) as image:
            code = int(np.asarray(image)[0, 0])
        image = Image.fromarray(np.zeros((32, 32), np.uint8))
        image.putpalette(colors[code])
        image.save(path)


def test_which_table_is_taken_is_said(truth, street, caplog):
    truth()
    assert "true masks: read with the checkpoint's class table, as they have none" in caplog.text
    write_classes(IMAGE_SEGMENTER, street / "JetCar_Classes.txt")
    truth()
    assert "read with JetCar_Classes.txt of the data set, 22 classes" in caplog.text
    assert "every score is wrong" not in caplog.text


def test_foreign_masks_under_a_jetcar_checkpoint_are_warned_of(truth, street, caplog):
    renamed(street)
    truth()  # the run's own data set was told of when it was trained
    assert "every score is wrong" not in caplog.text
    own = ClassTable((SegmClass(0, "road", (1, 1, 1)), SegmClass(5, "sky", (2, 2, 2))))
    truth(f"images={street / 'Img/Val'}", table=own)
    assert "every score is wrong" not in caplog.text
    truth(f"images={street / 'Img/Val'}")  # Train still has JetCar's names
    assert "every score is wrong" not in caplog.text
    shutil.rmtree(street / "Img/Train")
    truth(f"images={street / 'Img/Val'}")
    assert "(0 nothing, 1 white_solid_line, 2 white_dashed_line, ...)" in caplog.text
    assert "every score is wrong: put a JetCar_Classes.txt beside the folder Mask" in caplog.text


def test_true_masks_of_palettes_that_differ_are_read_by_their_colours(truth, street, caplog):
    in_colours(street, COLOR_OF)
    codes = truth()
    read = {p.stem: int(codes.read_mask(str(p), 4, 4)[0, 0]) for p in street.glob("Mask/Val/*")}
    assert read == {"Mask_d": 5, "Mask_e": 0}
    assert "true masks: 2 masks with palettes that differ, in the colours" in caplog.text


def test_true_masks_that_nobody_can_read_are_refused(truth, street):
    in_colours(street, {0: (1, 2, 3), 5: (3, 2, 1)})
    with pytest.raises(UserError, match="The palettes of the masks differ: index 0 is"):
        truth()


def test_pictures_without_masks_need_no_table(settings, checkpoint, street, caplog):
    pairs = find_pairs(street / "Img/Val", None)
    codes = codes_of_truth(settings(), read_checkpoint(checkpoint)[0], pairs)
    assert codes.wanted[5] == 5
    assert "true masks" not in caplog.text
