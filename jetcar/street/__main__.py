"""Writes the built-in street as a data set; ``python -m jetcar.street --help`` explains it.

Tab completion looks for the words @hydra.main in this file.
"""

from __future__ import annotations

import jetcar.early  # noqa: F401

# isort: split
import logging
from pathlib import Path

from jetcar.settings.command import run_command
from jetcar.settings.street import MakeStreet
from jetcar.street.dataset import write_street
from jetcar.street.plan import write_plan
from jetcar.wording import counted

log = logging.getLogger("jetcar.street")


def main(settings: MakeStreet) -> None:
    """Shows the map, writes the data set, then says where it is and what to do with it."""
    if settings.plan is not None:
        write_plan(settings, Path(settings.plan))
    if settings.out is None:
        return
    out = Path(settings.out)
    write_street(settings, out)
    images = settings.images
    log.info(
        "%s: %s for training, %d for validation, %d for tests",
        out,
        counted(images.train, "picture"),
        images.val,
        images.test,
    )
    log.info("train on it: python train.py data.source=%s", out)


def run() -> None:
    """Runs the command."""
    run_command("street", MakeStreet, main)


if __name__ == "__main__":
    run()
