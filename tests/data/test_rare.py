"""Tests of jetcar.data.rare and counting: pictures of rare classes come more often."""

import numpy as np
import pytest

from jetcar.classes import IMAGE_SEGMENTER
from jetcar.data.batches import Pictures
from jetcar.data.codes import Codes
from jetcar.data.counting import count_codes
from jetcar.data.order import Shuffled
from jetcar.data.pairs import find_split
from jetcar.data.rare import RareClasses
from jetcar.errors import UserError

N = 50
COUNTS = np.zeros((N, 255), np.int64)
COUNTS[:, 0] = 960
COUNTS[:, 7] = 25  # in every picture, 2.5 % of all pixels
COUNTS[[11, 31], 5] = 125  # in two of them, 0.5 %
COUNTS[:, 9] = 10


def drawn(share, seed=0, epochs=200):
    """How often each picture comes in so many epochs."""
    sampler = Shuffled(N, 10, seed, rare=RareClasses.of(COUNTS, share))
    found = np.zeros(N, int)
    for epoch in range(epochs):
        sampler.set_epoch(epoch)
        for order in sampler:
            np.add.at(found, order.indices, 1)
    return found


def test_a_class_is_drawn_e_times_as_seldom_where_it_covers_a_hundredth_more():
    rare = RareClasses.of(COUNTS, 1)
    assert [pictures.tolist() for pictures in rare.shown_in[1:2]] == [[11, 31]]
    covered = np.array([960, 5, 25, 10]) / 1000  # of 0, 5, 7 and 9, in each picture on average
    odds = np.exp(-covered / 0.01)
    assert rare.chances == pytest.approx(odds / odds.sum(), rel=1e-6)


def test_every_picture_comes_as_often_where_nothing_is_drawn_for_a_class():
    assert (drawn(0) == 200).all()


@pytest.mark.parametrize("share", [0.5, 1])
def test_pictures_of_a_rare_class_come_more_often(share):
    found = drawn(share)
    chance = RareClasses.of(COUNTS, share).chances[1]
    # Of 10,000 places a share is drawn, that chance of it for class 5, and half of those for each
    # of its two pictures. What is left is for all pictures alike.
    wanted = 10_000 * (share * chance / 2 + (1 - share * chance) / N)
    assert found[[11, 31]] == pytest.approx(wanted, rel=0.1)
    others = np.delete(found, [11, 31])
    assert others.mean() == pytest.approx(10_000 * (1 - share * chance) / N, rel=0.05)
    assert found.sum() == 10_000


def test_an_epoch_with_rare_classes_follows_from_seed_and_epoch_alone():
    rare = RareClasses.of(COUNTS, 0.5)

    def orders(seed, epoch, done=0):
        return list(Shuffled(N, 8, seed, epoch, done, rare))

    assert orders(1, 2) == orders(1, 2)
    assert orders(1, 2, done=3) == orders(1, 2)[3:]
    assert orders(1, 2)[0].indices != orders(1, 3)[0].indices
    assert orders(1, 2)[0].indices != orders(2, 2)[0].indices


def test_a_picture_that_comes_again_is_numbered():
    indices, repeats = [], []
    for order in Shuffled(N, 10, 0, rare=RareClasses.of(COUNTS, 0.5)):
        indices += order.indices
        repeats += order.repeats
    assert repeats == [indices[:i].count(number) for i, number in enumerate(indices)]
    assert max(repeats) > 1


def test_where_nothing_counts_nothing_is_drawn():
    assert RareClasses.of(np.zeros((3, 255), np.int64), 0.5) is None


def test_codes_are_counted_in_each_picture_as_the_network_sees_it(street, draw):
    codes = np.full((64, 64), 5)
    codes[:32, :32] = 255
    codes[:32, 32:] = 1
    draw.mask(street / "Mask" / "Train" / "Mask_a.png", codes)
    draw.image(street / "Img" / "Train" / "Img_a.jpg", size=(64, 64))
    seen = Codes.of(IMAGE_SEGMENTER, ["white_solid_line"])  # code 1
    counts = count_codes(Pictures(find_split(street, "Train"), 32, 32, seen))
    assert counts.shape == (3, 255)
    assert np.argwhere(counts).tolist() == [[0, 5], [1, 0]]  # c shows nothing but code 1
    assert counts[0, 5] == 32 * 32 / 2
    assert counts[1, 0] == 32 * 32


def test_a_picture_that_cannot_be_counted_is_told(street):
    pairs = find_split(street, "Train")
    (street / "Img" / "Train" / "Img_b.jpg").write_bytes(b"")
    with pytest.raises(UserError, match=r"Img_b\.jpg"):
        count_codes(Pictures(pairs, 32, 32, Codes.of(IMAGE_SEGMENTER, [])))
