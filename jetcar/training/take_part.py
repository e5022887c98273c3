"""What a process does that is not the first of its run: it trains as that one says."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytorch_lightning as pl
import torch

from jetcar.data.prepare import Prepared, remapped
from jetcar.errors import UserError
from jetcar.model.card import Card
from jetcar.model.over_ranks import said_by_all, said_by_first
from jetcar.ranks import Rank
from jetcar.settings.schema import Mirror, Train
from jetcar.training.build import build_module
from jetcar.training.callbacks.budget import Budget
from jetcar.training.callbacks.pace import Pace
from jetcar.training.fit import fit
from jetcar.training.meeting import done_by_all, meeting, part
from jetcar.training.mirror.copies import Copies
from jetcar.training.quiet import quiet_libraries
from jetcar.training.settle import Run, settle


@dataclass(frozen=True)
class Plan:
    """What the first process has found out, and the others go by.

    Attributes:
        card: The run as it goes on; with its history and the place in an unfinished epoch.
        continues: Whether there is a checkpoint to continue from.
        takes_new_rates: See ``Segmentation``.
        begins_new_optimizer: See ``Segmentation``.
    """

    card: Card
    continues: bool
    takes_new_rates: bool
    begins_new_optimizer: bool


def settled_by_all(settings: Train, prepared: Callable[[], Prepared]) -> Run:
    """Brings settings, data and machine together in every process, before anything is written.

    Args:
        settings: All settings.
        prepared: Gives the data of this machine.

    Raises:
        UserError: they do not fit each other in one of them, or two have other pictures.
    """
    pl.seed_everything(settings.seed, verbose=False)
    torch.set_float32_matmul_precision("high")
    run = done_by_all(lambda: settle(settings, prepared()))
    if len(set(said_by_all(run.card.fingerprint))) > 1:
        raise UserError(
            "The machines of this run do not have the same pictures and masks in Train and Val. "
            "Give all of them the same data.source."
        )
    return run


def tell_plan(plan: Plan | None) -> None:
    """Has the others train, or go home where there is nothing to train."""
    said_by_first(plan)
    if plan is None:
        part()


def take_part(settings: Train, rank: Rank, prepared: Callable[[], Prepared]) -> None:
    """Trains along; all that is written and said is the first process's.

    Args:
        settings: All settings.
        rank: This process.
        prepared: Gives the data of this machine, after the first process on it has made them.
    """
    started = time.monotonic()
    failed: Exception | None = None
    if rank.number_here == 0:  # it makes them, and no other process waits for an error of it
        try:
            prepared()
        except Exception as error:
            failed = error

    def given() -> Prepared:
        if failed is not None:
            raise failed
        return prepared()

    quiet_libraries()
    with meeting(rank, settings.trainer.device):
        run = settled_by_all(settings, given)
        plan: Plan | None = said_by_first(None)
        if plan is None:
            part()
            return
        if settings.data.remap and plan.continues:
            run = settle(settings, remapped(run.data, plan.card.table))
        run = replace(run, card=plan.card)
        module = build_module(run, is_new=False)  # it gets the weights of the first
        module.takes_new_rates = plan.takes_new_rates
        module.begins_new_optimizer = plan.begins_new_optimizer
        copies = Copies(Mirror(dir=None, wait_minutes=0, car=False), settings.name, run.folder)
        budget = Budget(settings.trainer.budget_hours, started, 0, copies.slowest, Pace())
        fit(run, module, run.folder.last if plan.continues else None, copies, budget)
        part()
