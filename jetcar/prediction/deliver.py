"""Hands predicted masks over to the tool that shows them, and proves that it can read them."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jetcar.classes import ClassTable
from jetcar.errors import UserError
from jetcar.prediction.place import NOBODY, Owner, choose_folder, place
from jetcar.prediction.readback import Written, check_zip, read_back
from jetcar.prediction.viewers import VIEWERS, Viewer
from jetcar.wording import counted

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Delivery:
    """Who looks at masks, and where.

    Attributes:
        viewer: The tool.
        folder: Its folder for them; None when it is not on this machine.
        owner: Whose masks they are.
    """

    viewer: Viewer = VIEWERS["plain"]
    folder: Path | None = None
    owner: Owner = NOBODY

    @classmethod
    def to(cls, layout: str, dataset: Path | None, owner: Owner) -> Delivery:
        """What the setting ``layout`` asks for; see ``choose_folder``."""
        viewer = VIEWERS[layout]
        return cls(viewer, choose_folder(viewer, dataset, owner), owner)

    @property
    def zip_folder(self) -> str:
        """The folder inside the zip, so that unpacking it puts the masks right."""
        if self.folder is not None:
            return self.folder.name
        return self.viewer.folders[0] if self.viewer.folders else ""


def dataset_of(image: str) -> Path | None:
    """The data set that a picture belongs to: the folder that holds its ``Img/<split>``."""
    above = Path(image).absolute().parents
    return above[2] if len(above) > 2 and above[1].name.lower() == "img" else None


def deliver(
    masks: Path,
    zip_path: Path | None,
    written: Sequence[Written],
    table: ClassTable,
    delivery: Delivery,
) -> None:
    """Puts masks where the tool looks for them, and reads all of them back.

    A folder of the tool that cannot be written to is reported, as the masks are safe in theirs.

    Args:
        masks: Folder of the masks.
        zip_path: The same in one file, if there is one.
        written: What was predicted.
        table: The classes.
        delivery: Where to.

    Raises:
        UserError: a mask does not read back as it was written.
    """
    viewer, folder = delivery.viewer, delivery.folder
    names = [mask.name for mask in written]
    if folder is not None:
        try:
            place(masks, names, folder, delivery.owner)
        except (OSError, UserError) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else error
            log.warning(
                "%s cannot be written to (%s); the masks are safe in %s", folder, reason, masks
            )
            folder = None
    read_back(folder or masks, written, viewer, table)
    if zip_path is not None:
        check_zip(zip_path, [f"{delivery.zip_folder}/{name}".lstrip("/") for name in names])
    log.info("%s", _in_words(len(written), masks, zip_path, viewer, folder))


def _in_words(
    count: int, masks: Path, zip_path: Path | None, viewer: Viewer, folder: Path | None
) -> str:
    read = f"{counted(count, 'mask')} read back as"
    if not viewer.tool:
        return f"{read} written: red = green = blue = code, at the size of the picture"
    read = f"{read} {viewer.tool} reads them"
    if folder is not None:
        return f"{read}: {folder}"
    home = f"the folder that {'holds your' if viewer.is_beside else 'is your'} data set"
    if zip_path is None:
        return f"{read}; copy {masks} as {viewer.folders[0]} into {home}"
    return f"{read}; unzip {zip_path} in {home}"
