"""Keeps two runs from writing to the same folders."""

from __future__ import annotations

import json
import platform
import time
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from jetcar.errors import UserError
from jetcar.whole import write_json

LOCK_FILE = ".jetcar-lock"
STALE_SECONDS = 180.0
"""A machine that has not been heard of for so long is taken for gone."""


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
        self.beat()

    def refuse_other(self) -> None:
        """Looks whether the folder is free, and writes nothing.

        Raises:
            UserError: another run has it and was alive a moment ago.
        """
        other = self._read()
        age = time.time() - other.get("alive", 0)
        if other and other.get("owner") != self.owner and age < STALE_SECONDS:
            raise UserError(
                f"Another run on {other.get('machine', 'another machine')} writes to "
                f"{self.path.parent} (last sign {max(0, age):.0f} s ago). Stop it, or choose "
                f"another name=...; if that machine is gone, wait {STALE_SECONDS - age:.0f} s."
            )

    def beat(self) -> None:
        """Gives a sign of life."""
        sign = {"owner": self.owner, "machine": platform.node(), "alive": time.time()}
        write_json(self.path, sign)

    def release(self) -> None:
        """Gives the folder back."""
        self.path.unlink(missing_ok=True)

    def _read(self) -> dict[str, Any]:
        try:
            sign = json.loads(self.path.read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return {}
        return sign if isinstance(sign, dict) else {}
