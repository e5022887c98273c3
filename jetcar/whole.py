"""Files and folders that are whole or not there: written under another name, then renamed.

What is being written has its final name with ``.part-`` and a few letters behind it, which no two
writers share. A writer that is killed leaves that behind; the next one to write the same file or
folder removes it. It knows by a lock, which the system takes back when a process ends, that nobody
writes there any more.
"""

from __future__ import annotations

import contextlib
import errno
import glob
import json
import math
import os
import re
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from filelock import FileLock, Timeout

PART = ".part"
"""Begins the suffix of what is being written."""

LOCK = ".lock"
LONGEST_NAME = 200
"""Bytes of a file's own name before the suffix; file systems take 255 in all."""

STALE_SECONDS = 24 * 3600
"""Where a disk has no locks, what was not touched for this long is taken for left behind."""

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""Errors of a disk that is full, of a quota, and of a limit on the size of files."""

NO_RIGHT = (errno.EACCES, errno.EPERM, errno.EROFS)
"""Errors of a place that may be read and not written to."""

HOLDS_OPEN_FILES = os.name == "nt"
"""Whether a file that another program has open, such as a virus scanner, cannot be renamed."""

PAUSES = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 4.0)
"""Seconds between tries to rename such a file."""

NUMBERS = re.compile(r"\[\n[-+.,\deE\s]+\]")
"""A list of numbers over several lines; inside a string JSON has no line break."""


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Opens a file for writing (and reading back) that takes its name when the block ends well.

    The file that bore the name stays until then; after an error nothing is left behind.
    """
    with _locked_part(path) as part:
        try:
            with part.open("w+b") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            move(part, path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """Makes a folder that takes its name when the block ends well.

    Yields:
        An empty folder beside it, to be filled.

    Raises:
        FileExistsError: something of that name is there when the block ends, and stays.
    """
    with _locked_part(path) as part:
        try:
            part.mkdir()
            yield part
            if path.exists():
                raise FileExistsError(errno.EEXIST, "is there already", str(path))
            move(part, path)
        finally:
            shutil.rmtree(part, ignore_errors=True)


@contextmanager
def folder_aside(path: Path, finish: Callable[[Path], None] = lambda part: None) -> Iterator[Path]:
    """Makes an empty folder beside ``path``, to prepare there what becomes ``path``.

    It is removed when the block ends; what killed processes left is removed before.

    Args:
        path: What is prepared.
        finish: Gets each such folder before it is removed, to bring to its end what was begun with
            what is in it. When it fails, the folder stays.
    """
    with _locked_part(path, finish) as part:
        part.mkdir()
        try:
            yield part
        finally:
            finish(part)
            shutil.rmtree(part, ignore_errors=True)


def write_whole(path: Path, text: str) -> None:
    """Writes a text file (UTF-8), whole."""
    with whole_file(path) as file:
        file.write(text.encode())


def write_json(path: Path, value: Any) -> None:
    """Writes a JSON file, whole; what JSON has no number for (NaN, infinity) becomes null.

    A list of numbers is on one line, so that a matrix looks like one.
    """
    text = json.dumps(_finite(value), indent=2, ensure_ascii=False)
    write_whole(path, NUMBERS.sub(_in_one_line, text) + "\n")


def move(source: Path, target: Path) -> None:
    """Renames a file or folder, over a file of that name if there is one.

    On Windows a virus scanner, an indexer or a viewer may hold either for a moment, so it is tried
    for some seconds there.

    Raises:
        OSError: it cannot be renamed; both are as they were.
    """
    for pause in PAUSES if HOLDS_OPEN_FILES else ():
        try:
            source.replace(target)
        except PermissionError:
            time.sleep(pause)
        else:
            return
    source.replace(target)


def remove_abandoned(path: Path, finish: Callable[[Path], None] | None = None) -> None:
    """Removes what killed writers of a file or folder left beside it; never what is being written.

    Where it cannot be removed, it stays: it is in nobody's way.

    Args:
        path: The file or folder.
        finish: Gets each folder that is about to be removed; see ``folder_aside``.
    """
    for part in path.parent.glob(f"{glob.escape(_start(path))}*"):
        if part.name.endswith(LOCK):
            if not part.with_name(part.name.removesuffix(LOCK)).exists():
                _remove_if_abandoned(part.with_name(part.name.removesuffix(LOCK)), finish)
        else:
            _remove_if_abandoned(part, finish)


def _remove_if_abandoned(part: Path, finish: Callable[[Path], None] | None) -> None:
    lock = part.with_name(part.name + LOCK)
    try:
        if not lock.exists() and time.time() - part.stat().st_mtime < STALE_SECONDS:
            return  # of a disk without locks, or of an older version
        held = FileLock(lock)
        held.acquire(timeout=0)
    except (OSError, Timeout, NotImplementedError):
        return
    try:
        if part.is_dir():
            if finish is not None:
                finish(part)
            shutil.rmtree(part, ignore_errors=True)
        else:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
    finally:
        # Before it is released, as others may wait for a lock of that name; Windows removes no
        # open file, and there the release does it.
        with contextlib.suppress(OSError):
            lock.unlink(missing_ok=True)
        held.release()


@contextmanager
def _locked_part(path: Path, finish: Callable[[Path], None] | None = None) -> Iterator[Path]:
    """A name beside ``path`` that no other writer has, locked for as long as the block runs."""
    try:
        if not path.parent.is_dir():  # which the lock would make, against the will of its owner
            raise FileNotFoundError(errno.ENOENT, "there is no such folder", str(path.parent))
        remove_abandoned(path, finish)
        part, held = _claimed_part(path)
        try:
            yield part
        finally:
            held.release()
            with contextlib.suppress(OSError):
                Path(held.lock_file).unlink(missing_ok=True)
    except OSError as error:
        # A write that fails does not name its file, and nobody knows the name that it has so far.
        if error.filename is None or PART in Path(os.fsdecode(error.filename)).name:
            error.filename = str(path)
        raise


def _claimed_part(path: Path) -> tuple[Path, FileLock]:
    while True:
        part = path.with_name(f"{_start(path)}{secrets.token_hex(4)}")
        held = FileLock(part.with_name(part.name + LOCK))
        with contextlib.suppress(Timeout):  # another process looked whether it is abandoned
            with contextlib.suppress(NotImplementedError):  # no locks, as on some Drives
                held.acquire(timeout=0)
            return part, held


def _start(path: Path) -> str:
    """How the name of everything begins that is written to become ``path``."""
    name = path.name.encode(errors="surrogateescape")[:LONGEST_NAME]
    return f"{name.decode(errors='ignore')}{PART}-"


def _in_one_line(numbers: re.Match[str]) -> str:
    return "[" + ", ".join(numbers[0][1:-1].replace(",", " ").split()) + "]"


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
