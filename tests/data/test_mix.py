"""Of several data sets each has its share of an epoch, and all its pictures their turn."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jetcar.data.mix import Mix
from jetcar.data.order import Shuffled

HALF = Mix((12, 4), (0.5, 0.5))


def test_without_shares_there_is_no_mix():
    assert Mix.of([3, 4], None) is None
    assert Mix.of([3, 4], [0.5, 0.5]) == Mix((3, 4), (0.5, 0.5))


def test_an_epoch_has_as_many_pictures_as_all_sets_and_each_its_share_of_them():
    assert HALF.quotas == [8, 8]  # half of 12 + 4 = 16
    order = HALF.order(0, 0)
    assert len(order) == 16
    assert (order < 12).sum() == 8
    seen = Counter(order[order >= 12].tolist())
    assert seen == dict.fromkeys((12, 13, 14, 15), 2)  # 4 pictures in 8 places


@given(
    st.lists(st.tuples(st.integers(1, 40), st.integers(1, 9)), min_size=2, max_size=4),
    st.integers(0, 2**32 - 1),
    st.integers(1, 6),
)
def test_every_picture_of_a_set_is_seen_as_often_as_the_others_to_one_time(sets, seed, epochs):
    counts, weights = zip(*sets, strict=True)
    mix = Mix(counts, tuple(weight / sum(weights) for weight in weights))
    assert sum(mix.quotas) == sum(counts)
    orders = [mix.order(seed, epoch) for epoch in range(epochs)]
    times = np.bincount(np.concatenate(orders), minlength=sum(counts))
    for of_set, quota in zip(np.split(times, np.cumsum(counts)[:-1]), mix.quotas, strict=True):
        assert of_set.sum() == quota * epochs
        assert of_set.max() - of_set.min() <= 1


def test_an_order_is_a_function_of_seed_and_epoch():
    assert HALF.order(1, 2).tolist() == HALF.order(1, 2).tolist()
    others = [HALF.order(1, 3), HALF.order(2, 2), Mix((12, 4), (0.75, 0.25)).order(1, 2)]
    assert all(HALF.order(1, 2).tolist() != other.tolist() for other in others)


@pytest.mark.parametrize("done", [0, 1, 3])
def test_an_epoch_that_was_cut_off_goes_on_with_the_batches_that_remain(done):
    whole = list(Shuffled(16, 4, 5, 1, mix=HALF))
    assert list(Shuffled(16, 4, 5, 1, done, mix=HALF)) == whole[done:]
    assert [len(one.indices) for one in whole] == [4, 4, 4, 4]


def test_a_picture_that_comes_again_is_changed_anew():
    orders = list(Shuffled(16, 4, 5, 0, mix=HALF))
    seen = Counter()
    for order in orders:
        for number, repeat in zip(order.indices, order.repeats, strict=True):
            assert repeat == seen[number]
            seen[number] += 1
    assert max(seen.values()) == 2
