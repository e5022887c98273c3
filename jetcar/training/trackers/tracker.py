"""What all trackers share: each saved epoch arrives there once, and no failure stops a training."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from lightning_fabric.utilities.rank_zero import rank_zero_only
from pytorch_lightning.loggers import Logger

from jetcar.training.history import History, Row
from jetcar.wording import printable

log = logging.getLogger(__name__)


class Tracker(ABC):
    """A run at a tracker, through Lightning's logger for it. Any method may fail with any error.

    Attributes:
        key: Its name in the settings and in checkpoints.
        title: Its name for people.
        remedy: What becomes of values that it does not take.
        run_id: Of the run there; None as long as there is none.
    """

    key: str
    title: str
    remedy: str
    run_id: str | None

    @property
    @abstractmethod
    def experiment(self) -> Any:
        """What Lightning's logger calls so, for calls of one's own."""

    @abstractmethod
    def begin(self) -> int:
        """Begins the run there, or continues it; the last epoch that it has, 0 for none."""

    @abstractmethod
    def add(self, row: Row) -> None:
        """Sends the values of an epoch."""

    @abstractmethod
    def close(self, status: str) -> None:
        """Ends the session; ``success`` or anything else, as Lightning says it."""


class TrackerLogger(Logger):
    """Sends an epoch when its checkpoint is saved, so that no epoch is sent twice.

    Values come from the history, not from what Lightning hands over: those of an epoch that a kill
    makes undone never leave this machine, and those that could not be sent follow later.

    Args:
        tracker: Receives the epochs.
        history: The epochs of the run; those that it has by now are in a checkpoint.
    """

    def __init__(self, tracker: Tracker, history: History) -> None:
        super().__init__()
        self.tracker, self.history = tracker, history
        self.saved = history.epochs
        self.sent: int | None = None
        self._has_failed = False

    @property
    def name(self) -> str:
        """What Lightning calls it."""
        return self.tracker.key

    @property
    def version(self) -> str | None:
        """The run's id there."""
        return self.tracker.run_id

    @property
    def experiment(self) -> Any:
        """As of Lightning's logger for it, which asks for this when a training begins."""
        self._send()
        return None if self.sent is None else self.tracker.experiment

    def log_hyperparams(self, params: Any, *args: Any, **kwargs: Any) -> None:
        """Does nothing: the settings are sent when the run begins."""

    def log_metrics(self, metrics: dict[str, float], step: int | None = None) -> None:
        """Does nothing: an epoch is sent when it is saved."""

    def after_save_checkpoint(self, checkpoint_callback: Any) -> None:
        """Sends what is saved now."""
        self.saved = self.history.epochs
        self._send()

    @rank_zero_only
    def finalize(self, status: str) -> None:
        """Ends the session there."""
        self._send()
        if self.sent is not None:
            with self._told():
                self.tracker.close(status)

    @rank_zero_only
    def _send(self) -> None:
        """Sends the saved epochs that the tracker lacks."""
        with self._told():
            if self.sent is None:
                self.sent = self.tracker.begin()
            for row in self.history.rows[self.sent : self.saved]:
                self.tracker.add(row)
                self.sent = row["epoch"]

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Tells of a failure once."""
        try:
            yield
        except Exception as error:  # of any library below; the run is worth more than its copy
            if not self._has_failed:
                reason = printable(str(error).partition("\n")[0] or type(error).__name__)
                log.warning(
                    "%s does not take the values of this run (%s); training goes on, and %s",
                    self.tracker.title,
                    reason,
                    self.tracker.remedy,
                )
            self._has_failed = True


def run_ids(loggers: Iterable[Logger]) -> dict[str, str]:
    """The ids of the run at its trackers, for its checkpoint."""
    trackers = (one.tracker for one in loggers if isinstance(one, TrackerLogger))
    return {one.key: one.run_id for one in trackers if one.run_id is not None}
