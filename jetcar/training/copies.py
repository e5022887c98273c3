"""What of a run goes to the mirror, and under which name."""

from __future__ import annotations

import contextlib
import logging
import platform
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

from jetcar.config import Mirror as MirrorSettings
from jetcar.errors import UserError
from jetcar.export.car import MANIFEST
from jetcar.model.checkpoint import is_whole, read_checkpoint
from jetcar.training.history import is_better
from jetcar.training.lock import MirrorLock
from jetcar.training.mirror import Mirror, same_size
from jetcar.training.run_folder import RunFolder
from jetcar.training.within import within

log = logging.getLogger(__name__)

ANSWER_SECONDS = 15.0
"""A folder has so long to answer at least; a sleeping disk takes a while to turn."""

T = TypeVar("T")


class Copies:
    """The run's copy in the mirror; without a mirror nothing here does anything.

    Use as a context manager around the work on the run.

    Args:
        settings: Where the mirror is.
        name: The run's name.
        local: The run on the local disk.

    Raises:
        UserError: the mirror is not there, does not answer, or another run writes to it.
    """

    def __init__(self, settings: MirrorSettings, name: str, local: RunFolder) -> None:
        self.wait_seconds = settings.wait_minutes * 60
        self.missing: list[str] = []
        self.folder: RunFolder | None = None
        self._local, self._name = local, name
        self._mirror: Mirror | None = None
        self._best_is_ours = False
        if settings.dir:
            self._root = Path(settings.dir).expanduser()
            self.folder = RunFolder(self._root / name)
            # The same process may come back to its own lock, and nobody else has this folder.
            owner = f"{platform.node()}:{local.path.resolve()}"
            self._lock = MirrorLock(self.folder.path, owner)
            self.ask(self._make_root)
            self.ask(self._lock.refuse_other)

    def ask(self, question: Callable[[], T]) -> T:
        """Answers something that has to look into the mirror, which may hang.

        Raises:
            UserError: there is no answer within ``mirror.wait_minutes``, or 15 s.
        """
        if self.folder is None:
            return question()
        try:
            return within(max(self.wait_seconds, ANSWER_SECONDS), question)
        except TimeoutError:
            raise UserError(
                f"mirror.dir={self._root} does not answer. Mount it anew, or train without it: "
                "mirror.dir=null"
            ) from None

    def __enter__(self) -> Copies:
        if self.folder is not None:
            self._mirror = self.ask(self._claimed)
        return self

    def slowest(self) -> float:
        """Seconds that the slowest copy took so far."""
        return self._mirror.slowest if self._mirror else 0.0

    def send(self, *paths: Path) -> None:
        """Copies files of the run, under the names they have in its folder; missing ones not."""
        if self._mirror is None:
            return
        for path in paths:
            if path.is_file():
                self._mirror.send(path, path.relative_to(self._local.path).as_posix())

    def send_car(self, score: float, monitor: str) -> None:
        """Copies the car's files, where the mirror has no better best; the manifest comes last."""
        if self._mirror is None or self.folder is None:
            return
        best = self.folder.best
        for path in sorted(self._local.car.iterdir(), key=lambda path: path.name == MANIFEST):
            name = path.relative_to(self._local.path).as_posix()
            self._mirror.send(path, name, lambda _: self._may_replace(best, score, monitor))

    def catch_up(self, monitor: str) -> None:
        """Copies what a finished run has and the mirror lacks; see ``send_best``."""
        local, there = self._local, self.folder
        if there is None:
            return
        files = (local.config, local.classes, local.audit, local.metrics)
        report = (*local.report_files, local.report)
        for path in (
            *files,
            *local.events,
            local.predictions_zip,
            *report,
            local.log,
            local.result,
        ):
            copy = there.path / path.relative_to(local.path)
            if path.is_file() and not self.ask(partial(same_size, path, copy)):
                self.send(path)
        # Checkpoints of one network are all of one size: only their content tells.
        if local.last.is_file() and not self.ask(partial(_same_checkpoint, local.last, there.last)):
            self.send(local.last)
        if local.best.is_file() and not self.ask(partial(_same_checkpoint, local.best, there.best)):
            self.catch_up_best(monitor)
        car = [(path, there.car / path.name) for path in local.car.glob("*")]
        if local.best.is_file() and any(not self.ask(partial(same_size, *one)) for one in car):
            self.send_car(read_checkpoint(local.best)[0].score, monitor)

    def catch_up_best(self, monitor: str) -> None:
        """Copies the best checkpoint of an earlier session, by the score that stands in it."""
        if self._mirror is not None and self._local.best.is_file():
            self.send_best(self._local.best, read_checkpoint(self._local.best)[0].score, monitor)

    def send_best(self, path: Path, score: float, monitor: str) -> None:
        """Copies the best checkpoint, unless the mirror turns out to have a better one."""
        if self._mirror is None:
            return
        name = path.relative_to(self._local.path).as_posix()
        self._mirror.send(path, name, lambda there: self._may_replace(there, score, monitor))

    def _may_replace(self, best: Path, score: float, monitor: str) -> bool:
        """Whether the best checkpoint in the mirror is ours, damaged, or no better than ours."""
        if self._best_is_ours or not is_whole(best):
            return True
        theirs = read_checkpoint(best)[0].score
        self._best_is_ours = not is_better(theirs, score, monitor)
        if not self._best_is_ours:
            log.warning("%s has a better score (%.4f) and stays", best, theirs)
        return self._best_is_ours

    def __exit__(self, *_: object) -> None:
        if self._mirror is None:
            return
        if self._mirror.is_behind:
            log.info("waiting for the copies to %s", self.folder and self.folder.path)
        self.missing = self._mirror.finish(self.wait_seconds)
        with contextlib.suppress(OSError, TimeoutError):  # it times out by itself
            within(10, self._lock.release)

    def _make_root(self) -> None:
        if not self._root.is_dir():
            if not self._root.parent.is_dir():
                raise UserError(
                    f"mirror.dir={self._root} is not there, nor is {self._root.parent}. Is the "
                    "Drive mounted? Mount it, make the folder, or train without: mirror.dir=null"
                )
            self._root.mkdir()

    def _claimed(self) -> Mirror:
        assert self.folder is not None
        self.folder.path.mkdir(parents=True, exist_ok=True)
        self._lock.claim()
        return Mirror(self._root, self._name, self._local.outbox, self._lock.beat)


def _same_checkpoint(ours: Path, theirs: Path) -> bool:
    """Whether two checkpoints are whole and of the same state."""
    if not (same_size(ours, theirs) and is_whole(theirs)):
        return False
    mine, other = read_checkpoint(ours)[0], read_checkpoint(theirs)[0]
    return (mine.epoch, mine.batch, mine.score) == (other.epoch, other.batch, other.score)
