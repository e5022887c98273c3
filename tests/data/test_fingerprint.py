"""Tests of jetcar.data.fingerprint: other data has another key, and the same data the same one."""

import re
import unicodedata

import pytest

from jetcar.data.fingerprint import fingerprint, listing_key
from jetcar.data.pairs import find_split


def splits_of(dataset):
    return {split: find_split(dataset, split) for split in ("Train", "Val", "Test")}


@pytest.mark.parametrize("key", [fingerprint, listing_key])
def test_a_key_is_the_same_wherever_the_data_set_lies(street, key):
    before = key(splits_of(street))
    moved = street.rename(street.parent / "elsewhere")
    assert key(splits_of(moved)) == before
    assert re.fullmatch(r"[0-9a-f]{16}(-[0-9a-f]{16})?", before)


@pytest.mark.parametrize("key", [fingerprint, listing_key])
def test_a_key_does_not_depend_on_the_order_of_the_splits(street, key):
    splits = splits_of(street)
    assert key(dict(reversed(splits.items()))) == key(splits)


@pytest.mark.parametrize("key", [fingerprint, listing_key])
@pytest.mark.parametrize("change", ["a size", "a name", "a mask's size", "the split"])
def test_a_key_changes_with(street, draw, key, change):
    before = key(splits_of(street))
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
    assert key(splits_of(street)) != before


@pytest.mark.parametrize("split", ["Train", "Val"])
def test_a_mask_of_the_same_size_and_time_is_noticed(street, split):
    mask = next((street / "Mask" / split).iterdir())
    before = fingerprint(splits_of(street))
    content = mask.read_bytes()
    mask.write_bytes(content[:-20] + bytes(byte ^ 1 for byte in content[-20:]))
    assert fingerprint(splits_of(street)) != before


def test_masks_with_other_codes_change_the_second_part_alone(street, draw):
    before = fingerprint(splits_of(street)).split("-")
    draw.mask(street / "Mask" / "Train" / "Mask_a.png", 7, size=64)
    after = fingerprint(splits_of(street)).split("-")
    assert after[0] == before[0]
    assert after[1] != before[1]


def test_test_may_grow_while_a_run_goes_on(street, draw):
    before = fingerprint(splits_of(street))
    draw.image(street / "Img" / "Test" / "new.jpg")
    draw.mask(street / "Mask" / "Test" / "f.png", 1)
    assert fingerprint(splits_of(street)) == before


def test_names_as_a_mac_writes_them_are_the_same_names(street):
    keys = set()
    for form in ("NFC", "NFD"):
        for kind, suffix in (("Img", "jpg"), ("Mask", "png")):
            folder = street / kind / "Train"
            (found,) = (path for path in folder.iterdir() if path.stem[-1] not in "bc")
            found.rename(folder / unicodedata.normalize(form, f"{kind}_Tür.{suffix}"))
        keys.add(fingerprint(splits_of(street)))
    assert len(keys) == 1


@pytest.mark.parametrize("key", [fingerprint, listing_key])
def test_a_link_that_leads_nowhere_changes_the_key_and_stops_nothing(street, key):
    image = street / "Img" / "Train" / "Img_a.jpg"
    before = key(splits_of(street))
    image.unlink()
    image.symlink_to(street / "gone.jpg")
    assert key(splits_of(street)) != before


def test_the_key_of_the_listing_is_the_fingerprint_of_former_versions(street):
    """Which their checkpoints carry: it must never change."""
    for path in street.rglob("*.*"):
        path.write_bytes(b"x" * (len(path.stem) * 10))
    assert listing_key(splits_of(street)) == "63edd462052d7be0"
