"""Tests of jetcar.data.pairs: names alone say which mask belongs to which image."""

import os
import pickle
import sys
import tempfile
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jetcar.data.pairs import Pairs, find_pair, find_pairs, find_split
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


def test_all_doubles_are_told_at_once(tmp_path):
    images = [f"{name}.{suffix}" for name in "abcdefg" for suffix in ("jpg", "png")]
    with pytest.raises(UserError) as caught:
        find_pairs(*folders(tmp_path, images, ["a.png", "A.png"]))
    one, other = str(caught.value).split(f" {tmp_path / 'Mask'} ")
    assert one.startswith(
        f"{tmp_path / 'Img'} holds 7 files more than once, which differ only in case or suffix: "
        "a.jpg and a.png; b.jpg and b.png; c.jpg and c.png; d.jpg and d.png; e.jpg and e.png; "
        "and 2 more. Remove or rename one of each."
    )
    assert other.startswith("holds A.png and a.png, which differ only in case or suffix. Remove")


COMPOSED, DECOMPOSED = (unicodedata.normalize(form, "Tür") for form in ("NFC", "NFD"))


@pytest.mark.parametrize("image", [COMPOSED, DECOMPOSED])
@pytest.mark.parametrize("mask", [COMPOSED, DECOMPOSED])
def test_a_name_from_a_mac_is_the_same_name(tmp_path, image, mask):
    pairs = find_pairs(*folders(tmp_path, [f"{image}.jpg"], [f"mask_{mask}.png"]))
    assert [os.path.basename(path) for path in pairs.images] == [f"{image}.jpg"]
    assert [os.path.basename(path) for path in pairs.masks] == [f"mask_{mask}.png"]


@pytest.mark.parametrize("mask", [COMPOSED, DECOMPOSED, f"mask_{DECOMPOSED}", f"{COMPOSED}_Mask"])
def test_a_single_image_finds_its_mask_by_the_same_names(tmp_path, mask):
    images, masks = folders(tmp_path, [f"{COMPOSED}.jpg", "other.jpg"], [f"{mask}.png"])
    pairs = find_pair(images / f"{COMPOSED}.jpg", masks)
    assert [os.path.basename(path) for path in pairs.masks] == [f"{mask}.png"]


@pytest.mark.skipif(sys.platform == "darwin", reason="these are one name on macOS")
def test_two_names_that_look_the_same_are_refused(tmp_path):
    with pytest.raises(UserError, match="differ only in case, suffix or how accented letters are"):
        find_pairs(*folders(tmp_path, [f"{COMPOSED}.jpg", f"{DECOMPOSED}.jpg"], []))


def test_a_mask_may_end_in_mask(tmp_path):
    pairs = find_pairs(*folders(tmp_path, ["x.jpg", "img_y.jpg"], ["x_mask.png", "Img_y_mask.png"]))
    assert names_of(pairs) == {"x.jpg": "x_mask.png", "img_y.jpg": "Img_y_mask.png"}


def warnings_of(caplog):
    return [record.getMessage() for record in caplog.records]


def test_pictures_that_are_left_out_are_counted_and_named(tmp_path, caplog):
    images, masks = folders(tmp_path, ["a.jpg", "b.webp", "c.BMP", "notes.txt"], ["a.png", "d.tif"])
    for name in ("city/x.jpg", "city/deep/y.tif", "city/z.txt", ".hidden/h.jpg"):
        (images / name).parent.mkdir(parents=True, exist_ok=True)
        (images / name).touch()
    assert names_of(find_pairs(images, masks)) == {"a.jpg": "a.png"}
    assert warnings_of(caplog) == [
        f"{images} has 2 pictures that are neither jpg nor png and are left out, first b.webp. "
        "Save them as png or jpg, masks as png.",
        f"{masks} has 1 picture that is neither jpg nor png and is left out, first d.tif. "
        "Save them as png or jpg, masks as png.",
        f"{images} has 2 pictures in folders below it that are left out, first city/deep/y.tif. "
        "Move them up.",
    ]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_pipes_devices_and_folders_with_names_of_pictures_are_left_out(tmp_path, caplog):
    images, masks = folders(tmp_path, ["a.jpg"], ["a.png"])
    os.mkfifo(images / "b.jpg")
    os.mkfifo(masks / "b.png")
    (images / "c.jpg").symlink_to("/dev/zero")
    (images / "d.jpg").mkdir()
    assert names_of(find_pairs(images, masks)) == {"a.jpg": "a.png"}
    assert warnings_of(caplog) == [
        f"{images} has 3 entries with the names of pictures that are not files and are left out, "
        "first b.jpg. Remove them.",
        f"{masks} has 1 entry with the name of a picture that is not a file and is left out, first "
        "b.png. Remove them.",
    ]


def test_a_link_that_leads_nowhere_stays_to_be_told_when_it_is_opened(street):
    image = street / "Img" / "Train" / "Img_a.jpg"
    image.unlink()
    image.symlink_to(street / "gone.jpg")
    assert find_split(street, "Train").images[0] == str(image)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="names are Unicode here")
@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        (b"stra\xdfe.png", r"name is no UTF-8: stra\udcdfe.png. Rename it, for example with"),
        (b"a\x1b[2Jb.png", r"name has control characters: a\x1b[2Jb.png. Rename it."),
        (b"a\nb.png", r"name has control characters: a\nb.png. Rename it."),
    ],
)
@pytest.mark.parametrize("kind", ["Img", "Mask"])
def test_a_name_that_cannot_be_told_is_refused(tmp_path, name, sentence, kind):
    images, masks = folders(tmp_path, ["a.jpg"], ["a.png"])
    for folder in (images, masks):
        if folder.name == kind:
            (Path(os.fsdecode(os.fsencode(folder) + b"/" + name))).touch()
    with pytest.raises(UserError) as caught:
        find_pairs(images, masks)
    assert sentence in str(caught.value)
    assert str(caught.value).isprintable()


def test_a_joiner_in_a_name_is_no_control_character(tmp_path):
    name = "\N{WOMAN}\N{ZERO WIDTH JOINER}\N{PERSONAL COMPUTER}"
    pairs = find_pairs(*folders(tmp_path, [f"{name}.jpg"], [f"{name}.png"]))
    assert names_of(pairs) == {f"{name}.jpg": f"{name}.png"}


def test_an_image_without_a_mask_is_named(street):
    (street / "Mask" / "Train" / "Mask_b.png").unlink()
    with pytest.raises(UserError, match=r"1 of 3 images in .* first Img_b\.jpg\. Add the masks or"):
        find_split(street, "Train")


def test_masks_of_other_names_are_told_with_the_name_that_is_wanted(street):
    masks = street / "Mask" / "Val"
    (masks / "Mask_d.png").rename(masks / "d-labels.png")
    with pytest.raises(UserError) as caught:
        find_split(street, "Val")
    assert str(caught.value).endswith(
        "move those images out. 1 mask has no image, first d-labels.png; a mask of Img_d.jpg is "
        "named Mask_d.png, Img_d_mask.png or Mask_Img_d.png."
    )


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
