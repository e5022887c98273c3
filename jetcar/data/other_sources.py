"""Brings the training pictures of other data sets to the classes of the one that counts."""

from __future__ import annotations

import hashlib
import logging
import os
from pathlib import Path

import numpy as np

from jetcar.classes import IGNORED, ClassTable, differences
from jetcar.classes.matching import matched
from jetcar.data.codes import Codes
from jetcar.data.labels.class_codes import AUTO, Choices
from jetcar.data.own_table import own_table
from jetcar.data.pairs import Pairs, find_split
from jetcar.data.palettes import known_coding
from jetcar.data.pictures import Pixels
from jetcar.data.source.fetch import STREET, fetch, made_once
from jetcar.errors import UserError
from jetcar.png import grey_png
from jetcar.progress import progress
from jetcar.settings.street import Street
from jetcar.wording import printable

log = logging.getLogger(__name__)

AS_THEY_ARE = Choices(AUTO, AUTO, {}, nearest_color=False, line_width=10)
"""Of an export of a labelling tool: the settings are about the last source alone."""


def train_pairs_of(
    source: str, table: ClassTable, root: Path, street: Street | None, may_make: bool
) -> Pairs:
    """The pairs of Train of a further source, with masks in the codes of ``table``.

    Classes are matched by name; what the table has no class for counts nowhere, which is told.
    Masks in other codes are written anew, once, below ``root``; the pictures stay where they are.

    Args:
        source: What ``fetch`` takes.
        table: The classes of the data set that counts.
        root: Folder on a local disk for what is made.
        street: What the built-in street looks like.
        may_make: Whether anything may be made that is not there yet.

    Raises:
        UserError: there is no such data set, or it has no class that the table has too.
    """
    dataset = fetch(source, root, street, may_make, AS_THEY_ARE)
    pairs = find_split(dataset, "Train")
    theirs = own_table(AUTO, dataset, {"Train": pairs}).table
    if source == STREET and not differences(theirs, table):
        return pairs  # the program has drawn them, in these very codes
    both = matched(theirs, table)
    common = [c.name for c in theirs.classes if c.code in both]
    if len(common) < 2:
        raise UserError(
            f"data.source: {printable(source)} and the last data set have "
            f"{'only ' + printable(common[0]) if common else 'no class'} in common "
            f"({', '.join(printable(c.name) for c in theirs.classes[:5])}; "
            f"{', '.join(printable(c.name) for c in table.classes[:5])}). Give classes the same "
            "names, or use street.classes=road for the built-in street."
        )
    if lost := [printable(c.name) for c in theirs.classes if c.code not in both]:
        log.info("%s: %s count nowhere, as the last data set lacks them", source, ", ".join(lost))
    wanted = np.full(256, IGNORED, np.uint8)
    wanted[list(both)] = list(both.values())
    masks = [str(mask) for mask in pairs.masks]
    codes = Codes.of(theirs, []).said_by(known_coding(masks, theirs))
    return Pairs(pairs.images, list(_recoded(masks, codes, wanted, dataset, root)), [])


def _recoded(
    masks: list[str], codes: Codes, wanted: Pixels, dataset: Path, root: Path
) -> list[str]:
    """Paths of the same masks in other codes, written now unless they are there."""
    digest = hashlib.sha256(wanted.tobytes() + repr(codes.coding).encode())
    for mask in masks:
        stat = os.stat(mask)
        digest.update(
            f"{mask} {stat.st_size} {stat.st_mtime_ns}\n".encode(errors="surrogateescape")
        )
    target = root / f"{dataset.name}-masks-{digest.hexdigest()[:8]}"

    def fill(folder: Path) -> None:
        with progress("bringing masks to the classes of the last data set", len(masks)) as advance:
            for mask in masks:
                pixels = codes.coding.read(mask)
                codes.check(pixels, mask)
                (folder / Path(mask).name).write_bytes(grey_png(wanted[pixels]))
                advance(1)

    made_once(target, fill)
    return [str(target / Path(mask).name) for mask in masks]
