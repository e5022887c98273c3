"""What of a run goes to the mirror, and under which name."""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TypeVar

from jetcar.errors import UserError
from jetcar.export.car import MANIFEST
from jetcar.model.card import Card
from jetcar.model.checkpoint import DamagedError, read_checkpoint
from jetcar.model.monitor import is_better
from jetcar.settings.schema import Mirror as MirrorSettings
from jetcar.training.mirror.lock import MirrorLock, lock_run
from jetcar.training.mirror.mirror import Mirror
from jetcar.training.mirror.root import refuse_unfit_root
from jetcar.training.mirror.standing import Standing, State
from jetcar.training.mirror.timeout import ANSWER_SECONDS, with_timeout
from jetcar.training.mirror.whole_copy import make_below, remove_parts, same_size
from jetcar.training.run_folder import RunFolder

log = logging.getLogger(__name__)

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
        if settings.dir:
            self._root = Path(settings.dir).expanduser()
            self.folder = RunFolder(self._root / name)
            self._lock = MirrorLock(self.folder.path, local.path)
            self._standing = Standing(self.folder)
            self.ask(partial(refuse_unfit_root, self._root, name, local.path))
            self.ask(self._lock.refuse_other)

    def ask(self, question: Callable[[], T]) -> T:
        """Answers something that has to look into the mirror, which may hang.

        Raises:
            UserError: there is no answer within ``mirror.wait_minutes``, or 15 s.
        """
        if self.folder is None:
            return question()
        try:
            return with_timeout(max(self.wait_seconds, ANSWER_SECONDS), question)
        except TimeoutError:
            raise UserError(
                f"mirror.dir={self._root} does not answer. Mount it again, or train without it: "
                "mirror.dir=null"
            ) from None

    def __enter__(self) -> Copies:
        if self.folder is not None:
            self._mirror = self.ask(self._claimed)
        return self

    @property
    def is_taken(self) -> bool:
        """Whether another run took over the mirror, so that nothing is copied any more."""
        return self._mirror is not None and self._mirror.is_taken

    def reached(self, card: Card) -> None:
        """Notes how far the run is: what is further in the mirror is another run's from now on."""
        if self.folder is not None:
            self._standing.reached = State.of(card)

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

    def send_last(self) -> None:
        """Copies the last checkpoint, unless the mirror has one of a run that is further."""
        if self._mirror is not None and self._local.last.is_file():
            name = self._local.last.relative_to(self._local.path).as_posix()
            self._mirror.send(self._local.last, name, self._may_replace_last)

    def send_car(self, score: float, monitor: str) -> None:
        """Copies the car's files, where the mirror has no better best; the manifest comes last."""
        if self._mirror is None or self.folder is None:
            return
        best = self.folder.best
        for path in sorted(self._local.car.iterdir(), key=lambda path: path.name == MANIFEST):
            name = path.relative_to(self._local.path).as_posix()
            self._mirror.send(path, name, lambda _: not self._is_better(best, score, monitor))

    def lacking(self) -> list[Path]:
        """The files of a finished run that the mirror lacks; nothing is written."""
        local, there = self._local, self.folder
        if there is None:
            return []
        files = [
            local.config,
            local.classes,
            local.audit,
            local.sheet,
            local.metrics,
            *local.events,
        ]
        files += [local.predictions_zip, *local.report_files, local.report, local.log, local.result]
        files += sorted(local.car.glob("*")) if _is_readable(local.best) else []
        lacking = [
            path
            for path in files
            if path.is_file()
            and not self.ask(partial(same_size, path, there.path / path.relative_to(local.path)))
        ]
        # Checkpoints of one network are all of one size: only their content tells.
        return lacking + [
            path
            for path in (local.last, local.best)
            if path.is_file() and not self.ask(partial(self._is_there, path))
        ]

    def complete(self, monitor: str) -> None:
        """Copies what a finished run has and the mirror lacks, if there is anything such.

        Nothing is written else, as both may be read-only by now.

        Raises:
            UserError: another process has the run, here or in the mirror.
        """
        if not self.lacking():
            return
        if self._mirror is not None:
            self.catch_up(monitor)
            return
        with ExitStack() as stack:
            if os.access(self._local.path, os.W_OK):
                stack.enter_context(lock_run(self._local.path))
            stack.enter_context(self)
            self.catch_up(monitor)

    def catch_up(self, monitor: str) -> None:
        """Copies what a finished run has and the mirror lacks; see ``send_best``."""
        local, lacking = self._local, self.lacking()
        car = [path for path in lacking if path.parent == local.car]
        self.send(*(path for path in lacking if path not in (*car, local.last, local.best)))
        if local.last in lacking:
            self.send_last()
        if local.best in lacking:
            self.catch_up_best(monitor)
        if car:
            self.send_car(read_checkpoint(local.best)[0].score, monitor)

    def catch_up_best(self, monitor: str) -> None:
        """Copies the best checkpoint of an earlier session, by the score recorded in it."""
        if self._mirror is not None and _is_readable(self._local.best):
            self.send_best(self._local.best, read_checkpoint(self._local.best)[0].score, monitor)

    def send_best(self, path: Path, score: float, monitor: str) -> None:
        """Copies the best checkpoint, unless the mirror turns out to have a better one."""
        if self._mirror is None:
            return
        name = path.relative_to(self._local.path).as_posix()
        self._mirror.send(path, name, lambda there: self._may_replace_best(there, score, monitor))

    def _may_replace_best(self, best: Path, score: float, monitor: str) -> bool:
        """Whether the best checkpoint that is in the mirror now is damaged, or no better."""
        theirs = self._standing.found(best, anew=True)
        self._standing.refuse_another_run()
        if theirs is None or not is_better(theirs.score, score, monitor):
            return True
        log.warning("%s has a better score (%.4f) and stays", best, theirs.score)
        return False

    def _may_replace_last(self, last: Path) -> bool:
        """Whether the last checkpoint that is in the mirror now is damaged, or no further."""
        self._standing.found(last, anew=True)
        self._standing.refuse_another_run()
        return True

    def _is_better(self, best: Path, score: float, monitor: str) -> bool:
        theirs = self._standing.found(best)
        return theirs is not None and is_better(theirs.score, score, monitor)

    def _is_there(self, path: Path) -> bool:
        """Whether a checkpoint is in the mirror, whole and of the same state."""
        there = self._standing.found(self._root / self._name / path.relative_to(self._local.path))
        try:
            card = read_checkpoint(path)[0]
        except DamagedError:  # nothing that anyone would want a copy of
            return True
        return there is not None and there.state == State.of(card)

    def __exit__(self, *_: object) -> None:
        if self._mirror is None:
            return
        if self._mirror.is_behind and not self._mirror.is_taken:
            log.info("waiting for the copies to %s", self.folder and self.folder.path)
        self.missing = self._mirror.finish(self.wait_seconds)
        with contextlib.suppress(OSError, TimeoutError):  # it times out by itself
            with_timeout(10, self._lock.release)

    def _claimed(self) -> Mirror:
        self._root.mkdir(exist_ok=True)
        folder = self._root / self._name
        make_below(self._root, folder)
        self._lock.claim()
        remove_parts(folder)
        return Mirror(self._root, self._name, self._local.outbox, self._look)

    def _look(self) -> None:
        """Gives a sign of life, if the mirror's folder is still this run's.

        Raises:
            TakenOverError: it is another's.
            OSError: the folder does not say.
        """
        # Where the sign is gone the folder was emptied, or another run had it and is over by now.
        is_held = self._lock.is_held()
        self._standing.refuse_another_run(is_held)
        make_below(self._root, self._root / self._name)
        self._lock.beat()


def _is_readable(path: Path) -> bool:
    """Whether there is a checkpoint that is whole."""
    try:
        return path.is_file() and bool(read_checkpoint(path))
    except DamagedError:
        return False
