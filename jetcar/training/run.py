"""The main job: from settings to the best checkpoint, its scores and its masks."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from jetcar.data.prepare import Prepared, remapped
from jetcar.errors import UserError
from jetcar.model.module import Segmentation
from jetcar.settings.schema import Train
from jetcar.training.begin import begin
from jetcar.training.build import build_module
from jetcar.training.callbacks.budget import Budget
from jetcar.training.callbacks.pace import Pace
from jetcar.training.finish import finish
from jetcar.training.finished import is_over, result_of, still_wished, to_see
from jetcar.training.fit import fit
from jetcar.training.history import History
from jetcar.training.meeting import part
from jetcar.training.mirror.copies import Copies
from jetcar.training.mirror.lock import lock_run, refuse_busy
from jetcar.training.quiet import quiet_libraries
from jetcar.training.resume import (
    Start,
    find_start,
    refuse_other_run,
)
from jetcar.training.run_folder import RunFolder
from jetcar.training.run_log import log_file
from jetcar.training.settle import Run, settle
from jetcar.training.take_part import Plan, settled_by_all, tell_plan
from jetcar.wording import counted

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Result:
    """What a run left behind.

    Attributes:
        folder: The run on the local disk.
        score: The best value of the monitor; NaN before the end of the first epoch.
        to_see: What shows a person what the run has learnt.
        missing: Names of the files that the mirror does not have.
        is_taken: Whether that is because another run took the mirror over.
    """

    folder: RunFolder
    score: float
    to_see: list[Path] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    is_taken: bool = False


def train(settings: Train, data: Prepared, started: float | None = None) -> Result:
    """Trains until the score no longer improves, then scores and predicts with the best weights.

    Args:
        settings: All settings.
        data: What ``prepare_data`` made of them.
        started: When the session began, in seconds of ``time.monotonic``; None for now.

    The same settings again continue an unfinished run, and leave a finished one alone. A run that
    ``trainer.budget_hours`` has stopped is unfinished, with scores and masks of what it is so far.

    Raises:
        UserError: something is wrong with settings or data; nothing is written then.
        Interrupted: a signal asked to stop; everything is saved.
    """
    budget_starts = time.monotonic() if started is None else started
    quiet_libraries()
    settled = settled_by_all(settings, lambda: data)
    refuse_busy(settled.folder.path)
    copies = Copies(settings.mirror, settings.name, settled.folder)
    # Here mistakes are reported, before anything is written. It is looked at again when nobody else
    # can write there any more: another process may have trained the run to its end by then.
    run, start = _look(settled, copies)
    result = _finished(run, start, copies)
    if result is None:
        module = build_module(run, is_new=start is None)
        result = _train(settled, start, module, copies, budget_starts)
    else:
        tell_plan(None)
    return replace(result, missing=copies.missing, is_taken=copies.is_taken)


def _train(
    settled: Run,
    seen: Start | None,
    module: Segmentation,
    copies: Copies,
    budget_starts: float,
) -> Result:
    """Claims the run's folders, and does what is left to do.

    Args:
        settled: The run as it was settled.
        seen: Where it was to continue before the folders were claimed.
        module: Built for that.
        copies: Receives what is written.
        budget_starts: When the session began, in seconds of ``time.monotonic``.
    """
    folder = settled.folder
    with ExitStack() as stack:
        stack.enter_context(_folder_kept(folder.path))
        stack.enter_context(lock_run(folder.path))
        folder.remove_leftovers()
        stack.enter_context(log_file(folder.log))
        stack.enter_context(copies)
        run, start = _look(settled, copies, tell=False)
        if start is not None and (seen is None or not start.is_same(seen)):
            log.info("another process has trained %s meanwhile", folder.path)
            if (over := _finished(run, start, copies)) is not None:
                tell_plan(None)
                return over
            module = build_module(run, is_new=False)
        run, checkpoint = begin(run, start, module, copies)
        history = History(run.settings.monitor, run.card.history)
        budget = _budget(run, budget_starts, copies)
        if is_over(run.settings, history):
            log.info("nothing is left to train after %s", counted(history.epochs, "epoch"))
            tell_plan(None)
        else:
            tell_plan(_plan(run, checkpoint, module))
            history = fit(run, module, checkpoint, copies, budget)
            part()
        if run.settings.trainer.lightning.get("fast_dev_run"):
            log.info("fast_dev_run: some batches went through; nothing of them is saved")
            return Result(folder, math.nan)
        ended = is_over(run.settings, history)
        if not ended:
            log.info(
                "stopped and saved after %s, as trainer.budget_hours=%g is nearly over; the same "
                "command continues",
                counted(history.epochs, "epoch"),
                budget.hours,
            )
        if not history.epochs:
            return Result(run.folder, math.nan)
        result = finish(run, history, copies, ended)
        return Result(run.folder, result["score"], to_see(run.folder, result))


def _plan(run: Run, checkpoint: Path | None, module: Segmentation) -> Plan:
    return Plan(
        run.card, checkpoint is not None, module.takes_new_rates, module.begins_new_optimizer
    )


def _look(run: Run, copies: Copies, tell: bool = True) -> tuple[Run, Start | None]:
    """Where a run continues, and the run with the classes as they are numbered there.

    Raises:
        UserError: it is another run, or shall not be continued.
    """
    settings = run.settings
    start = copies.ask(partial(find_start, run.folder, copies.folder, tell))
    if start is None:
        return run, None
    if settings.data.remap:
        run = settle(settings, remapped(run.data, start.card.table))
    refuse_other_run(start.card, run.card, run.folder.path, run.data.listing_key)
    if not settings.resume:
        raise UserError(
            f"{run.folder.path} holds a run of {counted(start.card.epoch, 'epoch')}, and "
            "resume=false. Choose another name=..., or continue it with resume=true."
        )
    return run, start


def _budget(run: Run, started: float, copies: Copies) -> Budget:
    splits = ("Val", "Test") if run.settings.predict.test else ("Val",)
    predicted = sum(len(run.data.splits[split]) for split in splits)
    hours = run.settings.trainer.budget_hours
    return Budget(hours, started, predicted, copies.slowest, Pace())


def _finished(run: Run, start: Start | None, copies: Copies) -> Result | None:
    """The result of a run that is over and has nothing left to do; else None."""
    if start is None:
        return None
    settings, card = run.settings, start.card
    if not is_over(settings, History(card.monitor, card.history)):
        return None
    folders = [run.folder, *([copies.folder] if copies.folder else [])]
    # Where the run is furthest, its result is the last one.
    for folder in sorted(folders, key=lambda one: not start.path.is_relative_to(one.path)):
        if (result := copies.ask(partial(result_of, folder, card))) is not None:
            break
    else:
        return None
    has_test = bool(run.data.splits["Test"].images)
    if wishes := copies.ask(partial(still_wished, settings, has_test, folder, result)):
        log.info("run %s is finished; newly asked for: %s", settings.name, ", ".join(wishes))
        return None
    log.info(
        "run %s is finished: best %s %.4f in epoch %d of %d. Its results are in %s; a new run "
        "needs another name=..., more epochs a larger trainer.max_epochs or early_stop.patience",
        settings.name,
        card.monitor,
        card.best_score,
        card.best_epoch,
        card.epoch,
        folder.path,
    )
    if folder is run.folder:
        copies.reached(card)
        copies.complete(card.monitor)
    seen = copies.ask(partial(to_see, folder, result))
    return Result(folder, card.best_score, seen)


@contextmanager
def _folder_kept(path: Path) -> Iterator[None]:
    """Says so when the run's folder was renamed or removed while the run wrote to it.

    Raises:
        UserError: it was.
    """
    try:
        yield
    except FileNotFoundError as error:
        if path.is_dir():
            raise
        raise UserError(
            f"{path} is gone: it was renamed, moved or removed while the run wrote to it. Restore "
            "its name, and the same command continues."
        ) from error
