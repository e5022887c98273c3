"""The two ways to look at a street before it is written: a sheet of pictures, and counts."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from jetcar.classes import IMAGE_SEGMENTER
from jetcar.errors import UserError
from jetcar.settings.street import MakeStreet
from jetcar.street import count, sheet
from jetcar.street.dataset import Job, pictures


@pytest.fixture
def few(settings_of, tmp_path):
    """Three small training pictures, and a file to write to."""
    settings = settings_of(size=48, views=2, images={"train": 3, "val": 0, "test": 0})
    return MakeStreet(**vars(settings), out=str(tmp_path / "new" / "street.png"))


def test_the_sheet_shows_the_data_sets_pictures_above_their_masks(few):
    sheet.main(few)
    with Image.open(few.out) as image:
        pixels = np.asarray(image)
    assert pixels.shape == (2 * 48, sheet.COLUMNS * 48, 3)
    _, first, mask = next(pictures(Job("Train", 0, 2), few))
    assert (pixels[:48, :48] == first).all()
    assert (pixels[48:, :48] == np.array(IMAGE_SEGMENTER.colors, np.uint8)[mask]).all()
    assert (pixels[:, 3 * 48 :] == 255).all()  # three pictures, then white


def test_a_sheet_is_a_png_file(few):
    few.out = "street.jpg"
    with pytest.raises(UserError, match=r"out=street\.jpg must be a file that ends in \.png"):
        sheet.main(few)


def test_a_sheet_without_pictures_is_refused(few):
    few.images.train, few.images.val = 0, 1
    with pytest.raises(UserError, match=r"training pictures; use images\.train=8"):
        sheet.main(few)


def test_classes_are_counted_by_pictures_and_by_pixels(few):
    few.out = few.out.replace(".png", ".md")
    count.main(few)
    with open(few.out, encoding="utf-8") as file:
        rows = [[cell.strip() for cell in line.strip("|\n").split("|")] for line in file][2:]
    assert [row[1] for row in rows] == [c.name for c in IMAGE_SEGMENTER.classes]
    masks = [m for number in (0, 3) for _, _, m in pictures(Job("Train", number, 2), few)][:3]
    for code, _, shown, share in rows:
        if code == "19":
            assert (shown, share) == ("-", "-")  # no roundabout is ever drawn
        else:
            assert int(shown) == sum((mask == int(code)).any() for mask in masks)
            part = 100 * np.mean([mask == int(code) for mask in masks])
            assert float(share.removesuffix(" %")) == pytest.approx(part, abs=0.006)
