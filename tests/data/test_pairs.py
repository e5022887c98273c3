"""Tests of jetcar.data.pairs: names alone say which mask belongs to which image."""

import os
import pickle
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jetcar.data.pairs import Pairs, find_pairs, find_split, fingerprint
from jetcar.errors import UserError

SCHEMES = [
    ("Img_{}.jpg", "Mask_{}.png"),
    ("img_{}.png", "mask_{}.png"),
    ("{}.jpeg", "{}.png"),
    ("{}.jpg", "Mask_{}.png"),
    ("Img_{}.jpg", "Img_{}.png"),
    ("Img_{}.jpg", "Mask_Img_{}.png"),
]
CASES = st.sampled_from([str, str.upper, str.lower, str.title])

# No name begins with img or mask by itself, and no two differ only in case.
views = st.lists(
    st.text("abzABZ019_-. äöÄÖéЖ()[]=&", min_size=1, max_size=8).map(lambda name: f"v{name}"),
    min_size=1,
    max_size=8,
    unique_by=str.lower,
)


def folders(parent, images, masks):
    """Folders of empty files with these names."""
    for kind, names in (("Img", images), ("Mask", masks)):
        (parent / kind).mkdir(exist_ok=True)
        for name in names:
            (parent / kind / name).touch()
    return parent / "Img", parent / "Mask"


def names_of(pairs):
    masks = [mask and os.path.basename(mask) for mask in pairs.masks]
    return dict(zip(map(os.path.basename, pairs.images), masks, strict=True))


@settings(max_examples=60)
@given(views, st.data())
def test_each_image_gets_its_own_mask(views, data):
    expected = {}
    for view in views:
        image, mask = data.draw(st.sampled_from(SCHEMES))
        expected[data.draw(CASES)(image.format(view))] = data.draw(CASES)(mask.format(view))
    with tempfile.TemporaryDirectory() as folder:
        pairs = find_pairs(*folders(Path(folder), expected, expected.values()))
    assert names_of(pairs) == expected
    assert pairs.unused_masks == []


def test_the_names_of_both_tools_stand_in_one_folder(tmp_path):
    expected = {
        "Img_0001_z1.00_t05_b1.0_c0.0_n00.jpg": "Mask_0001_z1.00_t05_b1.0_c0.0_n00.png",
        "img_i032_l004_s000_d0_s0_a0_b0_c0_r1_n0.jpg": (
            "mask_i032_l004_s000_d0_s0_a0_b0_c0_r1_n0.png"
        ),
        "317_297_d47b.jpg": "317_297_d47b.png",
    }
    assert names_of(find_pairs(*folders(tmp_path, expected, expected.values()))) == expected


def test_images_are_sorted_by_name_whatever_their_case(tmp_path):
    images = ["Img_b.jpg", "img_A.jpg", "a.png", "Img_C.JPG"]
    pairs = find_pairs(*folders(tmp_path, images, []))
    assert list(names_of(pairs)) == ["a.png", "img_A.jpg", "Img_b.jpg", "Img_C.JPG"]


def test_paths_are_those_of_the_files(street):
    pairs = find_split(street, "Train")
    assert [Path(path) for path in pairs.images] == [
        street / "Img" / "Train" / f"Img_{name}.jpg" for name in "abc"
    ]
    assert [Path(path) for path in pairs.masks] == [
        street / "Mask" / "Train" / f"Mask_{name}.png" for name in "abc"
    ]


def test_a_mask_is_never_used_twice(tmp_path):
    pairs = find_pairs(*folders(tmp_path, ["Img_x.jpg", "x.jpg"], ["Mask_x.png"]))
    assert names_of(pairs) == {"Img_x.jpg": "Mask_x.png", "x.jpg": None}


def test_the_usual_name_comes_first(tmp_path):
    masks = ["Mask_x.png", "Img_x.png", "y.png", "Mask_y.png"]
    pairs = find_pairs(*folders(tmp_path, ["Img_x.jpg", "y.jpg"], masks))
    assert names_of(pairs) == {"Img_x.jpg": "Mask_x.png", "y.jpg": "y.png"}
    assert [Path(mask).name for mask in pairs.unused_masks] == ["Img_x.png", "Mask_y.png"]


def test_other_files_are_passed_over(tmp_path):
    images = ["Img_a.jpg", "Thumbs.db", ".DS_Store", "._Img_a.jpg", "notes.txt", "Img_b.bmp"]
    pairs = find_pairs(*folders(tmp_path, images, ["Mask_a.png", "._Mask_a.png", "Mask_a.xml"]))
    assert names_of(pairs) == {"Img_a.jpg": "Mask_a.png"}
    assert pairs.unused_masks == []


def test_pairs_without_a_mask_can_be_left_out(tmp_path):
    pairs = find_pairs(*folders(tmp_path, ["a.jpg", "b.jpg"], ["b.png"]))
    assert len(pairs) == 2
    assert names_of(pairs.with_masks()) == {"b.jpg": "b.png"}


def test_pairs_can_be_pickled(street):
    pairs = find_split(street, "Val")
    assert pickle.loads(pickle.dumps(pairs)) == pairs


@pytest.mark.parametrize("names", [("Img_a.jpg", "Img_a.png"), ("Img_a.jpeg", "img_A.jpg")])
def test_two_images_of_one_name_are_refused(tmp_path, names):
    with pytest.raises(UserError) as caught:
        find_pairs(*folders(tmp_path, names, []))
    assert f"holds {names[0]} and {names[1]}, which differ only in case or suffix" in str(
        caught.value
    )
    assert str(caught.value).endswith("Remove or rename one.")


def test_an_image_without_a_mask_is_named(street):
    (street / "Mask" / "Train" / "Mask_b.png").unlink()
    with pytest.raises(UserError, match=r"1 of 3 images in .* first Img_b\.jpg\. Add the masks or"):
        find_split(street, "Train")


def test_a_folder_without_masks_is_named(street):
    (street / "Mask").rename(street / "Masks")
    with pytest.raises(UserError) as caught:
        find_split(street, "Val")
    assert f"2 of 2 images in {street / 'Img' / 'Val'} have no mask in " in str(caught.value)
    assert f"{street / 'Mask' / 'Val'}, first Img_d.jpg. Add the masks or move" in str(caught.value)


def test_masks_in_jpeg_get_a_hint(street):
    masks = street / "Mask" / "Val"
    (masks / "Mask_d.png").rename(masks / "Mask_d.jpg")
    with pytest.raises(UserError, match=r"Add the masks as PNG \(JPEG changes codes\) or move"):
        find_split(street, "Val")


def test_a_missing_split_is_named(street):
    (street / "Img" / "Val").rename(street / "Img" / "Valid")
    with pytest.raises(UserError, match=r"has no folder Img/Val\. Add it with its images\."):
        find_split(street, "Val")


def test_an_empty_split_is_named(street):
    for image in (street / "Img" / "Train").iterdir():
        image.unlink()
    with pytest.raises(UserError, match=r"holds no jpg or png image\. Add images, or name another"):
        find_split(street, "Train")


def test_test_may_be_absent(street):
    (street / "Img" / "Test").rename(street / "Img" / "Later")
    assert find_split(street, "Test") == Pairs([], [], [])


def test_images_of_test_may_lack_masks(street):
    (street / "Mask" / "Test" / "g.png").unlink()
    assert names_of(find_split(street, "Test")) == {"f.jpg": "f.png", "g.jpg": None}


def splits_of(dataset):
    return {split: find_split(dataset, split) for split in ("Train", "Val", "Test")}


def test_the_fingerprint_is_the_same_wherever_the_data_set_lies(street):
    before = fingerprint(splits_of(street))
    moved = street.rename(street.parent / "elsewhere")
    assert fingerprint(splits_of(moved)) == before
    assert len(before) == 16


def test_the_fingerprint_does_not_depend_on_the_order_of_the_splits(street):
    splits = splits_of(street)
    assert fingerprint(dict(reversed(splits.items()))) == fingerprint(splits)


@pytest.mark.parametrize("change", ["a size", "a name", "a mask's size", "the split"])
def test_the_fingerprint_changes_with(street, draw, change):
    before = fingerprint(splits_of(street))
    images, masks = street / "Img", street / "Mask"
    if change == "a size":
        draw.image(images / "Train" / "Img_a.jpg", size=(64, 64))
    elif change == "a mask's size":
        draw.mask(masks / "Train" / "Mask_a.png", size=64)
    elif change == "a name":
        (images / "Train" / "Img_a.jpg").rename(images / "Train" / "Img_z.jpg")
        (masks / "Train" / "Mask_a.png").rename(masks / "Train" / "Mask_z.png")
    else:
        (images / "Train" / "Img_a.jpg").rename(images / "Val" / "Img_a.jpg")
        (masks / "Train" / "Mask_a.png").rename(masks / "Val" / "Mask_a.png")
    assert fingerprint(splits_of(street)) != before
