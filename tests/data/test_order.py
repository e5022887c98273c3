"""Tests of jetcar.data.order: the order is a function of seed and epoch alone."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jetcar.data.order import InOrder, Order, Share, Shuffled

numbers = st.integers(1, 60)


def flat(orders):
    return [index for order in orders for index in order.indices]


@given(numbers, numbers)
def test_in_order_gives_every_picture_once(n, batch_size):
    sampler = InOrder(n, batch_size)
    batches = list(sampler)
    assert flat(batches) == list(range(n))
    assert len(batches) == len(sampler)
    assert all(len(batch.indices) == batch_size for batch in batches[:-1])


@given(numbers, numbers, st.integers(0, 2**32 - 1), st.integers(0, 500))
def test_shuffled_gives_whole_batches_without_repeats(n, batch_size, seed, epoch):
    sampler = Shuffled(n, batch_size, seed, epoch)
    batches = list(sampler)
    indices = flat(batches)
    assert len(batches) == len(sampler)
    assert {len(batch.indices) for batch in batches} == {min(n, batch_size)}
    assert len(set(indices)) == len(indices) > n - batch_size
    assert set(indices) <= set(range(n))
    assert {batch.epoch for batch in batches} == {epoch}


def test_the_same_seed_and_epoch_give_the_same_order():
    assert list(Shuffled(50, 4, 1, 2)) == list(Shuffled(50, 4, 1, 2))


@pytest.mark.parametrize(("seed", "epoch"), [(2, 2), (1, 3), (2, 1)])
def test_another_seed_or_epoch_gives_another_order(seed, epoch):
    assert flat(Shuffled(50, 4, 1, 2)) != flat(Shuffled(50, 4, seed, epoch))


def test_pictures_left_out_are_others_in_each_epoch():
    sampler = Shuffled(9, 4, seed=0)
    left_out = set()
    for epoch in range(40):
        sampler.set_epoch(epoch)
        left_out |= set(range(9)) - set(flat(sampler))
    assert left_out == set(range(9))


@given(numbers, numbers, st.integers(0, 9), st.data())
def test_an_epoch_that_was_cut_off_goes_on_with_the_batches_that_remain(n, size, epoch, data):
    whole = list(Shuffled(n, size, 5, epoch))
    done = data.draw(st.integers(0, len(whole)))
    resumed = Shuffled(n, size, 5, epoch, done)
    resumed.set_epoch(epoch)  # as Lightning does before the first epoch
    assert list(resumed) == whole[done:]
    assert len(resumed) == len(whole)  # of a whole epoch, for the progress bar


def test_the_epoch_after_one_that_was_cut_off_is_whole():
    resumed = Shuffled(20, 4, seed=5, epoch=3, done=2)
    list(resumed)
    resumed.set_epoch(4)
    assert list(resumed) == list(Shuffled(20, 4, seed=5, epoch=4))


def test_orders_and_samplers_can_be_pickled():
    sampler = Shuffled(20, 4, seed=5, epoch=3, done=2)
    assert list(pickle.loads(pickle.dumps(sampler))) == list(sampler)
    assert pickle.loads(pickle.dumps(Order(1, [2, 3]))) == Order(1, [2, 3])
    assert list(pickle.loads(pickle.dumps(InOrder(5, 2)))) == list(InOrder(5, 2))


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_the_shares_of_all_processes_are_the_step(size):
    steps = list(Shuffled(13, 4, seed=7, epoch=3))
    shares = [list(Share(Shuffled(13, 4, seed=7, epoch=3), rank, size)) for rank in range(size)]
    for number, step in enumerate(steps):
        mine = [share[number] for share in shares]
        assert all((one.epoch, one.of_step) == (3, 4) for one in mine)
        assert sorted(i for one in mine for i in one.indices) == sorted(step.indices)
        assert max(len(one.indices) for one in mine) - min(len(one.indices) for one in mine) <= 1


def test_every_process_has_as_many_steps_as_the_others():
    shares = [Share(InOrder(7, 6), rank, 3) for rank in range(3)]
    assert [len(share) for share in shares] == [2, 2, 2]
    assert [[one.indices for one in share] for share in shares] == [
        [[0, 3], [6]],
        [[1, 4], []],
        [[2, 5], []],
    ]


def test_a_share_goes_on_inside_an_epoch_and_into_the_next():
    share = Share(Shuffled(13, 4, seed=7, epoch=3, done=2), 1, 2)
    whole = list(Share(Shuffled(13, 4, seed=7, epoch=3), 1, 2))
    assert list(share) == whole[2:]
    share.set_epoch(4)
    assert list(share) == list(Share(Shuffled(13, 4, seed=7, epoch=4), 1, 2))
    of_val = Share(InOrder(7, 6), 0, 2)
    of_val.set_epoch(4)
    assert len(list(of_val)) == 2
