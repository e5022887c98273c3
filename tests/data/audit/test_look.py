"""One look at a pair: what is wrong, what is odd, and what is counted."""

import numpy as np
import pytest
from PIL import Image

from jetcar.classes import CAR
from jetcar.data.audit import look as module
from jetcar.data.audit.look import look_at, look_at_all
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
    monkeypatch.setattr(module, "ALONE", 2)
    images = [str(draw.image(tmp_path / f"{i}.jpg", (40 * i, 0, 0))) for i in range(3)]
    masks = [str(draw.mask(tmp_path / f"{i}.png", i)) for i in range(3)]
    looks = look_at_all(Pairs(images, masks, []), CODES, "checking")
    assert [one.counts.argmax() for one in looks] == [0, 1, 2]
