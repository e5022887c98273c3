"""How long a session may train on a machine that ends after some hours, such as free Colab."""

from __future__ import annotations

from collections.abc import Callable

from jetcar.training.callbacks.pace import Pace

SPARE_SECONDS = 60.0
"""Kept free for whatever takes longer than it did before."""

SECONDS_A_PICTURE = 0.01
"""Of the end, at least: a slow core decodes a picture and encodes its mask in this time."""

LAST_COPIES = 3
"""Files of a checkpoint's size that may still have to be copied: best, last, predictions."""


class TimeIsUp(BaseException):
    """The session must end here, and all that was there has been saved.

    Not an ``Exception``, so that nothing on the way takes it for an error.
    """


class Budget:
    """Tells when to stop training, so that all that follows still fits into the session.

    What follows is the validation of an epoch that is nearly over, scoring, predicting, and the
    copies to the mirror. Training can stop between any two steps and continue there, so the time
    is used to its end, and an epoch that takes longer than the others does no harm.

    Args:
        hours: From ``started`` until the machine may end; 0 for one that does not.
        started: When the session began, in seconds of the pace's clock.
        predicted: How many pictures are predicted at the end.
        slowest_copy: Seconds that the slowest copy to the mirror took so far.
        pace: How fast the session trains.
    """

    def __init__(
        self,
        hours: float,
        started: float,
        predicted: int,
        slowest_copy: Callable[[], float],
        pace: Pace,
    ) -> None:
        self.hours, self.pace = hours, pace
        self._end = started + hours * 3600
        self._predicted, self._slowest_copy = predicted, slowest_copy

    @property
    def is_up(self) -> bool:
        """Whether to stop now: what follows would else no longer fit."""
        left = self.seconds_left
        return left is not None and left <= self.pace.validation_seconds

    @property
    def epochs_left(self) -> int | None:
        """How many more whole epochs fit; None without a budget, and before the first one."""
        left, epoch = self.seconds_left, self.pace.epoch_seconds
        if left is None or not epoch or not self.pace.training.recent:
            return None
        return max(0, int(left / epoch))

    @property
    def seconds_left(self) -> float | None:
        """Until training must be over; None without a budget."""
        if not self.hours:
            return None
        return self._end - self.pace.clock() - self._seconds_to_finish

    @property
    def _seconds_to_finish(self) -> float:
        """Scoring Val, predicting Test, and copying what is left to copy."""
        each = max(SECONDS_A_PICTURE, self.pace.validation_seconds_a_picture)
        return each * self._predicted + LAST_COPIES * self._slowest_copy() + SPARE_SECONDS
