"""The command ``jetcar next``: says which pictures are worth labelling next."""

from __future__ import annotations

import jetcar.early  # noqa: F401

# isort: split
from pathlib import Path

from jetcar.errors import UserError
from jetcar.prediction.early import AUTO, NONE
from jetcar.settings.command import run_command
from jetcar.settings.schema import Next


def main(settings: Next) -> None:
    """Chooses pictures, after a look whether all that is named is there.

    Raises:
        UserError: it is not.
    """
    from jetcar.model.chosen import chosen_checkpoint, refuse_missing  # not needed for --help

    refuse_missing(chosen_checkpoint(settings.checkpoint, settings.runs))
    if not Path(settings.images).is_dir():
        raise UserError(f"images={settings.images} is not a folder. Check the path.")
    if settings.labelled not in (None, AUTO, NONE) and not Path(settings.labelled).is_dir():
        raise UserError(
            f"labelled={settings.labelled} is neither auto nor none nor a folder. Check the path."
        )
    # Slow to load: what is missing is told before.
    from jetcar.prediction.next.run import run_next

    run_next(settings)


def run() -> None:
    """Runs the command."""
    run_command("next", Next, main)


if __name__ == "__main__":
    run()
