"""Finds where a run left off: on the local disk, or in the mirror when the disk is new."""

from __future__ import annotations

import errno
import logging
import shutil
from dataclasses import dataclass
from pathlib import Path

from jetcar.classes import differences
from jetcar.errors import UserError
from jetcar.model.card import Card
from jetcar.model.checkpoint import DamagedError, is_whole, read_checkpoint
from jetcar.model.network import Architecture
from jetcar.settings.devices import BEFORE
from jetcar.training.mirror.standing import State
from jetcar.training.mirror.whole_copy import OLD, left_there
from jetcar.training.run_folder import RunFolder
from jetcar.whole import PART, whole_file
from jetcar.wording import counted

log = logging.getLogger(__name__)

UNREADABLE = (errno.EIO, errno.EBADMSG)
"""What a disk says of a place that it cannot read any more."""


@dataclass(frozen=True)
class Start:
    """A checkpoint to continue from.

    Attributes:
        path: The file, on the local disk or in the mirror.
        card: What it says about itself.
    """

    path: Path
    card: Card

    def is_same(self, other: Start) -> bool:
        """Whether a run would continue alike from another one."""
        return self.path == other.path and State.of(self.card) == State.of(other.card)


def find_start(local: RunFolder, mirror: RunFolder | None, tell: bool = True) -> Start | None:
    """The furthest whole checkpoint of a run, wherever it lies.

    Args:
        local: The run on the local disk.
        mirror: The run in the mirror, if there is one.
        tell: Whether to tell of damaged ones that were passed over.

    Returns:
        None when there is no checkpoint at all: the run is new. Nothing is written.

    Raises:
        UserError: there are checkpoints, and none can be read; or one is whole and of another
            program or a newer version, so that continuing from an older one would replace it.
    """
    damaged: list[Path] = []
    paths = [local.last, local.best]
    if mirror:
        paths += [left_there(mirror.last), left_there(mirror.best)]
    found = _furthest(paths, local, damaged)
    if damaged or not local.last.exists():  # or a run was killed between two names
        more = [*([found.path] if found else []), local.new, local.previous]
        found = _furthest(more, local, damaged)
    if found is None:
        if damaged:
            raise UserError(
                f"No checkpoint of {local.path} can be read ({counted(len(damaged), 'file')} "
                f"damaged, first {damaged[0]}). Choose another name=..., or move that folder away "
                "to start over."
            )
        return None
    for path in damaged if tell else ():
        log.warning("%s is damaged", path)
    if damaged and tell:
        log.warning("continuing from %s instead", found.path)
    return found


def bring_back(start: Start, local: RunFolder, mirror: RunFolder | None) -> Path:
    """Copies to the local disk what a continued run needs and only the mirror has.

    Returns:
        The checkpoint to continue from, on the local disk.
    """
    best_epoch = start.card.best_epoch
    if best_epoch and not _is_the_best(local.best, start.card):
        there = left_there(mirror.best) if mirror else None
        if there and _is_the_best(there, start.card):
            _copied(there, local.best)
        elif start.card.epoch == best_epoch and not start.card.batch:
            _copied(start.path, local.best)
        else:
            log.warning("the best checkpoint, of epoch %d, is lost", best_epoch)
    if mirror and mirror.curves.is_dir() and not local.curves.exists():
        for path in sorted(mirror.curves.glob("events.*")):
            if PART not in path.name and not path.name.endswith(OLD):
                _copied(path, local.curves / path.name)
    if start.path == local.last:
        return start.path
    if mirror and start.path.is_relative_to(mirror.path):
        log.info("continuing from the mirror: %s", start.path)
    return _copied(start.path, local.last)


def _furthest(paths: list[Path], local: RunFolder, damaged: list[Path]) -> Start | None:
    """Of the whole checkpoints the one with most epochs; damaged ones are noted."""
    found: Start | None = None
    for path in paths:
        try:
            if not path.exists():
                continue
            card = read_checkpoint(path)[0]
        except DamagedError:
            damaged.append(path)
            continue
        except OSError as error:
            # A mirror that does not read may hold the furthest: then it is better not to start.
            if error.errno not in UNREADABLE or not path.is_relative_to(local.path):
                raise
            damaged.append(path)
            continue
        except UserError as error:
            raise UserError(f"{error} Or start a new run with another name=...") from None
        if not _tells_its_epochs(card):
            raise UserError(
                f"{path} has invalid records of its {counted(card.epoch, 'epoch')}. Move it away "
                "to continue from an older checkpoint, or start a new run with another name=..."
            )
        if found is None or (card.epoch, card.batch) > (found.card.epoch, found.card.batch):
            found = Start(path, card)
    return found


def _tells_its_epochs(card: Card) -> bool:
    """Whether there is a row for every epoch, with a number for the score that decides."""
    return len(card.history) == card.epoch and all(
        isinstance(row, dict)
        and row.get("epoch") == epoch
        and isinstance(row.get(card.monitor), (int, float))
        for epoch, row in enumerate(card.history, start=1)
    )


def _is_the_best(path: Path, card: Card) -> bool:
    return is_whole(path) and read_checkpoint(path)[0].score == card.best_score


def _copied(source: Path, target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    with source.open("rb") as file, whole_file(target) as out:
        shutil.copyfileobj(file, out, 4 << 20)
    return target


def refuse_other_run(old: Card, new: Card, folder: Path, listing_key: str = "") -> None:
    """Refuses to continue a run with other classes, another network or other data.

    Args:
        old: What the run says about itself.
        new: What it is to be now.
        folder: Of the run.
        listing_key: Of the data now; runs of former versions carry it as their fingerprint.

    Raises:
        UserError: names every difference and the way out.
    """
    differs: list[str] = []
    if rows := differences(old.table, new.table):
        differs.append(
            f"{counted(len(rows), 'class', 'classes')} (code: then | now), such as "
            f"{'; '.join(rows[:5])} (data.remap=true matches them by name)"
        )
    for what, then, now in (
        ("data.ignore", old.ignored, new.ignored),
        ("the network", old.architecture, new.architecture),
        ("data.image_size", list(old.image_size), list(new.image_size)),
        ("monitor", old.monitor, new.monitor),
    ):
        if then != now:
            differs.append(f"{what} was {_in_words(then)} and is now {_in_words(now)}")
    had, has = _setting(old, "loss.auxiliary") or 0, _setting(new, "loss.auxiliary") or 0
    if bool(had) != bool(has):  # the head has weights of its own
        differs.append(f"loss.auxiliary was {had} and is now {has}")
    same = {new.fingerprint, listing_key}
    was = old.fingerprint
    if _setting(new, "data.remap"):  # masks with other codes; the pictures are the same
        same.add(new.fingerprint.partition("-")[0])
        was = was.partition("-")[0]
    if was not in same:
        differs.append("the pictures or masks of Train or Val have changed")
    if (had := _setting(old, "data.shares")) != (has := _setting(new, "data.shares")):
        differs.append(f"data.shares was {had} and is now {has}")
    # Inside an epoch these decide which pictures it has seen already.
    for name in ("seed", "data.batch_size") if old.batch else ():
        if _setting(old, name) != _setting(new, name):
            differs.append(f"{name} was {_setting(old, name)} when it stopped inside an epoch")
    if differs:
        raise UserError(
            f"The run in {folder} began differently: {'; '.join(differs)}. "
            "Start a new run with another name=..., or use the former settings."
        )


def _setting(card: Card, name: str) -> object:
    value: object = card.settings
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _in_words(value: object) -> str:
    if isinstance(value, Architecture):
        return f"{value.name} on {value.encoder}"
    return str(value)


def changed_settings(old: dict[str, object], new: dict[str, object], prefix: str = "") -> list[str]:
    """The settings in which two runs differ, as ``name: then -> now``."""
    changed: list[str] = []
    for name, now in new.items():
        is_section = not prefix and isinstance(now, dict)
        if name not in old and (is_section or not now):
            continue  # new since, and a whole section or switched off
        then = old.get(name, BEFORE.get(f"{prefix}{name}"))
        if isinstance(now, dict) and isinstance(then, dict):
            changed += changed_settings(then, now, f"{prefix}{name}.")
        elif then != now:
            changed.append(f"{prefix}{name}: {then} -> {now}")
    return changed
