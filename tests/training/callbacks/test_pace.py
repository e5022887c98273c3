"""How long an epoch and a run still take, by a clock that the test moves."""

from types import SimpleNamespace

import pytest

from jetcar.training.callbacks.pace import Pace, WatchTime


class Session:
    """10 batches of 8 pictures to train on and 2 to validate in each epoch."""

    def __init__(self):
        self.now = 1000.0
        self.pace = Pace(lambda: self.now)

    def warm_up(self, seconds=99.0):
        """The first batch of the session."""
        self.pace.start_epoch(10, 2)
        self.train(1, seconds)
        return self

    def train(self, batch, seconds):
        self.now += seconds
        self.pace.add_trained(batch, 8)

    def epoch(self, seconds=2.0, val_seconds=1.0, pause=0.0):
        """A whole epoch, its batches so many seconds each, and then the pause to save it."""
        self.pace.start_epoch(10, 2)
        for batch in range(1, 11):
            self.train(batch, seconds)
        self.pace.start_validation()
        for batch in (1, 2):
            self.now += val_seconds
            self.pace.add_validated(batch, 8)
        self.pace.end_epoch()
        self.now += pause
        return self


def test_before_the_second_batch_nobody_knows():
    pace = Session().warm_up().pace
    assert (pace.left_in_epoch, pace.left_with(9), pace.epoch_seconds) == (None, None, None)
    assert pace.training.pictures_per_second is None


def test_in_the_first_epoch_validation_is_taken_to_be_as_slow_as_training():
    session = Session().warm_up()
    session.train(2, 2.0)
    session.train(3, 4.0)  # 3 s a batch since the first
    assert session.pace.training.pictures_per_second == pytest.approx(16 / 6)
    assert session.pace.left_in_epoch == 7 * 3 + 2 * 3
    assert session.pace.left_with(0) == 27
    assert session.pace.left_with(4) == 27 + 4 * (10 + 2) * 3


def test_later_epochs_are_taken_to_be_as_the_former_and_this_one_as_it_is():
    session = Session().warm_up().epoch(2.0, val_seconds=1.0, pause=5.0)  # 20 + 2 + 5 s
    session.pace.start_epoch(10, 2)
    session.train(1, 4.0)  # twice as slow as before
    assert session.pace.left_in_epoch == 9 * 4 + 2 * 1
    assert session.pace.left_with(3) == 38 + 3 * 27


def test_while_an_epoch_is_validated_the_rest_of_its_validation_is_left():
    session = Session().warm_up().epoch(2.0, val_seconds=1.0)
    session.pace.start_epoch(10, 2)
    for batch in range(1, 11):
        session.train(batch, 2.0)
    session.pace.start_validation()
    assert session.pace.left_in_epoch == 2
    session.now += 3.0
    session.pace.add_validated(1, 8)
    assert session.pace.validation.pictures_per_second == pytest.approx(8 / 3)
    assert session.pace.left_in_epoch == 3  # as slow as the batch before
    session.pace.add_validated(2, 8)
    assert session.pace.left_in_epoch == 0


def test_one_slow_epoch_moves_no_estimate():
    session = Session().warm_up()
    for seconds in (2.0, 2.0, 50.0, 2.0):
        session.epoch(seconds)
    session.pace.start_epoch(10, 2)
    assert session.pace.left_in_epoch == 10 * 2 + 2 * 1


def test_a_session_that_goes_on_inside_an_epoch_counts_only_what_it_has_done():
    # Lightning starts at batch 7 and does not say that an epoch begins.
    session = Session()
    watch = WatchTime(session.pace)
    trainer = SimpleNamespace(num_training_batches=10, num_val_batches=[2], sanity_checking=False)
    watch.on_train_start(trainer, None)
    for batch, seconds in ((6, 99.0), (7, 2.0), (8, 2.0)):
        session.now += seconds
        watch.on_train_batch_end(trainer, None, None, {"image": [0] * 8}, batch)
    # 9 of 10 are done: one of 2 s is left, and two of validation.
    assert session.pace.left_in_epoch == 2 + 2 * 2
    assert session.pace.training.pictures_per_second == 4.0
    assert session.pace.left_with(1) == 6 + (10 + 2) * 2


def test_lightnings_look_at_validation_before_training_is_no_epoch():
    session = Session()
    watch = WatchTime(session.pace)
    sane = SimpleNamespace(sanity_checking=True)
    watch.on_validation_start(sane, None)
    session.now += 50
    watch.on_validation_batch_end(sane, None, None, {"image": [0] * 8}, 0)
    watch.on_validation_end(sane, None)
    assert session.pace.validation.usual is None
