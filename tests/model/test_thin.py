"""What in a mask is thin, and what is near a border."""

import pytest
import torch

from jetcar.model.thin import SQUARE, borders, thin


def rows(*lines):
    """A mask of one picture from lines of digits."""
    return torch.tensor([[[int(digit) for digit in line] for line in lines]], dtype=torch.uint8)


def marked(chosen):
    return ["".join(".#"[int(one)] for one in line) for line in chosen[0]]


def test_a_pole_is_thin_and_the_road_around_it_is_not():
    mask = torch.zeros(1, 9, 15, dtype=torch.uint8)
    mask[:, :, 7:9] = 1  # 2 pixels wide; 7 and 6 columns of road beside it
    assert marked(thin(mask)) == ["." * 7 + "##" + "." * 6] * 9


@pytest.mark.parametrize(("width", "is_thin"), [(SQUARE - 1, True), (SQUARE, False)])
def test_thin_is_what_is_less_wide_than_the_square(width, is_thin):
    mask = torch.zeros(1, 20, 20, dtype=torch.uint8)
    mask[:, :, 7 : 7 + width] = 1
    assert bool(thin(mask)[mask == 1].all()) is is_thin


def test_of_a_square_that_reaches_outside_the_inside_counts():
    wide = rows("00011", "00011", "00011", "00011", "00011")
    # 3 of 5 columns of a square are inside when its middle is in the outermost; 2 never are.
    assert marked(thin(wide)) == ["...##"] * 5


def test_pixels_within_two_of_a_border_are_near_it():
    mask = torch.zeros(1, 8, 9, dtype=torch.uint8)
    mask[:, :, 5:] = 3
    assert marked(borders(mask)) == ["...####.."] * 8
    assert marked(borders(mask.mT)) == [
        *["." * 8] * 3,
        *["#" * 8] * 4,
        *["." * 8] * 2,
    ]


def test_both_are_what_opening_and_looking_around_give_class_by_class():
    torch.manual_seed(0)
    coarse = torch.randint(0, 4, (2, 6, 7)).to(torch.uint8)
    mask = coarse.repeat_interleave(4, 1).repeat_interleave(3, 2)
    reach = SQUARE // 2
    _, height, width = mask.shape
    near, slim = borders(mask), thin(mask)
    for b in range(2):
        around = {
            (y, x): [
                (i, j)
                for i in range(max(0, y - reach), min(height, y + reach + 1))
                for j in range(max(0, x - reach), min(width, x + reach + 1))
            ]
            for y in range(height)
            for x in range(width)
        }
        whole = {
            at: len({int(mask[b, i, j]) for i, j in places}) == 1 for at, places in around.items()
        }
        for (y, x), places in around.items():
            assert bool(near[b, y, x]) is not whole[y, x]
            assert bool(slim[b, y, x]) is not any(whole[place] for place in places)


def test_a_picture_that_is_one_class_has_neither():
    mask = torch.full((1, 3, 40), 7, dtype=torch.uint8)
    assert not thin(mask).any()
    assert not borders(mask).any()
