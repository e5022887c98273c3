"""How long a session may train, by a clock that the test moves."""

import pytest

from jetcar.training.callbacks.budget import Budget
from jetcar.training.callbacks.pace import Pace
from jetcar.training.callbacks.progress import epoch_line
from jetcar.training.history import History

HOUR = 3600


class Session:
    """A budget for 100 Train, 10 Val and 20 Test pictures in batches of 10, and its clock."""

    def __init__(self, hours, copy=0.0):
        self.now = 0.0
        self.pace = Pace(lambda: self.now)
        self.budget = Budget(hours, 0.0, 10 + 20, lambda: copy, self.pace)

    def epoch(self, a_picture, a_val_picture=1.0):
        """An epoch in which each picture takes so many seconds."""
        self.pace.start_epoch(10, 1)
        for batch in range(10):
            self.now += a_picture * 10
            self.pace.add_trained(batch + 1, 10)
        self.pace.start_validation()
        self.now += a_val_picture * 10
        self.pace.add_validated(1, 10)
        self.pace.end_epoch()
        return self


def test_the_epochs_that_are_left():
    # An epoch: 100 x 3 s to train + 10 x 1 s to validate = 310 s.
    # The end: 30 pictures x 1 s to predict + 3 copies x 5 s + 60 s to spare = 105 s.
    session = Session(1, copy=5).epoch(3)
    assert session.now == 310
    assert session.budget.epochs_left == (3600 - 310 - 105) // 310 == 10


def test_it_is_up_when_what_follows_would_no_longer_fit():
    session = Session(1, copy=5).epoch(3)
    session.now = 3600 - 105 - 10 - 0.001  # the end, and the validation before it
    assert not session.budget.is_up
    session.now += 0.001
    assert session.budget.is_up
    assert session.budget.epochs_left == 0


def test_pictures_take_a_hundredth_of_a_second_at_the_end_however_fast_validation_is():
    session = Session(1).epoch(1e-6, a_val_picture=1e-6)
    session.now = 3600 - 60 - 30 * 0.01 - 1e-3
    assert not session.budget.is_up
    session.now += 1e-3
    assert session.budget.is_up


def test_one_slow_epoch_changes_nothing():
    steady, hiccup = Session(5), Session(5)
    for seconds in (1, 1, 1, 1, 1):
        steady.epoch(seconds)
    for seconds in (1, 1, 9, 1, 1):
        hiccup.epoch(seconds)
    hiccup.now = steady.now
    assert hiccup.budget.epochs_left == steady.budget.epochs_left


def test_an_epoch_that_is_slow_from_now_on_is_learnt():
    session = Session(9)
    for seconds in (1, 1, 1, 9, 9, 9):  # of the last five, three are slow
        session.epoch(seconds)
    left = 9 * HOUR - session.now - 30 - 60
    assert session.budget.epochs_left == int(left / (100 * 9 + 10))


def test_before_the_first_validation_its_time_is_guessed_from_the_first_batches():
    session = Session(1)
    session.pace.start_epoch(10, 1)
    session.now += 1000  # the first batch warms up and tells nothing
    session.pace.add_trained(1, 10)
    assert not session.budget.is_up
    assert session.budget.epochs_left is None
    session.now += 100
    session.pace.add_trained(2, 10)  # 10 s a picture: 10 to validate, 30 to predict
    session.now = 3600 - 60 - 1
    assert session.budget.is_up


def test_a_machine_that_does_not_end_has_all_the_time():
    session = Session(0).epoch(3)
    session.now = 1e9
    assert not session.budget.is_up
    assert session.budget.epochs_left is None


ROW = {
    "epoch": 2,
    "train/loss": 1.0,
    "val/loss": 1.0,
    "val/iou": 0.5,
    "lr/decoder": 1e-3,
    "seconds": 1.0,
    "images_per_second": 1.0,
}


@pytest.mark.parametrize(
    ("left", "told"),
    [
        (9, "about 8 epochs left"),  # 10 at most, 2 are over
        (7, "about 7 epochs left"),
        (1, "about 1 epoch left"),
        (0, "less than an epoch left"),
    ],
)
def test_the_line_of_an_epoch_tells_how_many_are_left(left, told):
    history = History("val/iou", [{**ROW, "epoch": 1}, ROW])
    assert told in epoch_line(history, 10, None, left).split("  ")
    assert "left" not in epoch_line(history, 2, None, left)
    assert "left" not in epoch_line(history, 10, None)
