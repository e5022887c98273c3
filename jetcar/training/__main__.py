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
from typing import TYPE_CHECKING

from jetcar.errors import UserError
from jetcar.ranks import Rank, this_rank
from jetcar.settings.command import run_command
from jetcar.settings.compose import Composed
from jetcar.settings.schema import Train
from jetcar.wording import counted

if TYPE_CHECKING:
    from jetcar.training.run import Result

log = logging.getLogger("jetcar")


def main(program: Sequence[str], settings: Train) -> int:
    """Trains, with as many processes as there are to be devices, and says where the results are.

    Args:
        program: How Python is told to run it once more, for the other devices.
        settings: All settings.

    Returns:
        The exit code.
    """
    started = time.monotonic()
    from jetcar.training.early import refuse_early  # not needed for --help
    from jetcar.training.launch import devices_to_start, follow, launched, quiet_torch
    from jetcar.training.sweep.leash import obey

    obey()
    follow()
    quiet_torch(settings.trainer)
    if this_rank().is_first:
        refuse_early(settings)
    with launched(devices_to_start(settings.trainer), program):
        return _train(settings, this_rank(), started)


def _train(settings: Train, rank: Rank, started: float) -> int:
    """The first process on each machine prepares its data, and the others wait for it."""
    from jetcar.data.prepare import Prepared, prepare_data

    def prepared() -> Prepared:
        return prepare_data(settings.data, settings.seed, settings.street)

    early = prepared() if rank.is_first else None
    from jetcar.training.meeting import meeting  # slow to load: data mistakes are reported before
    from jetcar.training.run import train
    from jetcar.training.take_part import take_part

    if early is None:
        take_part(settings, rank, prepared)
        return 0
    with meeting(rank, settings.trainer.device):
        return _told(settings, train(settings, early, started))


def _told(settings: Train, result: Result) -> int:
    """Says where the results are; the exit code."""
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
    """Trains once for each point of a sweep.

    Raises:
        UserError: torchrun or srun has started this process as one of several.
    """
    if not this_rank().is_alone:
        raise UserError(
            "A sweep starts its jobs one after the other, and each job its own devices. Start it "
            "without torchrun or srun, with trainer.devices=..."
        )
    from jetcar.training.sweep.plugged import plugged_sweep
    from jetcar.training.sweep.sweep import sweep

    if (multirun := jobs[0].multirun) is not None:
        return plugged_sweep(program, jobs[0], multirun)
    return sweep(program, jobs)


def run(program: Sequence[str] = ("-m", "jetcar.training")) -> None:
    """Runs the command.

    Args:
        program: How Python is told to run it once more, for other devices and jobs of a sweep.
    """
    run_command("train", Train, partial(main, program), partial(main_sweep, program))


if __name__ == "__main__":
    run()
