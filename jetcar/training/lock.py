"""Keeps two runs from writing to the same folders."""

from __future__ import annotations

import json
import platform
import time
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from jetcar.errors import UserError
from jetcar.whole import write_json

LOCK_FILE = ".jetcar-lock"
STALE_SECONDS = 180.0
"""A machine that has not been heard of for so long is taken for gone."""


@dataclass(frozen=True)
class Sign:
    """What the file in a mirror says about the run that writes there.

    Attributes:
        owner: Differs between any two runs.
        machine: The computer's name.
        alive: When it last gave a sign, in seconds since 1970 by its own clock.
    """

    owner: str
    machine: str
    alive: float


def lock_run(folder: Path) -> FileLock:
    """Claims a run's folder on the local disk until the process ends.

    Returns:
        The lock, to be kept.

    Raises:
        UserError: another process of this machine trains into that folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / LOCK_FILE)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise UserError(
            f"Another process trains into {folder}. Wait for it, or choose another name=..."
        ) from None
    return lock


def refuse_busy(folder: Path) -> None:
    """Looks whether a run's folder is free, and makes none.

    Raises:
        UserError: another process of this machine trains into that folder.
    """
    if (folder / LOCK_FILE).exists():
        lock_run(folder).release()


class MirrorLock:
    """Claims a run's folder in the mirror across machines, by a file with a sign of life.

    Args:
        folder: The run's folder in the mirror.
        owner: Differs between any two runs; the same for a run that was restarted in place.
    """

    def __init__(self, folder: Path, owner: str) -> None:
        self.path, self.owner = folder / LOCK_FILE, owner

    def claim(self) -> None:
        """Claims the folder.

        Raises:
            UserError: another run has it and was alive a moment ago.
        """
        self.refuse_other()
        self._write()

    def refuse_other(self) -> None:
        """Looks whether the folder is free, and writes nothing.

        Raises:
            UserError: another run has it and was alive a moment ago.
        """
        other = self._other()
        if other is None:
            return
        # A clock that is far ahead says as little about life as one that is far behind. Whoever
        # loses the folder by a wrong clock is told so by its next ``beat``.
        age = time.time() - other.alive
        if abs(age) < STALE_SECONDS:
            raise UserError(
                f"Another run on {other.machine} writes to {self.path.parent} (last sign "
                f"{max(0, age):.0f} s ago). Stop it, or choose another name=...; if that machine "
                f"is gone, wait {STALE_SECONDS - age:.0f} s."
            )

    def beat(self) -> None:
        """Gives a sign of life.

        Raises:
            UserError: another run has taken the folder meanwhile, because this one gave no sign
                for long, or its clock is wrong.
        """
        if (other := self._other()) is not None:
            raise UserError(f"Another run, on {other.machine}, took over {self.path.parent}.")
        self._write()

    def release(self) -> None:
        """Gives the folder back."""
        if self._other() is None:
            self.path.unlink(missing_ok=True)

    def _write(self) -> None:
        sign = {"owner": self.owner, "machine": platform.node(), "alive": time.time()}
        write_json(self.path, sign)

    def _other(self) -> Sign | None:
        """The sign of another run, if there is one that can be understood."""
        try:
            sign = Sign(**json.loads(self.path.read_text(encoding="utf-8")))
            sign = Sign(str(sign.owner), str(sign.machine), float(sign.alive))
        except (FileNotFoundError, TypeError, ValueError):
            return None
        return sign if sign.owner != self.owner else None
