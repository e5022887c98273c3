"""Predicts over several devices: each has a process, and looks at every n-th batch.

The batches are those of one device, and what comes of them arrives in their order, so that all is
written and added up as by one. Only this process writes.
"""

from __future__ import annotations

import os
import pickle
import signal
import traceback
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

import numpy as np
import torch

from jetcar.data.pictures import resize_image
from jetcar.errors import UserError
from jetcar.model.memory import freed_memory_kept
from jetcar.model.onnx_network import OnnxNetwork
from jetcar.prediction.forward import PIXELS_AHEAD
from jetcar.prediction.outcome import Job, Outcome, outcome_of, outcomes, predicted_of
from jetcar.prediction.report.unsure import sampled
from jetcar.prediction.score import PixelCounter
from jetcar.prediction.writer import ENCODERS
from jetcar.processes import how_many, start_worker
from jetcar.settings.sentences import sentence_of

START_METHOD = "spawn"
"""On every system, as a process that has used a GPU must not be forked."""

LOOK_SECONDS = 0.5
"""Between two looks for Ctrl-C, which does not end the waiting on Windows."""


@dataclass(frozen=True)
class Batch:
    """What comes of one batch.

    Attributes:
        outcomes: Of its pictures, in their order.
        unreadable: What is wrong with each picture that is left out, by its number in the job.
        counter: What was counted in it.
    """

    outcomes: list[Outcome]
    unreadable: dict[int, UserError]
    counter: PixelCounter


def outcomes_over(
    devices: Sequence[torch.device],
    job: Job,
    counter: PixelCounter,
    unreadable: dict[int, UserError],
) -> Generator[Outcome, None, None]:
    """What comes of all pictures of a job, in their order, as ``outcomes`` gives it.

    Args:
        devices: Those that share the work; some get none where there are fewer batches.
        job: The job.
        counter: Counts those that have a true mask.
        unreadable: Receives what is wrong with each picture that is left out, by its number.

    Raises:
        UserError: a picture or mask cannot be read, and the job does not skip it; the network
            cannot be shared out; or a process was killed.
    """
    starts = range(0, len(job.pairs), job.batch_size)
    used = devices[: len(starts)]
    if len(used) < 2:
        yield from outcomes(job, counter, unreadable)
        return
    if isinstance(job.trained.network, OnnxNetwork):
        raise UserError(
            "An ONNX file runs on the CPU, and uses all of its cores by itself. Leave out "
            "devices=..., or name the checkpoint that it was made of."
        )
    with _processes(used, job) as ends:
        for number in range(len(starts)):
            batch = _receive(ends[number % len(ends)])
            counter.join(batch.counter)
            unreadable.update(batch.unreadable)
            yield from batch.outcomes


@contextmanager
def _processes(devices: Sequence[torch.device], job: Job) -> Iterator[list[Connection]]:
    """A process for each device, which are gone when the block ends; gives their connections."""
    context: Any = get_context(START_METHOD)
    threads = max(1, how_many() // len(devices))
    processes: list[BaseProcess] = []
    ends: list[Connection] = []
    try:
        for first, device in enumerate(devices):
            ours, theirs = context.Pipe()
            ends.append(ours)
            process = context.Process(
                target=_help, args=(theirs, first, len(devices), device, threads), daemon=True
            )
            with _ctrl_c_is_ours():
                process.start()
            processes.append(process)
            theirs.close()
        # As bytes, as torch would hand over the weights by files that a container may lack.
        content = pickle.dumps(job)
        for end in ends:
            with _told_when_killed():
                end.send_bytes(content)
        yield ends
    finally:
        for process in processes:
            process.kill()
        for process in processes:
            process.join()
        for end in ends:
            end.close()


@contextmanager
def _ctrl_c_is_ours() -> Iterator[None]:
    """Has what is started meanwhile never see Ctrl-C, also before it can switch that off."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    former = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, former)


@contextmanager
def _told_when_killed() -> Iterator[None]:
    try:
        yield
    except (EOFError, ConnectionError):
        raise UserError(
            "A process of this prediction was killed, most likely because this machine ran out of "
            "memory. No mask was written. Use fewer devices, or a smaller batch_size."
        ) from None


def _receive(end: Connection) -> Batch:
    with _told_when_killed():
        while not end.poll(LOOK_SECONDS):
            pass
        content = end.recv_bytes()
    found = pickle.loads(content)
    if isinstance(found, Exception):
        raise found
    batch: Batch = found
    return batch


def _help(end: Connection, first: int, step: int, device: torch.device, threads: int) -> None:
    """What a process does: it looks at every ``step``-th batch, from the one numbered ``first``."""
    start_worker()
    with suppress(EOFError, ConnectionError):  # the process that it helps is gone
        content = end.recv_bytes()
        for message in _messages(content, first, step, device, threads):
            end.send_bytes(message)


def _messages(
    content: bytes, first: int, step: int, device: torch.device, threads: int
) -> Iterator[bytes]:
    """Each batch, or the error that it ends with."""
    try:
        if "OMP_NUM_THREADS" not in os.environ:
            torch.set_num_threads(threads)
        if device.type == "cuda":
            torch.cuda.set_device(device)
        job: Job = pickle.loads(content)
        job = replace(job, trained=replace(job.trained, device=device))
        numbers = [n for n in range(len(job.pairs)) if n // job.batch_size % step == first]
        with freed_memory_kept(device, every_size=False):
            yield from map(pickle.dumps, _encoded(job, numbers))
    except Exception as error:  # whatever it is, it is told by the process that is helped
        if os.environ.get("JETCAR_DEBUG") == "1":
            traceback.print_exc()
        yield _pickled(error)


def _pickled(error: Exception) -> bytes:
    try:
        content = pickle.dumps(error)
        pickle.loads(content)
    except Exception:  # some have more arguments than they keep
        return pickle.dumps(UserError(sentence_of(error)))
    return content


def _encoded(job: Job, numbers: Sequence[int]) -> Iterator[Batch]:
    """Batches whose files are made, by threads, while the next one is looked at."""
    waiting: deque[tuple[Batch, list[Future[Outcome]]]] = deque()
    failed: Exception | None = None
    with ThreadPoolExecutor(ENCODERS) as pool:
        batches = _batches(job, numbers, pool)
        while failed is None:
            try:
                waiting.append(next(batches))
            except StopIteration:
                break
            except Exception as error:  # told after the batches before, as by one device
                failed = error
            if len(waiting) > 1:
                yield _complete(*waiting.popleft())
        while waiting:
            yield _complete(*waiting.popleft())
    if failed is not None:
        raise failed


def _complete(batch: Batch, coming: list[Future[Outcome]]) -> Batch:
    return replace(batch, outcomes=[future.result() for future in coming])


def _batches(
    job: Job, numbers: Sequence[int], pool: ThreadPoolExecutor
) -> Iterator[tuple[Batch, list[Future[Outcome]]]]:
    """What is found in each batch of some pictures, and its outcomes, which are being made."""
    lost: dict[int, UserError] = {}
    coming: list[Future[Outcome]] = []
    counter, pixels, done = job.new_counter(), 0, 0

    def batch() -> tuple[Batch, list[Future[Outcome]]]:
        places = range(done * job.batch_size, (done + 1) * job.batch_size)
        unreadable = {numbers[place]: lost[place] for place in places if place in lost}
        return Batch([], unreadable, counter), coming

    for one in predicted_of(job, numbers, lost):
        while one.index // job.batch_size > done:
            yield batch()
            coming, counter, pixels, done = [], job.new_counter(), 0, done + 1
        outcome = outcome_of(job, replace(one, index=numbers[one.index]), counter)
        coming.append(pool.submit(_sendable, outcome, job.has_overlays, job.is_shown))
        pixels += outcome.pixels
        if pixels > PIXELS_AHEAD:
            coming[-1].result()
    while done * job.batch_size < len(numbers):
        yield batch()
        coming, counter, done = [], job.new_counter(), done + 1


def _sendable(outcome: Outcome, has_overlays: bool, is_shown: bool) -> Outcome:
    """The same with files made, and without what nobody looks at any more."""
    one, nothing = outcome.one, np.empty((0, 0), np.uint8)
    shown = replace(one, codes=nothing, logits=torch.empty(0))
    if is_shown:
        image = resize_image(one.image, *one.small_codes.shape)
        shown = replace(shown, image=image, logits=sampled(one.logits).cpu().contiguous())
    else:
        shown = replace(shown, image=nothing, small_codes=nothing)
    return replace(
        outcome,
        one=shown,
        compared=outcome.compared if is_shown else None,
        mask=partial(bytes, outcome.mask()),
        overlay=partial(bytes, outcome.overlay() if has_overlays else b""),
        pixels=0,
    )
