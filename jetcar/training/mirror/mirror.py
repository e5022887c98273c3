"""A second folder, such as a mounted Google Drive, that receives every result.

Copies run in a thread of their own, so that a slow or hanging folder never holds up training. What
shall be copied is first put aside on the local disk, so that training may replace its files at any
moment, on Windows too.
"""

from __future__ import annotations

import contextlib
import logging
import shutil
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

from jetcar.errors import UserError
from jetcar.training.mirror.lock import TakenOverError
from jetcar.training.mirror.timeout import with_timeout
from jetcar.training.mirror.whole_copy import Copy, MayReplace, copy_whole, same_size
from jetcar.training.run_folder import remove

log = logging.getLogger(__name__)

RETRY_SECONDS = (1.0, 5.0, 15.0)
"""Waits between tries; the last one repeats."""

LOOK_SECONDS = 10.0
"""Between two looks at a mirror that nothing is copied to."""


class Mirror:
    """Copies files of a run to a second folder, whole, in the background.

    Args:
        root: The second folder; it must exist, and is never made, as a Drive that is not mounted
            would then be a folder on the local disk.
        name: The run's folder below it.
        outbox: A folder on the local disk for what waits to be copied; emptied at the start.
        look: Called before each copy, before that copy takes its name, and now and then in between.
            It gives a sign of life and looks whether the folder is still this run's: after a
            UserError from it nothing is copied any more.
    """

    def __init__(
        self, root: Path, name: str, outbox: Path, look: Callable[[], None] | None = None
    ) -> None:
        self.root, self.folder, self.outbox = root, root / name, outbox
        self._device = root.stat().st_dev
        self._ask = look
        self._sent: dict[str, tuple[Path, MayReplace | None]] = {}
        self._waiting: OrderedDict[str, Copy] = OrderedDict()
        self._busy: Copy | None = None
        self.slowest = 0.0
        """Seconds that the slowest copy took."""

        self._failures = 0
        self._failing: set[str] = set()
        self._number = 0
        self._changed = threading.Condition()
        self._closing = False
        self.is_taken = False
        """Whether another run has the folder now, so that nothing is copied any more."""

        remove(outbox)
        self._thread = threading.Thread(target=self._work, name="mirror", daemon=True)
        self._thread.start()

    def send(self, path: Path, name: str, may_replace: MayReplace | None = None) -> None:
        """Has a local file copied; a copy under that name that still waits is dropped.

        Args:
            path: The file as it is now; it may change as soon as this returns.
            name: Path below the run's folder in the mirror, with ``/``.
            may_replace: Asked with the path of the file that is there already, if any.
        """
        self._number += 1
        aside = self.outbox / f"{self._number}-{path.name}"
        try:
            self.outbox.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, aside)
        except OSError as error:  # the local disk is full, say; the run is worth more than its copy
            log.warning("%s is not copied to %s: %s", path, self.folder, error.strerror or error)
            aside.unlink(missing_ok=True)
        with self._changed:
            self._sent[name] = path, may_replace
            dropped = self._waiting.pop(name, None)
            if aside.exists():
                self._waiting[name] = Copy(aside, name, may_replace)
            self._changed.notify_all()
        if dropped is not None:
            dropped.aside.unlink(missing_ok=True)

    def finish(self, wait_seconds: float) -> list[str]:
        """Waits until every file that was sent is there, but not for ever.

        Args:
            wait_seconds: How long at most.

        Returns:
            Names of the files that are not there, or only in an older state.
        """
        end = time.monotonic() + wait_seconds
        missing = self._wait(end)
        if not missing and not self.is_taken and (lost := self._lost(end)):
            # The folder was emptied, or the local disk had no room to put it aside: once more.
            for name in lost:
                path, may_replace = self._sent[name]
                self.send(path, name, may_replace)
            missing = self._wait(end) or self._lost(end)
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        if not missing:
            self._thread.join(max(1.0, end - time.monotonic()))
        if not missing or self.is_taken:
            remove(self.outbox)
        return missing

    @property
    def is_behind(self) -> bool:
        """Whether a file still waits to be copied."""
        return bool(self._waiting or self._busy)

    def _wait(self, end: float) -> list[str]:
        with self._changed:
            while (
                (self._waiting or self._busy)
                and not self.is_taken
                and (left := end - time.monotonic()) > 0
            ):
                self._changed.wait(left)
            return list(dict.fromkeys([*([self._busy.name] if self._busy else []), *self._waiting]))

    def _lost(self, end: float) -> list[str]:
        """What was sent and is not there; all of it when the folder does not answer."""

        def lost() -> list[str]:
            return [
                name
                for name, (path, _) in self._sent.items()
                if path.exists() and not same_size(path, self.folder / name)
            ]

        try:
            return with_timeout(max(1.0, end - time.monotonic()), lost)
        except (OSError, TimeoutError):
            return [*self._sent]

    def _work(self) -> None:
        try:
            while (copy := self._next()) is not None:
                self._make(copy)
        except TakenOverError as error:
            log.warning(
                "%s Training goes on without copies; the run is safe in %s",
                error,
                self.outbox.parent,
            )
            with self._changed:
                if self._busy is not None:
                    self._waiting[self._busy.name] = self._busy
                self._busy, self.is_taken = None, True
                self._changed.notify_all()

    def _make(self, copy: Copy) -> None:
        started = time.monotonic()
        try:
            self._look()
            if not copy_whole(copy, self.root, self.folder, self._look):
                self._sent.pop(copy.name, None)  # what is there is better, and not lost
        except TakenOverError:
            raise
        except (OSError, UserError) as error:
            self._failed(copy, error)
        else:
            self.slowest = max(self.slowest, time.monotonic() - started)
            self._succeeded(copy)

    def _look(self) -> None:
        """Looks whether the folder is there, and still this run's.

        Raises:
            OSError: it is not there, or does not say.
            TakenOverError: another run has it.
        """
        if self.root.stat().st_dev != self._device:
            raise OSError(f"{self.root} is no longer mounted")
        if self._ask is None:
            return
        try:
            self._ask()
        except UserError as error:
            raise TakenOverError(str(error)) from None

    def _next(self) -> Copy | None:
        """The next copy to make; None at the end."""
        while True:
            with self._changed:
                if self._closing:
                    return None
                if self._waiting:
                    _, self._busy = self._waiting.popitem(last=False)
                    return self._busy
                self._changed.wait(LOOK_SECONDS)
                if self._closing or self._waiting:
                    continue
            with contextlib.suppress(OSError):  # the next copy reports what is wrong
                self._look()

    def _succeeded(self, copy: Copy) -> None:
        # A full disk takes small files while it refuses large ones: that is not yet well again.
        self._failing.discard(copy.name)
        if self._failures and not self._failing:
            log.info("copying to %s works again", self.folder)
            self._failures = 0
        with self._changed:
            self._busy = None
            self._changed.notify_all()
        copy.aside.unlink(missing_ok=True)

    def _failed(self, copy: Copy, error: OSError | UserError) -> None:
        """Queues the copy again, unless a newer one of its name came, and waits a while."""
        if not self._failing:
            log.warning(
                "copying to %s fails (%s); training goes on, the run is safe in %s, and copying "
                "is tried again",
                self.folder,
                getattr(error, "strerror", None) or error,
                self.outbox.parent,
            )
        pause = RETRY_SECONDS[min(self._failures, len(RETRY_SECONDS) - 1)]
        self._failures += 1
        self._failing.add(copy.name)
        with self._changed:
            self._busy = None
            if copy.name in self._waiting:
                copy.aside.unlink(missing_ok=True)
            else:
                self._waiting[copy.name] = copy
                self._waiting.move_to_end(copy.name, last=False)
            end = time.monotonic() + pause
            while not self._closing and (left := end - time.monotonic()) > 0:
                self._changed.wait(left)
