"""Keeps two runs from writing to the same folders."""

from __future__ import annotations

import contextlib
import errno
import json
import logging
import platform
import secrets
import time
import uuid
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from jetcar.errors import UserError
from jetcar.whole import PART, move
from jetcar.wording import printable

log = logging.getLogger(__name__)

LOCK_FILE = ".jetcar-lock"
STALE_SECONDS = 180.0
"""A machine that gave no sign for this long is taken for gone."""

BEAT_SECONDS = 10.0
"""Between two signs of life; the file in the mirror is looked at more often."""

BOOT = Path("/proc/sys/kernel/random/boot_id")
CANNOT_WRITE = (errno.EROFS, errno.EACCES, errno.EPERM)


class TakenOverError(UserError):
    """Another run writes to the mirror's folder now; this one shall leave it alone."""


@dataclass(frozen=True)
class Sign:
    """What the file in a mirror says about the run that writes there.

    Attributes:
        owner: The session: a place, see ``place_of``, and letters that no two sessions share.
        machine: The computer's name.
        alive: When it last gave a sign, in seconds since 1970 by its own clock.
    """

    owner: str
    machine: str
    alive: float

    @property
    def place(self) -> str:
        """Where the session's run folder is; empty when it does not say."""
        return self.owner.rpartition(" ")[0]


def lock_run(folder: Path) -> FileLock:
    """Claims a run's folder on the local disk until the process ends.

    Returns:
        The lock, to be kept.

    Raises:
        UserError: another process of this machine trains into that folder.
        OSError: the folder cannot be written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / LOCK_FILE)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise UserError(
            f"Another process trains into {folder}. Wait for it, or choose another name=..."
        ) from None
    except NotImplementedError:
        log.warning(
            "the disk of %s has no locks: make sure yourself that no second process trains there",
            folder,
        )
    return lock


def refuse_busy(folder: Path) -> None:
    """Looks whether a run's folder is free, and makes none.

    A folder that cannot be written to is free: a run that is finished may lie there.

    Raises:
        UserError: another process of this machine trains into that folder.
    """
    if not (folder / LOCK_FILE).exists():
        return
    try:
        lock_run(folder).release()
    except OSError as error:
        if error.errno not in CANNOT_WRITE:
            raise


def place_of(folder: Path) -> str:
    """Names a run's folder on the local disk, so that no other one in the world has the same name.

    Two sessions of one place cannot be alive at once, as one of them holds the lock of the folder.
    The name is of the lock file itself and of the system that looks after it: of cloned machines
    and containers, whose names and paths are the same, each has its own.

    Returns:
        Empty where there is no lock file.
    """
    try:
        file = (folder / LOCK_FILE).stat()
    except FileNotFoundError:
        return ""
    system = BOOT.read_text(encoding="utf-8").strip() if BOOT.exists() else f"{uuid.getnode():x}"
    return f"{system}:{file.st_dev}:{file.st_ino}"


class MirrorLock:
    """Claims a run's folder in the mirror across machines, by a file with a sign of life.

    Args:
        folder: The run's folder in the mirror.
        local: The same run on the local disk. Who has locked it may take the mirror from a session
            of the same place at once, as that one is over.
    """

    def __init__(self, folder: Path, local: Path) -> None:
        self.path, self.local = folder / LOCK_FILE, local
        self.token = secrets.token_hex(16)
        self.owner = ""
        self._last_beat = 0.0

    def claim(self) -> None:
        """Claims the folder, which must exist.

        Raises:
            UserError: another run has it and was alive a moment ago.
        """
        self.refuse_other()
        self.owner = f"{place_of(self.local)} {self.token}"
        self._write()
        self.refuse_other()  # of two that claim it in one moment one is told so

    def refuse_other(self) -> None:
        """Looks whether the folder is free, and writes nothing.

        Raises:
            UserError: another run has it and was alive a moment ago.
        """
        other = self._sign()
        if other is None or other.owner == self.owner:
            return
        if other.place and other.place == place_of(self.local):
            return
        # A clock that is far ahead says as little about life as one that is far behind. Whoever
        # loses the folder by a wrong clock is told so when it next looks.
        age = time.time() - other.alive
        if abs(age) < STALE_SECONDS:
            raise UserError(
                f"Another run on {other.machine} writes to {self.path.parent} (last sign "
                f"{max(0, age):.0f} s ago). Stop it, or choose another name=...; if that machine "
                f"is gone, wait {STALE_SECONDS - age:.0f} s."
            )

    def is_held(self) -> bool:
        """Whether this session's sign is there; not so when the folder was emptied.

        Raises:
            TakenOverError: another run has taken the folder meanwhile, because this one gave no
                sign for long, or its clock is wrong.
        """
        sign = self._sign()
        if sign is not None and sign.owner != self.owner:
            raise TakenOverError(f"Another run, on {sign.machine}, took over {self.path.parent}.")
        return sign is not None

    def beat(self) -> None:
        """Gives a sign of life when it is time, or when the last one is gone.

        Raises:
            TakenOverError: another run has taken the folder meanwhile.
        """
        if not self.is_held() or abs(time.time() - self._last_beat) >= BEAT_SECONDS:
            self._write()

    def release(self) -> None:
        """Gives the folder back, unless another run has it."""
        sign = self._sign()
        if sign is not None and sign.owner == self.owner:
            self.path.unlink(missing_ok=True)

    def _write(self) -> None:
        self._last_beat = time.time()
        sign = {"owner": self.owner, "machine": platform.node(), "alive": self._last_beat}
        part = self.path.with_name(f"{LOCK_FILE}{PART}-{self.token}")
        try:
            part.write_text(json.dumps(sign), encoding="utf-8")
            move(part, self.path)
        except OSError:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
            raise

    def _sign(self) -> Sign | None:
        """The sign that is there, if there is one that can be understood."""
        try:
            told = json.loads(self.path.read_text(encoding="utf-8"))
            sign = Sign(str(told["owner"]), printable(told["machine"]), float(told["alive"]))
        except (FileNotFoundError, LookupError, TypeError, ValueError, ArithmeticError):
            return None
        except RecursionError:  # of brackets in brackets in brackets
            return None
        except (IsADirectoryError, PermissionError):  # the latter is what Windows says
            if not self.path.is_dir():
                raise
            raise UserError(
                f"{self.path} is a folder where a file belongs. Remove it, or choose another "
                "name=..."
            ) from None
        return sign
