"""A second folder, such as a mounted Google Drive, that receives every result.

Copies run in a thread of their own, so that a slow or hanging folder never holds up training. What
shall be copied is first put aside on the local disk, so that training may replace its files at any
moment, on Windows too.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import math
import os
import shutil
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from jetcar.errors import UserError
from jetcar.training.within import within
from jetcar.whole import PART, move

log = logging.getLogger(__name__)

COPY_BYTES = 4 << 20
RETRY_SECONDS = (1.0, 5.0, 15.0)
"""Waits between tries; the last one repeats."""

BEAT_SECONDS = 20.0
OLD = ".old"
"""Suffix of a replaced file, for the moment until it is deleted."""

MayReplace: TypeAlias = Callable[[Path], bool]


@dataclass(frozen=True)
class Copy:
    """A file put aside, and where it shall go.

    Attributes:
        aside: The file on the local disk.
        name: Path below the run's folder in the mirror, with ``/``.
        may_replace: Asked with the path of the file that is there already, if any.
    """

    aside: Path
    name: str
    may_replace: MayReplace | None = None


class Mirror:
    """Copies files of a run to a second folder, whole, in the background.

    Args:
        root: The second folder; it must exist, and is never made, as a Drive that is not mounted
            would then be a folder on the local disk.
        name: The run's folder below it.
        outbox: A folder on the local disk for what waits to be copied; emptied at the start.
        beat: Called now and then while the mirror is at work; see ``lock``. After a UserError from
            it nothing is copied any more.
    """

    def __init__(
        self, root: Path, name: str, outbox: Path, beat: Callable[[], None] | None = None
    ) -> None:
        self.root, self.folder, self.outbox = root, root / name, outbox
        self._device = root.stat().st_dev
        self._beat, self._last_beat = beat, -math.inf
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
        self._is_taken = False
        shutil.rmtree(outbox, ignore_errors=True)
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
        if not missing:
            # The folder may have been emptied since: what is lost is sent once more.
            try:
                lost = within(max(1.0, end - time.monotonic()), self._lost)
            except (OSError, TimeoutError):
                lost = [*self._sent]
            for name in lost:
                path, may_replace = self._sent[name]
                self.send(path, name, may_replace)
            missing = self._wait(end) if lost else []
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        if not missing:
            self._thread.join(max(1.0, end - time.monotonic()))
            shutil.rmtree(self.outbox, ignore_errors=True)
        return missing

    @property
    def is_behind(self) -> bool:
        """Whether a file still waits to be copied."""
        return bool(self._waiting or self._busy)

    def _wait(self, end: float) -> list[str]:
        with self._changed:
            while (
                (self._waiting or self._busy)
                and not self._is_taken
                and (left := end - time.monotonic()) > 0
            ):
                self._changed.wait(left)
            return list(dict.fromkeys([*([self._busy.name] if self._busy else []), *self._waiting]))

    def _lost(self) -> list[str]:
        return [
            name
            for name, (path, _) in self._sent.items()
            if path.exists() and not same_size(path, self.folder / name)
        ]

    def _work(self) -> None:
        while (copy := self._next()) is not None:
            started = time.monotonic()
            try:
                if self.root.stat().st_dev != self._device:
                    raise OSError(f"{self.root} is no longer mounted")
                if not copy_whole(copy, self.root, self.folder):
                    self._sent.pop(copy.name, None)  # what is there is better, and not lost
            except (OSError, UserError) as error:
                self._failed(copy, error)
            else:
                self.slowest = max(self.slowest, time.monotonic() - started)
                self._succeeded(copy)

    def _next(self) -> Copy | None:
        """The next copy to make; None at the end."""
        while True:
            if not self._tell_alive():
                return None
            with self._changed:
                if self._closing:
                    return None
                if self._waiting:
                    _, self._busy = self._waiting.popitem(last=False)
                    return self._busy
                self._changed.wait(BEAT_SECONDS)

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

    def _tell_alive(self) -> bool:
        """Gives a sign of life, now and then; False when the folder is another run's now."""
        if self._beat is None or time.monotonic() - self._last_beat < BEAT_SECONDS / 2:
            return True
        try:
            self._beat()
        except OSError:
            pass  # the next copy reports what is wrong
        except UserError as error:
            log.warning(
                "%s Training goes on without copies; the run is safe in %s",
                error,
                self.outbox.parent,
            )
            with self._changed:
                self._is_taken = True
                self._changed.notify_all()
            return False
        self._last_beat = time.monotonic()
        return True


def copy_whole(copy: Copy, root: Path, folder: Path) -> bool:
    """Copies a file so that the old one stays until the new one is proven to be there.

    The new file is written as ``*.part``, flushed, read back and compared. The old one is then
    emptied before it is deleted, because what is deleted from a Google Drive goes to its trash,
    which counts against the quota.

    Returns:
        False when the file that is there may not be replaced, and stays.

    Raises:
        OSError: something did not work; the old file is still there.
    """
    target = folder / copy.name
    for parent in reversed(target.relative_to(root).parents[:-1]):
        (root / parent).mkdir(exist_ok=True)
    old = target.with_name(target.name + OLD)
    if old.exists() and not target.exists():
        move(old, target)  # a copy was cut off between the two names
    if copy.may_replace is not None and target.exists() and not copy.may_replace(target):
        return False
    part = target.with_name(target.name + PART)
    try:
        wanted = hashlib.sha256()
        with copy.aside.open("rb") as source, part.open("wb") as out:
            while block := source.read(COPY_BYTES):
                wanted.update(block)
                out.write(block)
            out.flush()
            os.fsync(out.fileno())
        if _sha256(part) != wanted.digest():
            raise OSError(f"{part} reads back otherwise than it was written")
    except OSError:
        with contextlib.suppress(OSError):
            part.unlink()
        raise
    if target.exists():
        move(target, old)
    move(part, target)
    if old.exists():
        os.truncate(old, 0)
        old.unlink()
    return True


def _sha256(path: Path) -> bytes:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(COPY_BYTES):
            digest.update(block)
    return digest.digest()


def same_size(path: Path, other: Path) -> bool:
    """Whether the other file is there and as large; a Drive need not keep times."""
    return other.exists() and other.stat().st_size == path.stat().st_size
