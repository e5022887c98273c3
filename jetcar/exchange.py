"""A folder, and what lies beside it, that are replaced together: all of it or nothing.

Everything new is made in a folder aside. A journal there says what is about to happen; from then on
it will happen, if need be by the next process that writes to the same place. First what stands
beside the old folder goes, then the folder is exchanged, in one step where the system has one, then
what lies beside the new folder comes: at no moment does a part of the old stand beside a part of
the new.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from jetcar.swap import can_swap, swap
from jetcar.turns import in_turn
from jetcar.whole import PART, folder_aside, move, whole_file, write_json

NEW, OLD, JOURNAL = "new", "old", "journal.json"

SWAPPED, RENAMED, FILE_BY_FILE = "swapped", "renamed", "file by file"
"""How the folder is exchanged: in one step; the old one away and the new one in; or, where the
folder itself cannot be renamed as it is a link, a mount or open in another program, each file."""


class Exchange:
    """What is prepared to take the place of a folder and of its companions beside it.

    Args:
        main: The folder.
        part: The folder aside.
    """

    def __init__(self, main: Path, part: Path) -> None:
        self.main = main
        self._part = part
        self._companions: set[str] = set()
        self._gone: set[str] = set()
        (part / NEW).mkdir()
        (part / OLD).mkdir()

    def new(self, path: Path) -> Path:
        """Where to write what will become ``path``: the folder, or a companion of it.

        What is not written there by the end is gone then from its place too.
        """
        if path.parent != self.main.parent:
            raise ValueError(f"{path} is not in the same folder as {self.main}")
        if path.name != self.main.name:
            self._companions.add(path.name)
        return self._part / NEW / path.name

    def remove(self, name: str) -> None:
        """Has a file of the old folder not stay; all others that the new one lacks do."""
        self._gone.add(name)

    def take_place(self) -> None:
        """Has all of it take its place."""
        with _turn(self.main):
            self._begin()
            try:
                _go_on(self._part, self.main)
            except Exception:
                raise
            except BaseException:  # Ctrl-C: what is half exchanged is of no use to anybody
                _go_on(self._part, self.main)
                raise

    def _begin(self) -> None:
        fresh = self._part / NEW / self.main.name
        fresh.mkdir(exist_ok=True)
        if _must_stay(self.main):
            how = FILE_BY_FILE
        else:
            how = SWAPPED if self.main.exists() and can_swap(self._part) else RENAMED
            keep(self.main, fresh, self._gone)
            if self.main.exists():
                shutil.copymode(self.main, fresh)
        journal = {
            "main": self.main.name,
            "how": how,
            "old": _identity(self.main),
            "new": _identity(fresh),
            "companions": sorted(self._companions),
            "gone": sorted(self._gone),
        }
        write_json(self._part / JOURNAL, journal)


@contextmanager
def exchanged(main: Path) -> Iterator[Exchange]:
    """Replaces a folder and its companions when the block ends well; after an error nothing is.

    Files of the old folder that the new one lacks stay in it.

    Args:
        main: The folder; its parent is made when it is missing.

    Raises:
        OSError: something cannot be moved. What is begun then is brought to its end by the next
            process that calls this for the same folder.
    """
    is_new = not main.parent.exists()
    main.parent.mkdir(parents=True, exist_ok=True)
    try:
        with folder_aside(main, finish_exchange) as part:
            exchange = Exchange(main, part)
            yield exchange
            exchange.take_place()
    finally:
        if is_new:
            with contextlib.suppress(OSError):  # it is not empty: all is well
                main.parent.rmdir()


def finish_exchange(part: Path) -> None:
    """Brings an exchange to its end that has begun in a folder aside; does nothing without one.

    Raises:
        OSError: something cannot be moved; another call goes on from there.
    """
    if not (part / JOURNAL).exists():
        return
    journal = json.loads((part / JOURNAL).read_text(encoding="utf-8"))
    main = part.with_name(journal["main"])
    with _turn(main):
        if not _is_theirs(main, journal):
            _go_on(part, main)


def _turn(main: Path) -> AbstractContextManager[None]:
    """One process at a time; a killed one's lock is removed like all that is left of it."""
    return in_turn(main, f"{main.name}{PART}-turn")


def _go_on(part: Path, main: Path) -> None:
    journal = json.loads((part / JOURNAL).read_text(encoding="utf-8"))
    if not _is_in_place(part, main, journal):
        for name in journal["companions"]:
            if os.path.lexists(main.with_name(name)):
                move(main.with_name(name), part / OLD / name)
        _put_in_place(part, main, journal)
    if journal["how"] != FILE_BY_FILE:  # what came into the old folder since the journal began
        _keep(_old_folder(part, main, journal), main, set(journal["gone"]), move)
    for name in journal["companions"]:
        new = part / NEW / name
        if new.exists() and not os.path.lexists(main.with_name(name)):
            move(new, main.with_name(name))
    (part / JOURNAL).unlink()


def _is_in_place(part: Path, main: Path, journal: dict[str, Any]) -> bool:
    if journal["how"] == SWAPPED:
        return bool(_identity(main) == journal["new"])
    return not (part / NEW / main.name).exists()


def _is_theirs(main: Path, journal: dict[str, Any]) -> bool:
    """Whether another process has replaced the folder since, or all of it was copied elsewhere."""
    if journal["how"] == FILE_BY_FILE:
        return False
    return _identity(main) not in (journal["old"], journal["new"], None)


def _must_stay(main: Path) -> bool:
    """Whether a folder cannot be another one from now on: a link, a mount, or where we stand."""
    if main.is_symlink() or os.path.ismount(main):
        return True
    return main.exists() and Path.cwd().is_relative_to(main.resolve())


def _put_in_place(part: Path, main: Path, journal: dict[str, Any]) -> None:
    fresh, old = part / NEW / main.name, part / OLD / main.name
    if journal["how"] == SWAPPED and main.exists():
        swap(fresh, main)
        return
    if journal["how"] != FILE_BY_FILE:
        try:
            if main.exists():
                move(main, old)
            move(fresh, main)
            return
        except PermissionError:  # Windows: another program has a file of it open
            if not main.exists():
                raise
        journal["how"] = FILE_BY_FILE
        write_json(part / JOURNAL, journal)
    main.mkdir(exist_ok=True)
    # All of the old goes before any of the new comes, lest the two mix.
    fresh_files = sorted(path for path in fresh.iterdir() if not path.is_dir())
    for name in (*journal["gone"], *(path.name for path in fresh_files)):
        if _identity(main / name) != _identity(fresh / name):  # else it is one that stays
            (main / name).unlink(missing_ok=True)
    for path in fresh_files:
        try:
            move(path, main / path.name)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            with path.open("rb") as source, whole_file(main / path.name) as target:
                shutil.copyfileobj(source, target)
            path.unlink()
    shutil.rmtree(fresh)


def _old_folder(part: Path, main: Path, journal: dict[str, Any]) -> Path:
    return part / (NEW if journal["how"] == SWAPPED else OLD) / main.name


def keep(old: Path, new: Path, gone: set[str]) -> None:
    """Has a new folder hold all of an old one that it lacks, but for some files; both then do.

    Names that differ in the case of their letters alone are one name, as on Windows.
    """
    _keep(old, new, gone, _link)


def _keep(old: Path, new: Path, gone: set[str], take: Callable[[Path, Path], None]) -> None:
    if not old.is_dir():
        return
    there = {name.lower() for name in os.listdir(new)}
    for name in os.listdir(old):
        if name.lower() not in there and name not in gone:
            take(old / name, new / name)


def _link(source: Path, target: Path) -> None:
    """Gives a file or a folder of files a second name, or a copy where a disk has no such names."""
    if source.is_dir() and not source.is_symlink():
        shutil.copytree(source, target, symlinks=True, copy_function=_link_file)
    else:
        _link_file(source, target)


def _link_file(source: str | Path, target: str | Path) -> None:
    try:
        os.link(source, target, follow_symlinks=False)
    except (OSError, NotImplementedError):
        shutil.copy2(source, target, follow_symlinks=False)


def _identity(path: Path) -> list[int] | None:
    """What tells a folder from every other of a disk whatever its name; None when there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return [found.st_dev, found.st_ino]
