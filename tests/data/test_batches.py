"""Tests of jetcar.data.batches: pairs of files become batches of small integers."""

import pickle

import numpy as np
import pytest
import torch

from jetcar.classes import IMAGE_SEGMENTER
from jetcar.data.augment import AugmentRange
from jetcar.data.batches import Pictures
from jetcar.data.codes import Codes
from jetcar.data.order import Order
from jetcar.data.pairs import find_split
from jetcar.data.transforms import Transforms
from jetcar.errors import UserError
from tests.ranges import RANGES

CODES = Codes.of(IMAGE_SEGMENTER, [])


@pytest.fixture
def pictures(street):
    """A function from options to the three pairs of Train at 32 x 64 pixels."""

    def make(codes=CODES, **options):
        return Pictures(find_split(street, "Train"), 32, 64, codes, **options)

    return make


def same(one, two):
    return one.keys() == two.keys() and all(torch.equal(one[key], two[key]) for key in one)


def test_a_batch_has_the_agreed_shapes_and_types(pictures):
    batch = pictures()[Order(0, [0, 1, 2])]
    assert {key: (value.dtype, tuple(value.shape)) for key, value in batch.items()} == {
        "image": (torch.uint8, (3, 3, 32, 64)),
        "mask": (torch.uint8, (3, 32, 64)),
        "index": (torch.int64, (3,)),
    }
    assert batch["image"].is_contiguous(memory_format=torch.channels_last)


def test_a_batch_holds_the_pictures_of_its_order(pictures):
    batch = pictures()[Order(0, [2, 0])]
    assert batch["index"].tolist() == [2, 0]
    assert batch["mask"].flatten(1).tolist() == [[1] * 32 * 64, [5] * 32 * 64]
    red, green = batch["image"].float().mean((2, 3))  # of white_solid_line and lane_my_dir
    assert red.tolist() == pytest.approx([231, 14, 19], abs=3)  # JPEG rounds
    assert green.tolist() == pytest.approx([0, 255, 0], abs=3)


def test_the_length_is_the_number_of_pairs(pictures):
    assert len(pictures()) == 3


def test_a_class_that_counts_nowhere_is_255(pictures):
    codes = Codes.of(IMAGE_SEGMENTER, ["lane_my_dir"])
    batch = pictures(codes)[Order(0, [0, 1])]
    assert [mask.unique().tolist() for mask in batch["mask"]] == [[255], [0]]


def test_what_is_changed_depends_on_seed_epoch_and_picture_alone(pictures):
    some = pictures(augment=RANGES, seed=3)
    together = some[Order(5, [0, 1, 2])]
    later = some[Order(6, [2])]
    assert not torch.equal(later["image"][0], together["image"][2])
    alone = some[Order(5, [1])]
    assert torch.equal(alone["image"][0], together["image"][1])
    assert torch.equal(alone["mask"][0], together["mask"][1])
    again = pictures(augment=RANGES, seed=3)[Order(5, [1])]
    assert same(again, alone)


@pytest.mark.parametrize(("seed", "epoch"), [(4, 5), (3, 6)])
def test_another_seed_or_epoch_changes_pictures_otherwise(pictures, seed, epoch):
    one = pictures(augment=RANGES, seed=3)[Order(5, [0])]
    two = pictures(augment=RANGES, seed=seed)[Order(epoch, [0])]
    assert not torch.equal(one["image"], two["image"])


@pytest.mark.parametrize("way", ["augment", "transforms"])
def test_a_picture_that_comes_again_is_changed_otherwise(pictures, way):
    noise = Transforms([{"GaussNoise": {"p": 1}}])
    made = pictures(**{"augment": RANGES} if way == "augment" else {"transforms": noise})
    image = made[Order(5, [0, 0, 0], [0, 1, 2])]["image"]
    assert (image[0] == made[Order(5, [0])]["image"][0]).all()
    assert (image[1] == made[Order(5, [2, 0], [0, 1])]["image"][1]).all()
    assert (image[0] != image[1]).any()
    assert (image[1] != image[2]).any()


def test_without_changes_the_epoch_does_not_matter(pictures):
    assert same(pictures()[Order(0, [1])], pictures(augment=AugmentRange())[Order(7, [1])])


def test_bad_input_is_returned_to_cross_from_a_worker(pictures, street, draw):
    some = pictures()
    draw.mask(street / "Mask" / "Train" / "Mask_b.png", 99)
    found = some[Order(0, [0, 1])]
    assert isinstance(found, UserError)
    assert "Mask_b.png holds the code 99 (100 % of its pixels)" in str(found)
    assert str(pickle.loads(pickle.dumps(found))) == str(found)


def test_a_file_that_went_away_is_returned_too(pictures, street):
    some = pictures()
    (street / "Img" / "Train" / "Img_a.jpg").unlink()
    assert "Img_a.jpg cannot be read" in str(some[Order(0, [0])])


def test_pictures_can_be_pickled(pictures):
    some = pictures(augment=RANGES, seed=3)
    batch = some[Order(2, [0, 2])]
    assert same(pickle.loads(pickle.dumps(some))[Order(2, [0, 2])], batch)


def test_transforms_come_first_and_know_the_files_codes(pictures):
    codes = Codes.of(IMAGE_SEGMENTER, ["lane_my_dir"])
    turned = Transforms([{"Rotate": {"limit": [40, 40], "p": 1}}])
    order = Order(5, [0, 1])
    raw = pictures(codes, augment=RANGES, seed=3, on_device=True, transforms=turned)[order]
    assert raw["mask"].unique().tolist() == [0, 5, 255]
    plain = pictures(codes, seed=3, transforms=turned)[order]
    assert torch.equal(raw["image"], plain["image"])
    assert plain["mask"].unique().tolist() == [0, 255]


def test_a_transform_that_fails_names_the_picture(pictures):
    some = pictures(transforms=Transforms([{"RandomScale": {"scale_limit": [1, 1], "p": 1}}]))
    found = some[Order(0, [1])]
    assert isinstance(found, UserError)
    assert "Img_b.jpg: augment.transforms turns a picture of " in str(found)
    assert "into one of 64 x 128 x 3 of type uint8" in str(found)


def test_a_device_gets_raw_codes_and_the_parameters(pictures):
    codes = Codes.of(IMAGE_SEGMENTER, ["lane_my_dir"])
    raw = pictures(codes, augment=RANGES, seed=3, on_device=True)[Order(5, [0, 1])]
    assert raw["parameters"].shape == (2, 12)
    assert raw["mask"].unique().tolist() == [0, 5]
    assert torch.equal(raw["image"], pictures()[Order(5, [0, 1])]["image"])
    assert not np.array_equal(*raw["parameters"])
