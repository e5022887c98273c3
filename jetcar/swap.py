"""Two folders that exchange their names in one step, where the system and the disk can."""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from pathlib import Path
from typing import Any

AT_FDCWD, RENAME_EXCHANGE = -100, 2
"""Of Linux's ``renameat2``."""

RENAME_SWAP = 2
"""Of macOS's ``renamex_np``."""


def can_swap(part: Path) -> bool:
    """Whether the disk can exchange two folders, tried with two empty ones."""
    first, second = part / "first", part / "second"
    first.mkdir()
    second.mkdir()
    try:
        swap(first, second)
    except OSError:
        return False
    return True


def swap(first: Path, second: Path) -> None:
    """Exchanges two folders in one step.

    Raises:
        OSError: the system or the disk cannot.
    """
    library: Any = ctypes.CDLL(None, use_errno=True) if os.name == "posix" else None
    names = os.fsencode(first), os.fsencode(second)
    if sys.platform.startswith("linux") and hasattr(library, "renameat2"):
        failed = library.renameat2(AT_FDCWD, names[0], AT_FDCWD, names[1], RENAME_EXCHANGE)
    elif sys.platform == "darwin" and hasattr(library, "renamex_np"):
        failed = library.renamex_np(names[0], names[1], RENAME_SWAP)
    else:
        raise OSError(errno.ENOSYS, "cannot exchange two folders")
    if failed:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), str(second))
