"""The command ``python -m jetcar.training``, which ``train.py`` and ``jetcar train`` are too.

Tab completion looks for the words @hydra.main in this file.
"""

from __future__ import annotations

import jetcar.early  # noqa: F401

# isort: split
import logging
import math
import time
from collections.abc import Sequence
from functools import partial

from jetcar.settings.command import run_command
from jetcar.settings.compose import Composed
from jetcar.settings.schema import Train
from jetcar.wording import counted

log = logging.getLogger("jetcar")


def main(settings: Train) -> int:
    """Trains, then says where the results are."""
    started = time.monotonic()
    from jetcar.training.sweep.leash import obey

    obey()
    from jetcar.data.prepare import prepare_data  # not needed for --help
    from jetcar.training.early import refuse_early

    refuse_early(settings)
    data = prepare_data(settings.data, settings.seed, settings.street)

    from jetcar.training.run import train  # slow to load: data mistakes are reported before

    result = train(settings, data, started)
    if result.missing:
        log.error(
            "%s not in the mirror: %s. All is safe in %s; %s.",
            counted(len(result.missing), "file is", "files are"),
            ", ".join(result.missing),
            result.folder.path,
            "the mirror has another run of this name now; with another mirror.dir=... the same "
            "command copies this one there"
            if result.is_taken
            else "the same command copies what is missing when the mirror is back",
        )
        return 1
    if math.isnan(result.score):
        log.info("no epoch is over yet; what there is, is in %s", result.folder.path)
        return 0
    log.info("%s %.4f; everything is in %s", settings.monitor, result.score, result.folder.path)
    if result.to_see:
        log.info("to see what it learnt, open %s", " and ".join(map(str, result.to_see)))
    return 0


def main_sweep(program: Sequence[str], jobs: list[Composed]) -> int:
    """Trains once for each point of a sweep."""
    from jetcar.training.sweep.plugged import plugged_sweep
    from jetcar.training.sweep.sweep import sweep

    if (multirun := jobs[0].multirun) is not None:
        return plugged_sweep(program, jobs[0], multirun)
    return sweep(program, jobs)


def run(program: Sequence[str] = ("-m", "jetcar.training")) -> None:
    """Runs the command.

    Args:
        program: How Python is told to run it once more, for the jobs of a sweep.
    """
    run_command("train", Train, main, partial(main_sweep, program))


if __name__ == "__main__":
    run()
