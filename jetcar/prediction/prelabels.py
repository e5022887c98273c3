"""Hands predicted masks to a labelling tool, to be corrected there, and reads them back as it."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from jetcar.classes import IGNORED, ClassTable
from jetcar.data.labels.coco import read_coco
from jetcar.data.labels.drawing import draw
from jetcar.data.labels.folder import Folder, stem_of
from jetcar.data.labels.form import LabelSet
from jetcar.data.labels.label_studio import read_label_studio
from jetcar.data.labels.labelme import read_labelme
from jetcar.data.labels.mask_files import read_mask_file
from jetcar.data.labels.paired import read_paired
from jetcar.data.labels.picture_files import as_stored
from jetcar.data.labels.voc import read_voc
from jetcar.data.labels.writers import CVAT_BACKGROUND, WRITERS, Labelled, background_of
from jetcar.data.pictures import Pixels, read_file, read_mask
from jetcar.errors import UserError
from jetcar.prediction.readback import Written
from jetcar.progress import progress
from jetcar.whole import whole_folder
from jetcar.wording import counted

log = logging.getLogger(__name__)

READERS: dict[str, Callable[[Folder, float], LabelSet]] = {
    "labelme": read_labelme,
    "coco": read_coco,
    "cvat": read_voc,
    "voc": read_voc,
    "grey": read_paired,
    "color": read_paired,
    "labelstudio": partial(read_label_studio, predicted=True),
}
"""Reads what the writer of that name writes."""


def place_of(masks: Path, layout: str) -> Path:
    """The folder for a tool, beside that of the masks."""
    return masks.with_name(f"{masks.name}_{layout}")


def refuse_corrected(masks: Path, layout: str) -> None:
    """Refuses a folder that is there, as somebody may have corrected labels in it.

    Raises:
        UserError: it is there.
    """
    place = place_of(masks, layout)
    if layout in WRITERS and os.path.lexists(place):
        raise UserError(
            f"{place} is there already, and what was corrected in it would be lost. Move it away, "
            "or choose another folder with out=..."
        )


def write_prelabels(
    layout: str, masks: Path, written: Sequence[Written], table: ClassTable
) -> Path:
    """Writes pictures with their predicted masks as a tool imports them, and reads them back.

    Says how many pixels differ, where the tool takes outlines.

    Args:
        layout: A key of ``WRITERS``.
        masks: Folder of the masks.
        written: What was predicted.
        table: The classes.

    Returns:
        The folder; it is whole.

    Raises:
        UserError: it is there already.
    """
    refuse_corrected(masks, layout)
    writer, place = WRITERS[layout], place_of(masks, layout)
    pictures: dict[str, Callable[[], Pixels]] = {}
    with whole_folder(place) as part:
        images = part / writer.pictures
        images.mkdir(exist_ok=True)
        with progress(f"writing for {writer.tool}", len(written), "pictures") as advance:
            for one in written:
                picture = as_stored(one.image, read_file(one.image))
                file = f"{Path(one.image).stem}{picture.suffix}"
                (images / file).write_bytes(picture.data)
                pictures[file] = partial(read_mask, str(masks / one.name))
                advance(1)
        writer.write(part, [Labelled(*one) for one in pictures.items()], table)
        differ, total = _differing(layout, part, pictures, table)
    told = f"{counted(len(pictures), 'picture')} for {writer.tool}: {place}; {writer.how}"
    log.info("%s", told)
    if differ:
        log.info(
            "its outlines differ from the masks in %s of %s (%.2g %%)",
            counted(differ, "pixel"),
            counted(total, "pixel"),
            100 * differ / total,
        )
    else:
        log.info("read back, its labels are the masks to the last pixel")
    return place


def _differing(
    layout: str, folder: Path, pictures: dict[str, Callable[[], Pixels]], table: ClassTable
) -> tuple[int, int]:
    """Pixels that are other ones when they are read back, and all pixels.

    Raises:
        UserError: what was written cannot be read.
    """
    files = Folder(folder)
    found = READERS[layout](files, 1)
    background = background_of(table)
    rest = IGNORED if background is None else background.code
    code_of = {c.name: c.code for c in table.classes} | {CVAT_BACKGROUND: rest}
    code_of |= {c.name: c.code for c in table.classes}
    labels = {stem_of(picture.file): picture.labels for picture in found.pictures}
    if found.problems or len(labels) != len(pictures):
        raise UserError(
            f"What was written for {WRITERS[layout].tool} cannot be read back "
            f"({(found.problems or ['some pictures are missing'])[0]}). Please report it."
        )
    differ = total = 0
    for file, read in pictures.items():
        codes = read()
        of_picture = labels[stem_of(file)]
        if isinstance(of_picture, str):
            assert found.masks is not None  # a mask is a file
            there = read_mask_file(files.path(of_picture), found.masks, code_of, False).codes
        else:
            there = draw(of_picture, code_of, codes.shape[0], codes.shape[1], rest)
        differ += int(np.count_nonzero(there != codes))
        total += codes.size
    return differ, total
