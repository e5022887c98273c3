"""All findings about a data set, and how they are told."""

import json

import numpy as np
import pytest
from PIL import Image

from jetcar.classes import IMAGE_SEGMENTER, ClassTable
from jetcar.data.audit.audit import Audit, audit, is_audit
from jetcar.data.codes import Codes
from jetcar.data.pairs import find_split

TABLE = ClassTable(tuple(c for c in IMAGE_SEGMENTER.classes if c.code in (0, 1, 5, 9)))


@pytest.fixture
def audited(street):
    """A function that looks through the street."""

    def look(missing=None, ignored=()):
        splits = {
            split: find_split(street, split, allow_missing=True)
            for split in ("Train", "Val", "Test")
        }
        return audit(splits, TABLE, Codes.of(TABLE, list(ignored)), missing or {})

    return look


def test_shares_and_pictures_of_each_class_are_counted(audited, street, draw):
    codes = np.zeros((32, 32), np.uint8)
    codes[:8] = 5
    draw.mask(street / "Mask/Train/Mask_b.png", codes)  # a quarter 5, the rest 0
    train = audited().splits["Train"]
    assert (train["images"], train["masks"]) == (3, 3)
    assert train["share"]["lane_my_dir"] == pytest.approx((1 + 1 / 4) / 3)
    assert train["share"]["nothing"] == pytest.approx((3 / 4) / 3)
    assert train["pictures"] == {
        "nothing": 1,
        "white_solid_line": 1,
        "lane_my_dir": 2,
        "yield_sign": 0,
    }
    table = audited().share_lines()
    assert table[0].split() == ["class", "Train", "Val", "Test"]
    assert "41.67 %" in table[3]


def test_classes_that_never_or_hardly_occur_are_told(audited, street, draw):
    draw.mask(street / "Mask/Val/Mask_d.png", 9)
    assert audited().warnings["class"] == [
        "Train never shows yield_sign",
        "Train hardly shows nothing (1 picture), white_solid_line (1 picture), lane_my_dir "
        "(1 picture)",
        "Val has, but Train never shows yield_sign",
    ]


def test_masks_of_0_and_255_are_odd_alone_and_wrong_all_together(audited, street, draw):
    half = np.repeat(np.array([0, 255], np.uint8), 512).reshape(32, 32)
    draw.mask(street / "Mask/Train/Mask_a.png", half)
    assert len(audited().warnings["black and white"]) == 1
    assert not audited().errors
    for name in "bc":
        draw.mask(street / f"Mask/Train/Mask_{name}.png", half)
    (sentence,) = audited().errors["codes"]
    assert sentence.startswith("All 3 masks of Train hold only 0 and 255")


def test_masks_of_0_and_255_in_val_alone_are_wrong_too(audited, street, draw):
    half = np.repeat(np.array([0, 255], np.uint8), 512).reshape(32, 32)
    for name in "de":
        draw.mask(street / f"Mask/Val/Mask_{name}.png", half)
    (sentence,) = audited().errors["codes"]
    assert sentence.startswith("All 2 masks of Val hold only 0 and 255")


def test_the_only_mask_of_a_split_is_told_as_one(audited, street, draw):
    half = np.repeat(np.array([0, 255], np.uint8), 512).reshape(32, 32)
    draw.mask(street / "Mask/Val/Mask_d.png", half)
    for path in ("Img/Val/Img_e.jpg", "Mask/Val/Mask_e.png"):
        (street / path).unlink()
    (sentence,) = audited().errors["codes"]
    assert sentence.startswith("The only mask of Val holds only 0 and 255")


@pytest.mark.parametrize(
    ("split", "codes", "ignored"),
    [
        ("Val", (255, 255), ()),
        ("Val", (5, 255), ("lane_my_dir",)),
        ("Train", (0, 0, 1), ("nothing", "white_solid_line")),
    ],
)
def test_a_split_without_a_pixel_that_counts_is_wrong(audited, street, draw, split, codes, ignored):
    names = {"Train": "abc", "Val": "de"}[split]
    for name, code in zip(names, codes, strict=True):
        draw.mask(street / f"Mask/{split}/Mask_{name}.png", code)
    (sentence,) = audited(ignored=ignored).errors["nothing counts"]
    assert sentence.startswith(f"No pixel of {split} counts: its masks hold nothing but 255 and")


def test_a_test_split_without_a_pixel_that_counts_is_odd(audited, street, draw):
    for name in "fg":
        draw.mask(street / f"Mask/Test/{name}.png", 255)
    found = audited()
    assert not found.errors
    assert found.warnings["nothing counts"][0].startswith("No pixel of Test counts")


def coloured(street, color_of):
    """Gives the masks of a data set palettes of their own, in which codes have these colours."""
    for i, path in enumerate(sorted(street.glob("Mask/*/*.png"))):
        codes = np.asarray(Image.open(path))
        order = np.roll(sorted(color_of), i)
        indices = np.argmax(codes[..., None] == order, axis=-1).astype(np.uint8)
        image = Image.fromarray(indices)
        image.putpalette([level for code in order for level in color_of[int(code)]])
        image.save(path)


def test_masks_whose_palettes_differ_are_counted_by_colour(audited, street):
    before = audited().splits
    coloured(street, {c.code: c.color for c in TABLE.classes})
    found = audited()
    assert found.splits == before
    assert found.coding.palette == "colour"
    assert found.to_plain()["coding"] == {"palette": "colour", "rgb": "value"}
    assert found.warnings["coding"][0].startswith("7 masks with palettes that differ")


def test_masks_whose_palettes_differ_in_foreign_colours_are_wrong(audited, street):
    coloured(street, {c.code: (c.code, 2, 1) for c in TABLE.classes})
    (sentence,) = audited().errors["coding"]
    assert sentence.startswith("The palettes of the masks differ: index ")


def test_a_whole_audit_is_known_from_what_is_none(audited):
    plain = json.loads(json.dumps(audited().to_plain()))
    assert is_audit(plain)
    spoilt = [
        None,
        [],
        {},
        {**plain, "format": 0},
        {**plain, "errors": {"image": ["x"]}},
        {**plain, "warnings": None},
        {**plain, "warnings": {"class": "text"}},
        {**plain, "warnings": {"class": [1]}},
        {**plain, "splits": {}},
        {**plain, "splits": {**plain["splits"], "Val": None}},
        {**plain, "splits": {**plain["splits"], "Val": {"images": 3}}},
        {**plain, "splits": {**plain["splits"], "Val": {**plain["splits"]["Val"], "share": 1}}},
        {**plain, "coding": {"palette": "no", "rgb": "value"}},
        *({key: value for key, value in plain.items() if key != lost} for lost in plain),
    ]
    assert not any(map(is_audit, spoilt))


def test_a_mask_without_an_image_and_an_image_without_a_mask_are_told(audited, street, draw):
    draw.mask(street / "Mask/Train/Mask_z.png", 1)
    found = audited({"Train": "1 has no mask", "Test": "2 have no mask"})
    assert found.warnings["unused"] == [f"{street / 'Mask/Train/Mask_z.png'} has no image"]
    assert found.errors["missing"] == ["1 has no mask"]
    assert found.warnings["missing"] == ["2 have no mask"]  # Test may lack them


def test_all_errors_of_all_splits_are_told_at_once(audited, street):
    (street / "Img/Train/Img_a.jpg").write_bytes(b"x")
    (street / "Img/Val/Img_d.jpg").write_bytes(b"x")
    (street / "Mask/Val/Mask_e.png").write_bytes(b"x")
    text = audited().error_text()
    assert text.splitlines()[0] == "The data set has 3 errors:"
    assert all(name in text for name in ("Img_a.jpg", "Img_d.jpg", "Mask_e.png"))


def test_ten_lines_of_a_kind_are_enough():
    found = Audit(errors={"image": [f"{i} is bad" for i in range(25)], "mask": ["m is bad"]})
    lines = found.error_text().splitlines()
    assert lines[0] == "The data set has 26 errors:"
    assert lines[1] == "  25 images that cannot be read:"
    assert (lines[2], lines[11], lines[12]) == (
        "    0 is bad",
        "    9 is bad",
        "    ... and 15 more",
    )
    assert lines[13:] == ["  m is bad"]


def test_a_single_error_is_one_sentence_and_none_is_none():
    assert Audit(errors={"image": ["a is bad"]}).error_text() == "a is bad"
    assert Audit().error_text() is None
