"""Puts predicted masks where a tool of the data set's owner looks for them."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from zlib import crc32

from jetcar.errors import UserError
from jetcar.exchange import exchanged
from jetcar.model.card import Card
from jetcar.prediction.viewers import Viewer
from jetcar.whole import write_json
from jetcar.wording import counted, printable

log = logging.getLogger(__name__)

NOTE = "jetcar.json"
"""Stands beside the masks and says whose they are; the tools do not look at it."""


@dataclass(frozen=True)
class Owner:
    """Whose masks lie in a folder.

    Attributes:
        run: Name of the run.
        epoch: The epoch of its weights.
        masks: File names.
        sums: A checksum of each; older versions did not note any.
    """

    run: str
    epoch: int
    masks: list[str] = field(default_factory=list)
    sums: dict[str, int] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, card: Card) -> Owner:
        """The run that a checkpoint belongs to."""
        return cls(str(card.settings.get("name", "")), card.epoch)

    def has_same_weights(self, other: Owner) -> bool:
        """Whether the masks of both come from the same weights."""
        return (self.run, self.epoch) == (other.run, other.epoch)

    def wrote(self, mask: Path) -> bool:
        """Whether a mask of this list is there as it was written."""
        try:
            content = mask.read_bytes()
        except OSError:
            return False
        return self.sums.get(mask.name, crc32(content)) == crc32(content)


NOBODY = Owner("", 0)


def choose_folder(viewer: Viewer, dataset: Path | None, owner: Owner) -> Path | None:
    """The folder for a run's masks: the first one that is free or has the run's own.

    When each has masks already, those of another run in the last one give way, so that the newest
    run stands beside the first. Masks of unknown origin never do.

    Args:
        viewer: The tool.
        dataset: The data set that the tool is pointed to; None when it is not on this machine.
        owner: Who asks.

    Returns:
        None when there is no data set, no tool, or no folder that may be used, which is logged.
    """
    if dataset is None or not viewer.folders:
        return None
    folders = [viewer.home(dataset) / name for name in viewer.folders]
    owners = [read_owner(folder) for folder in folders]
    for folder, there in zip(folders, owners, strict=True):
        if (there is not None and there.run == owner.run) or not any(folder.glob("*.png")):
            return folder
    if owners[-1] is not None:
        return folders[-1]
    log.warning(
        "%s %s masks that this program did not write, and they stay. Move %s away for %s to show "
        "the new ones.",
        " and ".join(map(str, folders)),
        "hold" if len(folders) > 1 else "holds",
        folders[-1],
        viewer.tool,
    )
    return None


def place(masks: Path, names: Iterable[str], folder: Path, owner: Owner) -> None:
    """Copies masks into a tool's folder, where they replace those of other weights, all at once.

    Args:
        masks: Folder of the masks.
        names: Their file names.
        folder: One that ``choose_folder`` gave.
        owner: The run.

    Raises:
        UserError: a file would be replaced that this program did not write, or that was changed
            since; all of the folder stays as it is.
    """
    old, new = read_owner(folder), sorted(set(names))
    ours = {name for name in old.masks if old.wrote(folder / name)} if old else set()
    _refuse_foreign(folder, new, ours)
    is_same = old is not None and old.has_same_weights(owner)
    kept = sorted(ours.difference(new)) if is_same and old else []
    with exchanged(folder) as exchange:
        fresh = exchange.new(folder)
        fresh.mkdir()
        sums = {name: old.sums[name] for name in kept if old and name in old.sums}
        for name in new:
            content = (masks / name).read_bytes()
            (fresh / name).write_bytes(content)
            sums[name] = crc32(content)
        note = {"run": owner.run, "epoch": owner.epoch, "masks": sorted([*kept, *new])}
        write_json(fresh / NOTE, {**note, "sums": sums})
        for name in ours.difference(new, kept):
            exchange.remove(name)


def _refuse_foreign(folder: Path, names: list[str], ours: set[str]) -> None:
    there = {path.name.lower(): path.name for path in folder.glob("*")}
    known = {name.lower() for name in ours}
    foreign = [there[n.lower()] for n in names if n.lower() in there and n.lower() not in known]
    if foreign:
        raise UserError(
            f"{counted(len(foreign), 'file')} there would be replaced that this program did not "
            f"write, or that {'was' if len(foreign) == 1 else 'were'} changed since, first "
            f"{printable(foreign[0])}; move it away"
        )


def read_owner(folder: Path) -> Owner | None:
    """Whose masks lie in a folder; None when nothing there says so."""
    try:
        note = json.loads((folder / NOTE).read_text(encoding="utf-8"))
        masks = [name for name in map(str, note["masks"]) if Path(name).name == name]
        sums = {str(name): int(value) for name, value in note.get("sums", {}).items()}
        return Owner(str(note["run"]), int(note["epoch"]), masks, sums)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
