"""Counts in how many pictures of the street each class occurs, and how much of them it covers.

``python -m jetcar.street.count out=counts.md images.train=500 images.val=0 images.test=0`` counts
the masks that ``python -m jetcar.street`` would write with the same settings.
"""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np

from jetcar.errors import UserError
from jetcar.progress import progress
from jetcar.settings.command import run_command
from jetcar.settings.street import MakeStreet, Street
from jetcar.street.dataset import class_table, jobs_of, views
from jetcar.street.kinds import claimed
from jetcar.wording import counted

log = logging.getLogger("jetcar.street")


def main(settings: MakeStreet) -> None:
    """Writes the counts as a Markdown table."""
    if settings.out is None:
        raise UserError("out has no value; give it as out=counts.md")
    out = Path(settings.out).expanduser()
    table = count(settings)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(table, encoding="utf-8")
    log.info("%s: the classes of %s", out, counted(sum(vars(settings.images).values()), "picture"))


def count(settings: Street) -> str:
    """A Markdown table: code, class, pictures that show it, share of all pixels.

    Classes that the generator cannot draw have a dash.
    """
    jobs = list(jobs_of(settings))
    pixels, shown = np.zeros(256, np.int64), np.zeros(256, np.int64)
    with progress("counting", sum(job.pictures for job in jobs), "pictures") as advance:
        for job in jobs:
            for scene, view, _ in views(job, settings):
                found = np.bincount(scene.mask(view).ravel(), minlength=256)
                pixels += found
                shown += found > 0
                advance(1)
    table = class_table(settings)
    drawn = table.codes if settings.map else claimed(settings.classes).codes
    rows = ["| code | class | pictures | of all pixels |", "|---|---|---|---|"]
    for one in table.classes:
        share = f"{100 * pixels[one.code] / pixels.sum():.2f} %" if one.code in drawn else "-"
        times = str(shown[one.code]) if one.code in drawn else "-"
        rows.append(f"| {one.code} | {one.name} | {times} | {share} |")
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    run_command("street", MakeStreet, main)
