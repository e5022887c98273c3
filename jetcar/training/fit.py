"""Builds data and callbacks of a run, and has Lightning fit its network."""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable
from pathlib import Path

import pytorch_lightning as pl
import torch
from lightning_fabric.utilities.exceptions import MisconfigurationException
from pytorch_lightning.loggers import Logger
from pytorch_lightning.profilers import AdvancedProfiler, SimpleProfiler
from pytorch_lightning.utilities.exceptions import SIGTERMException

from jetcar.data.augment import AugmentRange
from jetcar.data.cache import open_cache
from jetcar.data.datamodule import PictureData
from jetcar.data.loader import PREFETCH, wait_on
from jetcar.data.mix import Mix
from jetcar.data.shared_memory import FOLDER, free_bytes, why_no_workers
from jetcar.errors import Interrupted, UserError
from jetcar.model.memory import freed_memory_kept
from jetcar.model.module import NotANumberError, Segmentation
from jetcar.model.over_ranks import is_first
from jetcar.processes import how_many
from jetcar.ranks import this_rank
from jetcar.settings.schema import Data
from jetcar.training.callbacks.average import AverageWeights
from jetcar.training.callbacks.budget import Budget, TimeIsUp
from jetcar.training.callbacks.car import KeepCar
from jetcar.training.callbacks.checkpoint import SaveCheckpoints
from jetcar.training.callbacks.checkpoint_io import WholeCheckpoints
from jetcar.training.callbacks.early_stopping import StopEarly
from jetcar.training.callbacks.end import EndSession
from jetcar.training.callbacks.history import KeepHistory
from jetcar.training.callbacks.mirror import CopyToMirror
from jetcar.training.callbacks.pace import WatchTime
from jetcar.training.callbacks.pictures import ShowPictures
from jetcar.training.callbacks.progress import TellEpochs
from jetcar.training.callbacks.report import KeepReport
from jetcar.training.callbacks.step_bar import StepBar
from jetcar.training.callbacks.stop import StopRequest
from jetcar.training.history import Curves, History
from jetcar.training.loggers import CurvesLogger, TableLogger
from jetcar.training.mirror.copies import Copies
from jetcar.training.settle import Run
from jetcar.training.together import (
    arguments_of_devices,
    first_here,
    seen_by_first,
    share_of_pictures,
)
from jetcar.training.trackers.chosen import chosen_trackers
from jetcar.training.trackers.tracker import TrackerLogger
from jetcar.wording import counted, printable

log = logging.getLogger(__name__)

MOST_WORKERS = 4

PROFILERS = {"simple": SimpleProfiler, "advanced": AdvancedProfiler}


def fit(
    run: Run, module: Segmentation, checkpoint: Path | None, copies: Copies, budget: Budget
) -> History:
    """Trains until the score no longer improves, or epochs or time are used up.

    Args:
        run: What to train on, and how.
        module: The network with loss and optimizer.
        checkpoint: To continue from; its card is the one of ``run``. None starts over.
        copies: Receives what is saved.
        budget: The time there is.

    Returns:
        All epochs of the run that are over.

    Raises:
        Interrupted: a signal asked to stop; everything is saved.
    """
    settings, folder, card = run.settings, run.folder, run.card
    history, stop = History(settings.monitor, card.history), StopRequest()
    curves = Curves(folder.curves, card.history)
    callbacks = build_callbacks(run, history, curves, copies, budget, stop)
    trainer = build_trainer(run, callbacks, build_loggers(run, curves, history))
    data = build_data(run, stop.while_waiting)
    data.continue_at(card.epoch, card.batch)
    if settings.trainer.compile:
        module.network.compile()
    try:
        with stop, freed_memory_kept(run.device, every_size=True):
            trainer.fit(module, data, ckpt_path=checkpoint, weights_only=True)
    except TimeIsUp:
        pass
    except SIGTERMException:  # it came before the first batch, while Lightning still listened
        raise Interrupted(signal.SIGTERM) from None
    except torch.OutOfMemoryError:
        raise UserError(_out_of_memory(settings.data.batch_size)) from None
    except NotANumberError as error:
        files = data.files_of(error.epoch, error.batch)
        raise UserError(
            f"The loss or a weight is no longer a number in epoch {error.epoch + 1}, at the "
            f"pictures {', '.join(files)}. Look at them, or lower optimizer.lr; the last good "
            f"checkpoint is {folder.last}."
        ) from None
    finally:
        curves.close()  # also where Lightning does not finish its loggers
    return history


def build_trainer(run: Run, callbacks: list[pl.Callback], loggers: list[Logger]) -> pl.Trainer:
    """Lightning's trainer, with what ``trainer.lightning`` adds to it.

    Raises:
        UserError: Lightning does not take a value of ``trainer.lightning``.
    """
    settings, folder = run.settings, run.folder
    is_gpu = run.device.type == "cuda"
    given = {
        "benchmark": is_gpu,
        "enable_model_summary": False,
        "log_every_n_steps": 1,  # nothing is logged in between; Lightning warns of more than it has
        "num_sanity_val_steps": 0,
        **settings.trainer.lightning,
    }
    devices = arguments_of_devices(settings.trainer, is_gpu)
    profiler = given.get("profiler")
    if profiler in PROFILERS:  # it would say what it found where nobody listens
        given["profiler"] = PROFILERS[profiler](dirpath=folder.path, filename="profile")
    try:
        return pl.Trainer(
            precision=run.precision,
            max_epochs=settings.trainer.max_epochs,
            accumulate_grad_batches=settings.trainer.accumulate,
            gradient_clip_val=settings.trainer.clip or None,
            callbacks=callbacks,
            plugins=[WholeCheckpoints(), *devices.pop("plugins")],
            logger=loggers or False,
            default_root_dir=folder.path,
            **devices,
            **given,
        )
    except (MisconfigurationException, ValueError, TypeError) as error:
        if not settings.trainer.lightning:
            raise
        raise UserError(
            f"Lightning does not take trainer.lightning={settings.trainer.lightning}: "
            f"{printable(error)}"
        ) from None


def build_callbacks(
    run: Run, history: History, curves: Curves, copies: Copies, budget: Budget, stop: StopRequest
) -> list[pl.Callback]:
    """What happens between steps and epochs, in this order.

    Lightning itself keeps those behind ``StepBar`` behind all others. What shows or copies
    something is for the first of several processes.
    """
    settings, folder = run.settings, run.folder
    minutes, max_epochs = settings.trainer.checkpoint_minutes, settings.trainer.max_epochs
    ema = settings.optimizer.ema
    average = AverageWeights(ema, run.device) if ema else None
    work = [
        *([average] if average else []),
        KeepHistory(history),
        WatchTime(budget.pace),
        StopEarly(settings.monitor, settings.early_stop.patience),
    ]
    save = SaveCheckpoints(folder, run.card, history, minutes, stop, budget)
    end = EndSession(stop, budget)
    if not is_first():
        return [*work, save, end]
    pictures, every = settings.tensorboard.pictures, settings.tensorboard.every
    images = run.data.splits["Val"].images
    seen = seen_by_first(len(images), settings.data.batch_size)
    names = {i: images[i] for i in seen}
    keeps_car = settings.mirror.car and copies.folder is not None
    return [
        *([ShowPictures(curves, names, pictures, every)] if settings.logger.tensorboard else []),
        *work,
        StepBar(budget),
        save,
        *([KeepCar(Path(settings.name).name, copies, average)] if keeps_car else []),
        *([KeepReport(run, seen, copies)] if settings.report else []),
        CopyToMirror(copies),
        TellEpochs(max_epochs, copies, budget),
        end,
    ]


def build_loggers(run: Run, curves: Curves, history: History) -> list[Logger]:
    """What receives the values of each epoch; the table is read by ``sweep.html``, so it stays."""
    if not is_first():
        return []
    return [
        *([CurvesLogger(curves)] if run.settings.logger.tensorboard else []),
        TableLogger(run.folder.metrics, run.card.history),
        *(TrackerLogger(tracker, history) for tracker in chosen_trackers(run)),
    ]


def _out_of_memory(batch_size: int) -> str:
    smaller = max(1, batch_size * 3 // 4 if batch_size > 4 else batch_size // 2)
    return (
        f"The memory of the GPU is full at data.batch_size={batch_size}. "
        f"Try data.batch_size={smaller}."
        if batch_size > 1
        else "The memory of the GPU is full with a single picture. Use a smaller data.image_size."
    )


def build_data(run: Run, while_waiting: Callable[[float], None] = wait_on) -> PictureData:
    """Train and Val of a run as batches; ``while_waiting``: see ``PictureLoader``."""
    data, codes = run.settings.data, run.data.codes
    height, width = run.card.image_size
    on_gpu = run.device.type == "cuda"
    splits = {name: run.data.splits[name] for name in ("Train", "Val")}
    root = Path(data.root).expanduser() / "cache"
    return PictureData(
        splits,
        height,
        width,
        codes,
        data.batch_size,
        workers=workers_that_work(_workers(data, on_gpu), data.batch_size, height, width),
        augment=AugmentRange.of(run.settings.augment),
        transforms=run.transforms,
        rare_classes=data.rare_classes,
        seed=run.settings.seed,
        on_gpu=on_gpu,
        caches=first_here(
            lambda: open_cache(root, run.data.dataset, splits, height, width, codes.coding)
        )
        if data.cache
        else {},
        while_waiting=while_waiting,
        share=share_of_pictures(),
        mix=Mix.of(run.data.parts, data.shares),
    )


def _workers(data: Data, on_gpu: bool) -> int:
    """Processes that prepare batches: on a CPU the network needs the cores itself."""
    if data.workers is not None:
        return data.workers
    return min(MOST_WORKERS, max(1, how_many() // this_rank().size_here)) if on_gpu else 0


def workers_that_work(wanted: int, batch_size: int, height: int, width: int) -> int:
    """As many worker processes as are wanted, or none where processes can share nothing.

    Says so in one line, also where the memory that they share is smaller than what they make ahead.
    """
    if not wanted:
        return 0
    if (why := why_no_workers()) is not None:
        log.warning("batches are prepared without worker processes: none can run here (%s)", why)
        return 0
    ahead = (wanted * PREFETCH + 2) * batch_size * 4 * height * width
    room = free_bytes()
    if room is not None and room < ahead:
        log.warning(
            "%s has %.0f MB free, and the batches of %s take up to %.0f MB: the rest goes through "
            "pipes, which is slower. In Docker start the container with --shm-size=%dg",
            FOLDER,
            room / 1e6,
            counted(wanted, "worker"),
            ahead / 1e6,
            ahead // 1_000_000_000 + 1,
        )
    return wanted
