"""Draws some pictures of the street above their masks, to look at.

``python -m jetcar.street.sheet out=street.png images.train=8 views=1`` shows the first eight
training pictures that ``python -m jetcar.street`` would write with the same settings.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from jetcar.errors import UserError
from jetcar.settings.command import run_command
from jetcar.settings.street import MakeStreet, Street
from jetcar.street.dataset import class_table, jobs_of, pictures
from jetcar.street.grid import Pixels
from jetcar.wording import counted

COLUMNS = 4

log = logging.getLogger("jetcar.street")


def main(settings: MakeStreet) -> None:
    """Writes the sheet as one PNG file."""
    out = Path(settings.out or "").expanduser()
    if out.suffix.lower() != ".png":
        raise UserError(f"out={out} must be a file that ends in .png")
    if not settings.images.train:
        raise UserError("A sheet shows training pictures; use images.train=8")
    out.parent.mkdir(parents=True, exist_ok=True)
    memory = io.BytesIO()  # a file that is there is replaced by a whole one, or not at all
    Image.fromarray(sheet(settings)).save(memory, "PNG", optimize=True)
    out.write_bytes(memory.getvalue())
    log.info("%s: %s above their masks", out, counted(settings.images.train, "picture"))


def sheet(settings: Street) -> Pixels:
    """The training pictures, ``COLUMNS`` in a row, each above its mask in the classes' colours."""
    cells = list(_cells(settings))
    blank = np.full_like(cells[0], 255)
    cells += [blank] * (-len(cells) % COLUMNS)
    rows = [np.hstack(cells[i : i + COLUMNS]) for i in range(0, len(cells), COLUMNS)]
    return np.vstack(rows)


def _cells(settings: Street) -> Iterator[Pixels]:
    colors = np.array(class_table(settings).colors, np.uint8)
    for job in jobs_of(settings):
        if job.split == "Train":
            for _, image, mask in pictures(job, settings):
                yield np.vstack([image, colors[mask]])


if __name__ == "__main__":
    run_command("street", MakeStreet, main)
