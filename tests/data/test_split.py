"""A new split: every view on one side, the same in every run, about as large as before."""

import numpy as np
import pytest
from PIL import Image

from jetcar.data.groups import groups_of, near_copies
from jetcar.data.pairs import Pairs
from jetcar.data.split import split_by_view
from jetcar.data.views import view_of


def variants(views, n_variants):
    """Names as ImageSegmenter gives them: so many variants of each view."""
    return [
        f"Img_{view:04}_z1.00_t{turn:02}_b1.0_c0.0_n00.jpg"
        for view in views
        for turn in range(n_variants)
    ]


def as_pairs(images):
    return Pairs(images, [f"mask of {image}" for image in images], [])


@pytest.fixture
def mixed():
    """10 views with 4 variants each; every fourth variant stands in Val: 30 and 10 pictures."""
    names = variants(range(10), 4)
    return as_pairs([n for n in names if "_t03_" not in n]), as_pairs(names[3::4])


def test_no_view_stands_on_both_sides_and_no_picture_is_lost(mixed):
    train, val = split_by_view(*mixed, seed=0)
    assert not {view_of(i) for i in train.images} & {view_of(i) for i in val.images}
    assert sorted([*train.images, *val.images]) == sorted([*mixed[0].images, *mixed[1].images])
    assert train.images == sorted(train.images)
    for pairs in (train, val):
        assert pairs.masks == [f"mask of {image}" for image in pairs.images]


def test_val_stays_about_as_large_as_it_was(mixed):
    train, val = split_by_view(*mixed, seed=0)
    assert (len(train), len(val)) == (32, 8)  # two whole views of 4 fit into the former 10


def test_the_seed_decides_and_nothing_else(mixed):
    first, again, other = (split_by_view(*mixed, seed=seed)[1].images for seed in (0, 0, 1))
    assert first == again
    assert first != other


def test_without_a_val_a_fifth_of_the_pictures_becomes_one():
    train, val = split_by_view(as_pairs(variants(range(10), 4)), as_pairs([]), seed=0)
    assert (len(train), len(val)) == (32, 8)


def test_a_view_that_is_larger_than_val_was_does_not_take_its_place():
    # 12 + 4 pictures, 3 wanted: neither view fits, so the smaller one is Val.
    images = [*variants([0], 12), *variants([1], 4)]
    train, val = split_by_view(as_pairs(images), as_pairs([]), seed=0)
    assert (len(train), len(val)) == (12, 4)


def test_a_single_view_cannot_be_split():
    assert not split_by_view(as_pairs(variants([0], 5)), as_pairs([]), seed=0)[1].images


@pytest.fixture
def film(tmp_path):
    """Pictures without telling names: two scenes of 3, each hardly changed, and a damaged file."""
    rng = np.random.default_rng(0)
    paths = []
    for scene in range(2):
        picture = np.kron(rng.integers(0, 200, (17, 17, 3)), np.ones((4, 4, 1))).astype(np.uint8)
        for number in range(3):
            path = tmp_path / f"{scene}{number}.png"
            Image.fromarray(picture + np.uint8(10 * number)).save(path)  # brighter and brighter
            paths.append(str(path))
    (tmp_path / "x.png").write_bytes(b"no picture")
    return [*paths, str(tmp_path / "x.png")]


def test_names_that_tell_nothing_are_grouped_by_what_they_show(film):
    assert groups_of(film) == [[0, 1, 2], [3, 4, 5], [6]]


def test_near_copies_of_near_copies_are_one_view():
    few, more = 2**20 - 1, 2**40 - 1  # 20 bits from 0, and 20 further: 40 from 0 is no near copy
    prints = np.array([[0, 0, 0, 0], [more, 0, 0, 0], [2**63, 2**63, 0, 0], [few, 0, 0, 0]])
    assert near_copies(prints.astype(np.uint64)).tolist() == [0, 0, 0, 0]
    assert near_copies(prints[:2].astype(np.uint64)).tolist() == [0, 1]
