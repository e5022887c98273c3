"""The command ``jetcar live``: a page of a camera or a film, or of a run that trains."""

from __future__ import annotations

import jetcar.early  # noqa: F401

# isort: split
import sys

from jetcar.settings.command import run_command
from jetcar.settings.schema import Live


def main(settings: Live) -> None:
    """Shows the page until Ctrl-C, after a look whether all that is named is there."""
    if settings.run is not None:
        from jetcar.live.watched import watch_run  # not needed for --help

        watch_run(settings.run, settings.port)
        return
    from jetcar.live.early import refuse_early

    named = refuse_early(settings)
    # Slow to load: what is missing is told before.
    from jetcar.live.film import show_film

    show_film(settings, named)


def run() -> None:
    """Runs the command; a first word that is no setting is the folder of a run."""
    first = sys.argv[1] if len(sys.argv) > 1 else ""
    if first and not first.startswith("-") and "=" not in first:
        sys.argv[1] = f"run={first}"
    run_command("live", Live, main)


if __name__ == "__main__":
    run()
