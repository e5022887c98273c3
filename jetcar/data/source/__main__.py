"""The command ``jetcar convert``: makes a data set of what a labelling tool exports."""

from __future__ import annotations

import jetcar.early  # noqa: F401

# isort: split
import logging
import os
from pathlib import Path

from jetcar.settings.command import run_command
from jetcar.settings.schema import Convert

log = logging.getLogger("jetcar")


def main(settings: Convert) -> None:
    """Writes the data set, then says where it is and what to do with it.

    Raises:
        UserError: there is nothing to convert, or something in it cannot be used.
    """
    from jetcar.data.labels.class_codes import Choices  # slow to load for --help
    from jetcar.data.source.fetch import convert_source

    out = Path(settings.out)
    choices = Choices(
        settings.classes,
        settings.unlabelled,
        settings.merge or {},
        settings.nearest_color,
        settings.line_width,
        settings.seed,
    )
    convert_source(settings.source, Path(settings.root), choices, out)
    log.info("%s: %s", out, _counted(out))
    log.info("train on it: python train.py data.source=%s", out)


def _counted(out: Path) -> str:
    folders = sorted((out / "Img").iterdir())
    counts = [f"{len(os.listdir(folder))} {folder.name}" for folder in folders]
    return ", ".join(counts) + " images"


def run() -> None:
    """Runs the command."""
    run_command("convert", Convert, main)


if __name__ == "__main__":
    run()
