"""Tests of jetcar.data.sheet: the sheet has what training will see."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from jetcar.data.prepare import gather
from jetcar.data.sheet import GAP, HEAD, OUTSIDE, SIDE, WIDEST, as_jpeg, write_sheet
from jetcar.data.transforms import transforms_of
from jetcar.errors import UserError
from jetcar.settings.schema import Augment, Data

STEP = 2 * SIDE + 2 * GAP
AS_IT_IS = {
    **dict.fromkeys(("tilt", "zoom", "shift", "brightness", "contrast", "noise", "spot"), 0),
    "outside": "black",
}


@pytest.fixture
def sheet(street, tmp_path):
    """A function from a recipe to its sheet of the street, ``(H, W, 3)``."""
    data = Data(source=str(street), root=str(tmp_path), split="folders", classes="auto", ignore=[])

    def make(seed=0, transforms=(), swap=None, **changes):
        recipe = Augment(**(AS_IT_IS | changes), transforms=list(transforms), swap=swap)
        gathered = gather(data, 0)
        ready = transforms_of(recipe, gathered.chosen.table, 64, 64)
        write_sheet(tmp_path / "augment.png", gathered, recipe, ready, seed, 64, 64)
        return np.asarray(Image.open(tmp_path / "augment.png"))

    return make


def cell(sheet, row, column):
    top, left = HEAD + row * (SIDE + GAP), column * STEP
    return sheet[top : top + SIDE, left : left + 2 * SIDE]


def test_without_a_recipe_all_epochs_are_as_it_is(sheet):
    drawn = sheet()
    assert drawn.shape[1] == 4 * STEP
    for row in range(3):  # the pictures of Train
        for column in (1, 2, 3):
            assert (cell(drawn, row, column) == cell(drawn, row, 0)).all()
    assert not (drawn == OUTSIDE).all(axis=2).any()


def test_each_epoch_is_changed_and_what_came_from_outside_is_marked(sheet):
    drawn = sheet(tilt=40, transforms=[{"Rotate": {"limit": [20, 20], "p": 1}}])
    for row in range(3):
        assert not (cell(drawn, row, 0) == OUTSIDE).all(axis=2).any()
        assert (cell(drawn, row, 1) == OUTSIDE).all(axis=2).any()
        assert (cell(drawn, row, 1) != cell(drawn, row, 2)).any()


def test_a_seed_has_a_sheet_of_its_own_and_always_the_same(sheet):
    assert (sheet(seed=1, noise=0.1) == sheet(seed=1, noise=0.1)).all()
    one, two = sheet(seed=1, noise=0.1), sheet(seed=2, noise=0.1)
    assert (one[:HEAD] == two[:HEAD]).all()
    assert (cell(one, 0, 1) != cell(two, 0, 1)).any()


def test_a_recipe_that_mirrors_the_cars_classes_is_refused(sheet):
    with pytest.raises(UserError, match="HorizontalFlip mirrors pictures"):
        sheet(transforms=[{"HorizontalFlip": {"p": 0.5}}])


def test_a_page_gets_the_same_sheet_in_fewer_bytes(sheet, tmp_path):
    drawn = sheet(tilt=20)
    jpeg = as_jpeg(tmp_path / "augment.png")
    shown = np.asarray(Image.open(BytesIO(jpeg)), int)
    assert shown.shape == drawn.shape
    assert np.abs(shown - drawn).mean() < 8
    assert as_jpeg(tmp_path / "none.png") == b""


def test_very_wide_pictures_make_no_huge_sheet(street, tmp_path):
    recipe = Augment(**AS_IT_IS, transforms=[], swap=None)
    source = Data(
        source=str(street), root=str(tmp_path), split="folders", classes="auto", ignore=[]
    )
    write_sheet(tmp_path / "wide.png", gather(source, 0), recipe, None, 0, 32, 1024)
    with Image.open(tmp_path / "wide.png") as drawn:
        assert drawn.width == 4 * (2 * WIDEST + 2 * GAP)
