"""Puts predicted masks where a tool of the data set's owner looks for them."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from jetcar.model.checkpoint import Card
from jetcar.prediction.viewers import Viewer
from jetcar.prediction.writer import PictureFolder
from jetcar.whole import write_json

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
    """

    run: str
    epoch: int
    masks: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, card: Card) -> Owner:
        """The run that a checkpoint belongs to."""
        return cls(str(card.settings["name"]), card.epoch)

    def has_same_weights(self, other: Owner) -> bool:
        """Whether the masks of both come from the same weights."""
        return (self.run, self.epoch) == (other.run, other.epoch)


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
        None when there is no data set, no tool, or no folder that may be used, which is told.
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
    """Copies masks into a tool's folder, where they replace those of other weights.

    Args:
        masks: Folder of the masks.
        names: Their file names.
        folder: One that ``choose_folder`` gave.
        owner: The run.
    """
    old, new = read_owner(folder), set(names)
    before = set(old.masks) if old else set()
    folder.mkdir(exist_ok=True)
    if old and not old.has_same_weights(owner):
        for name in before:
            (folder / name).unlink(missing_ok=True)
        before = set()
    # Before the masks, so that after a kill nothing lies here that nobody knows the origin of.
    _note(folder, owner, before | new)
    with PictureFolder(folder) as out:
        for name in sorted(new):
            out.add(name, (masks / name).read_bytes)


def read_owner(folder: Path) -> Owner | None:
    """Whose masks lie in a folder; None when nothing there says so."""
    try:
        note = json.loads((folder / NOTE).read_text(encoding="utf-8"))
        masks = [name for name in map(str, note["masks"]) if Path(name).name == name]
        return Owner(str(note["run"]), int(note["epoch"]), masks)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _note(folder: Path, owner: Owner, masks: set[str]) -> None:
    write_json(folder / NOTE, {"run": owner.run, "epoch": owner.epoch, "masks": sorted(masks)})
