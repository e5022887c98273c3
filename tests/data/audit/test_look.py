"""One look at a pair: what is wrong, what is odd, and what is counted."""

import cv2
import numpy as np
import pytest
from PIL import Image

from jetcar import processes
from jetcar.classes import CAR
from jetcar.data.audit import look as module
from jetcar.data.audit.look import look_at, look_at_all, rims_of
from jetcar.data.codes import Codes
from jetcar.data.pairs import Pairs

CODES = Codes.of(CAR, [])


@pytest.fixture
def look(tmp_path, draw):
    """A function from the codes of a mask, and more about it, to what is seen."""

    def see(codes, **more):
        image = draw.image(tmp_path / "a.jpg")
        mask = draw.mask(tmp_path / "a.png", codes, **more)
        return look_at(CODES, (str(image), str(mask)))

    return see


def half(code, other):
    return np.repeat(np.array([code, other], np.uint8), 512).reshape(32, 32)


def kinds(findings):
    return [kind for kind, _ in findings]


def test_a_good_pair_has_nothing_and_is_counted(look):
    seen = look(half(1, 3))
    assert (seen.errors, seen.warnings) == ([], [])
    assert (seen.counts[1], seen.counts[3], seen.counts.sum()) == (512, 512, 32 * 32)
    assert seen.digest


def test_codes_without_a_class_are_an_error_with_their_share(look):
    (kind, sentence) = look(half(1, 99)).errors[0]
    assert kind == "codes"
    assert "a.png holds the code 99 (50 % of its pixels)" in sentence


def test_a_mask_of_one_value_is_odd(look):
    assert look(3).warnings == [("one value", look(3).warnings[0][1])]
    assert look(3).warnings[0][1].endswith("a.png holds nothing but 3")


def test_a_mask_of_0_and_255_is_odd(look):
    seen = look(half(0, 255))
    assert kinds(seen.errors) == []
    assert kinds(seen.warnings) == ["black and white"]


def test_a_mask_of_another_size_is_odd_and_of_another_shape_wrong(look):
    assert kinds(look(half(1, 3).repeat(2, 0).repeat(2, 1)).warnings) == ["scale"]
    assert kinds(look(half(1, 3).repeat(2, 1)).errors) == ["shape"]


def regions():
    """Regions of many codes with a thin line, as a street has them, 64 x 64."""
    mask = np.zeros((64, 64), np.uint8)
    mask[:, 9:25], mask[:, 41:60], mask[21:51, 31:37] = 9, 5, 14
    mask[:, 25] = 3  # a line that is one pixel wide, with a code between its sides
    return mask


@pytest.mark.parametrize("factor", [0.5, 0.7, 2, 3.3])
def test_a_mask_that_was_resized_with_interpolation_is_told(tmp_path, draw, factor):
    for how, kinds_told in ((cv2.INTER_LINEAR, ["rims"]), (cv2.INTER_NEAREST, [])):
        codes = cv2.resize(regions(), None, fx=factor, fy=factor, interpolation=how)
        size = codes.shape
        image = draw.image(tmp_path / "a.jpg", size=size)
        mask = draw.mask(tmp_path / "a.png", codes, "grey")
        seen = look_at(CODES, (str(image), str(mask)))
        assert kinds(seen.warnings) == kinds_told
        assert "a.png has smooth edges: " in seen.warnings[0][1] if kinds_told else True


def test_rims_are_counted_by_hand():
    row = np.array([[0, 0, 2, 5, 5, 9, 9]], np.uint8)  # 2 is between 0 and 5
    # Per row one rim; jumps by more than 1: 0-2, 2-5, 5-9.
    assert rims_of(row.repeat(40, axis=0)) == 40 / (40 + 3 * 40)
    assert rims_of(row) == 0  # a single one may be there by chance


def test_a_large_mask_is_looked_at_in_strips(monkeypatch):
    mask = cv2.resize(regions(), None, fx=2, fy=2, interpolation=cv2.INTER_LINEAR)
    whole = rims_of(mask)
    monkeypatch.setattr(module, "STRIP_PIXELS", 300)
    assert rims_of(mask) == whole > 0.3


def test_a_picture_that_is_almost_black_is_odd(tmp_path, draw):
    image = draw.image(tmp_path / "a.png", (3, 20, 4))
    mask = draw.mask(tmp_path / "m.png", half(1, 3))
    (kind, told) = look_at(CODES, (str(image), str(mask))).warnings[0]
    assert kind == "dark"
    assert told.endswith("a.png is almost black: no value in it is above 20 of 255")


def clear(pixels, alpha):
    """RGBA or grey with alpha: an eighth of the pixels, the upper rows, have this alpha."""
    veil = np.full(pixels.shape[:2], 255, np.uint8)
    veil[: len(veil) // 8] = alpha
    return Image.fromarray(np.dstack([pixels, veil]))


@pytest.mark.parametrize("channels", [1, 3])
def test_an_image_that_is_transparent_somewhere_is_odd(tmp_path, draw, channels):
    pixels = np.full((32, 32, channels), 90, np.uint8)
    mask = draw.mask(tmp_path / "m.png", half(1, 3))
    clear(pixels, 0).save(tmp_path / "a.png")
    (kind, told) = look_at(CODES, (str(tmp_path / "a.png"), str(mask))).warnings[0]
    assert kind == "transparent"
    # 4 of 32 rows are 12.5 %.
    assert "a.png is transparent in 12.5 % of its pixels, which is ignored: the colours" in told
    assert told.endswith("save it without transparency")
    clear(pixels, 255).save(tmp_path / "a.png")
    assert look_at(CODES, (str(tmp_path / "a.png"), str(mask))).warnings == []


@pytest.mark.parametrize(("index", "kinds_told"), [(1, ["transparent"]), (2, [])])
def test_a_mask_whose_palette_makes_a_code_of_it_transparent_is_odd(
    tmp_path, draw, index, kinds_told
):
    image = draw.image(tmp_path / "a.jpg")
    mask = Image.fromarray(half(1, 3))
    mask.putpalette([i // 3 for i in range(768)])
    mask.save(tmp_path / "m.png", transparency=index)  # no pixel has the code 2
    seen = look_at(CODES, (str(image), str(tmp_path / "m.png")))
    assert kinds(seen.warnings) == kinds_told
    assert seen.counts[1] == seen.counts[3] == 512  # and the codes are as without
    if kinds_told:
        assert "m.png is transparent in 50 % of its pixels, which is ignored: the codes" in str(
            seen
        )


def test_both_files_of_a_pair_are_told(tmp_path):
    for name in ("a.jpg", "a.png"):
        (tmp_path / name).write_bytes(b"x")
    seen = look_at(CODES, (str(tmp_path / "a.jpg"), str(tmp_path / "a.png")))
    assert kinds(seen.errors) == ["image", "mask"]
    assert not seen.digest


def test_colours_in_a_mask_are_an_error(look, tmp_path):
    look(1)
    colours = np.zeros((32, 32, 3), np.uint8)
    colours[..., 1] = 255
    Image.fromarray(colours).save(tmp_path / "a.png")
    (kind, sentence) = look_at(CODES, (str(tmp_path / "a.jpg"), str(tmp_path / "a.png"))).errors[0]
    assert kind == "mask"
    assert "holds colours instead of class codes" in sentence


def test_many_pairs_are_looked_at_by_several_processes_in_their_order(tmp_path, draw, monkeypatch):
    monkeypatch.setattr(processes, "ALONE", 2)
    images = [str(draw.image(tmp_path / f"{i}.jpg", (40 * i, 0, 0))) for i in range(3)]
    masks = [str(draw.mask(tmp_path / f"{i}.png", i)) for i in range(3)]
    looks = look_at_all(Pairs(images, masks, []), CODES, "checking")
    assert [one.counts.argmax() for one in looks] == [0, 1, 2]
