"""What a person does with train.py, in this process: trains, and stops it in the middle."""

from __future__ import annotations

import signal
from typing import Any

import pytest

from jetcar.data.prepare import prepare_data
from jetcar.model.module import Segmentation
from jetcar.settings.schema import Train
from jetcar.training import run
from jetcar.training.run_folder import RunFolder


def train(settings: Train) -> run.Result:
    """What train.py does."""
    return run.train(settings, prepare_data(settings.data, settings.seed))


def trained(settings: Train) -> RunFolder:
    """The folder of a run that train.py has brought to its end."""
    return train(settings).folder


def stop_at(monkeypatch: pytest.MonkeyPatch, at_step: int, signum: int = signal.SIGTERM) -> None:
    """Has a signal arrive in the middle of that step of training, counted from 0."""
    real, count = Segmentation.training_step, iter(range(1000))

    def step(self: Segmentation, batch: Any, batch_idx: int) -> Any:
        if next(count) == at_step:
            signal.raise_signal(signum)
        return real(self, batch, batch_idx)

    monkeypatch.setattr(Segmentation, "training_step", step)
