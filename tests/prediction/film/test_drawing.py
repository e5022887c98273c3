"""How a frame looks: masks over the picture, borders as of the enlarged logits, even sides."""

import cv2
import numpy as np
import pytest
import torch

from jetcar.classes import CAR
from jetcar.prediction.enlarge import enlarged_codes
from jetcar.prediction.film.drawing import CAPTION, Drawing, enlarged_for_eyes
from jetcar.prediction.overlay import LEGEND_WIDTH

CODES = np.array(CAR.codes, np.uint8)
LANE, NOTHING = 5, 0


def enlarged(logits, height, width):
    places = logits.argmax(0).to(torch.uint8).numpy()
    return enlarged_for_eyes(logits, places, CODES, (height, width))


def test_borders_are_those_of_the_enlarged_logits():
    torch.manual_seed(0)
    coarse = torch.randn(1, CAR.n_outputs, 5, 5) * 3
    logits = torch.nn.functional.interpolate(coarse, (32, 32), mode="bicubic")
    exact = CODES[enlarged_codes(logits, (96, 160))]
    drawn = enlarged(logits[0], 96, 160)
    inside = cv2.erode(exact, np.ones((5, 5))) == cv2.dilate(exact, np.ones((5, 5)))
    assert 0.3 < inside.mean() < 0.9  # 2 pixels and more from a border
    assert (drawn == exact)[inside].mean() > 0.999
    assert (drawn == exact).mean() > 0.95


def test_only_classes_that_win_somewhere_are_drawn():
    logits = torch.zeros(CAR.n_outputs, 4, 4)
    logits[LANE] = 1
    assert set(enlarged(logits, 90, 70).ravel()) == {LANE}


def test_a_film_of_twice_the_networks_size_shows_its_very_pixels():
    logits = torch.randn(CAR.n_outputs, 8, 8)
    pixels = CODES[logits.argmax(0).numpy()]
    assert (enlarged(logits, 16, 16) == pixels.repeat(2, 0).repeat(2, 1)).all()


@pytest.fixture
def half_lane():
    """Codes of a picture whose left half is the lane, and the rest nothing."""
    codes = np.full((448, 448), NOTHING, np.uint8)
    codes[:, :224] = LANE
    return codes


def test_an_overlay_shows_the_class_over_the_picture_and_leaves_nothing_as_it_is(half_lane):
    drawing = Drawing("overlay", 448, 448, CAR)
    film = drawing.draw(np.full((448, 448, 3), 100, np.uint8), half_lane, "frame 1")
    assert film.shape == (448 + CAPTION, 448 + LEGEND_WIDTH, 3) == (*drawing.size, 3)
    assert film[200, 50].tolist() == [50, 178, 50]  # half of (100, 100, 100) and of (0, 255, 0)
    assert film[200, 400].tolist() == [100, 100, 100]
    assert (film[448:, :200] == 255).any()  # the caption is written


def test_a_mask_shows_colours_alone_and_both_shows_both(half_lane):
    picture = np.full((448, 448, 3), 100, np.uint8)
    mask = Drawing("mask", 448, 448, CAR).draw(picture, half_lane, "")
    assert mask[200, 50].tolist() == [0, 255, 0]
    both = Drawing("both", 448, 448, CAR).draw(picture, half_lane, "")
    assert both[200, 50].tolist() == [50, 178, 50]
    assert both[200, 448 + 50].tolist() == [0, 255, 0]


@pytest.mark.parametrize(
    ("size", "panel"),
    [((33, 51), (448, 692)), ((720, 1280), (720, 1280)), ((2160, 3840), (720, 1280))],
)
def test_small_films_are_enlarged_large_ones_shrunk_and_all_sides_are_even(size, panel):
    drawing = Drawing("overlay", *size, CAR)
    assert drawing.panel == panel
    assert not any(side % 2 for side in drawing.size)
