"""Frames are decoded ahead of the network, few of them; of what is live the newest count."""

import threading
import time

import numpy as np
import pytest

from jetcar.errors import UserError
from jetcar.prediction.film.ahead import PIXELS_AHEAD, Ahead
from jetcar.prediction.film.source import Frame


class Drawn:
    """A source of ``count`` frames that counts how many were asked for; None: without an end."""

    total, rate, missing = 0, 10.0, ""

    def __init__(self, count, error=None, shape=(4, 4, 3)):
        self.count, self.error = count, error
        self.asked = 0
        self.is_over = threading.Event()
        self.image = np.broadcast_to(np.uint8(0), shape)

    def frames(self, every):
        while self.count is None or self.asked < self.count:
            self.asked += 1
            yield Frame(self.asked, "", self.asked / 10, self.image)
        self.is_over.set()
        if self.error:
            raise self.error


def wait_until(true):
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_every_frame_comes_in_batches_that_are_full_but_for_the_last():
    with Ahead(Drawn(7), 1, 3, is_live=False) as ahead:
        assert [[f.number for f in batch] for batch in ahead.batches()] == [
            [1, 2, 3],
            [4, 5, 6],
            [7],
        ]
    assert ahead.dropped == 0


def test_few_frames_wait_however_long_the_film_is():
    source = Drawn(None)
    with Ahead(source, 1, 4, is_live=False) as ahead:
        batches = ahead.batches()
        next(batches)
        wait_until(lambda: source.asked >= 4 + 8)
        time.sleep(0.3)  # it would go on, if it did
        # 4 were taken, two batches wait, and one frame waits for room.
        assert source.asked <= 4 + 8 + 1


def test_of_large_frames_fewer_wait():
    source = Drawn(None, shape=(1, PIXELS_AHEAD // 2, 3))
    with Ahead(source, 1, 8, is_live=False):
        wait_until(lambda: source.asked >= 3)
        time.sleep(0.3)
        assert source.asked == 3  # two wait, and one waits for room


def test_what_is_live_gives_the_newest_frames_and_counts_the_others():
    source = Drawn(100)
    with Ahead(source, 1, 4, is_live=True) as ahead:
        source.is_over.wait(20)
        wait_until(lambda: ahead.dropped == 100 - 8)
        numbers = [f.number for batch in ahead.batches() for f in batch]
    assert numbers == list(range(93, 101))


def test_a_stop_ends_frames_without_an_end():
    with Ahead(Drawn(None), 1, 4, is_live=False) as ahead:
        batches = ahead.batches()
        next(batches)
        ahead.stop()
        assert len(list(batches)) <= 3


def test_what_goes_wrong_in_the_source_is_raised_where_frames_are_taken():
    with (
        Ahead(Drawn(2, UserError("the disk is gone")), 1, 4, is_live=False) as ahead,
        pytest.raises(UserError, match="the disk is gone"),
    ):
        list(ahead.batches())
