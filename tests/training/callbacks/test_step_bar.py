"""What stands in the bar of a training by Lightning's trainer; the test moves the clock."""

import io
import logging
import re
import sys
from importlib.metadata import version
from types import SimpleNamespace

import pytest
import pytorch_lightning as pl
import torch
from packaging.version import Version
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress
from torch import nn
from torch.utils.data import DataLoader

from jetcar.bars import Line
from jetcar.classes import IMAGE_SEGMENTER
from jetcar.model.loss import Loss
from jetcar.model.module import Segmentation
from jetcar.model.optimizer import OptimizerSettings
from jetcar.training.callbacks.budget import Budget
from jetcar.training.callbacks.pace import Pace, WatchTime
from jetcar.training.callbacks.step_bar import LateNumber, StepBar
from jetcar.training.quiet import quiet_libraries

pytestmark = pytest.mark.filterwarnings("ignore:The number of training batches")


class Terminal(io.StringIO):
    """Takes what is printed, as a terminal would."""

    def isatty(self):
        return True


class Tiny(Segmentation):
    """One convolution; a step takes 2 seconds and one of validation 1, by the given clock."""

    def __init__(self, clock):
        rates = OptimizerSettings("adamw", 0.0, 0.0, 0.0, 0.0)
        super().__init__(nn.Conv2d(3, 22, 1), Loss({"cross_entropy": 1.0}), IMAGE_SEGMENTER, rates)
        nn.init.zeros_(self.network.weight)
        nn.init.zeros_(self.network.bias)
        self.clock = clock

    def training_step(self, batch, batch_idx):
        self.clock.now += 2
        return super().training_step(batch, batch_idx)

    def validation_step(self, batch, batch_idx):
        self.clock.now += 1
        return super().validation_step(batch, batch_idx)

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=0.0)


class Loader(DataLoader):
    """Says, as ours does, that it can go on inside an epoch."""

    def state_dict(self):
        return {}

    def load_state_dict(self, state):
        pass


class Watcher(pl.Callback):
    """Notes what the bar shows after each batch, and saves after one if it is asked to."""

    def __init__(self, save=None):
        self.lines, self.save = [], save

    def on_train_batch_end(self, trainer, module, outputs, batch, batch_idx):
        self._look(trainer, "train_progress_bar")
        if self.save and (trainer.current_epoch, batch_idx) == self.save[:2]:
            if self.save[2]:
                trainer.save_checkpoint(self.save[2])
            raise KeyError("stopped")

    def on_validation_batch_end(self, trainer, module, outputs, batch, batch_idx, loader=0):
        if not trainer.sanity_checking:
            self._look(trainer, "val_progress_bar")

    def _look(self, trainer, name):
        bar = trainer.progress_bar_callback
        if bar.is_disabled:
            return
        task = getattr(bar, name)
        shown = [one for one in bar.progress.tasks if one.visible]
        assert shown == [task]  # one line at a time
        self.lines.append((bar._name(task), f"{task.completed}/{task.total}", *bar.notes))


class Session:
    """A trainer with 4 batches of 3 pictures, 2 of validation, and its clock."""

    def __init__(self, epochs=3, hours=0.0, save=None, **more):
        quiet_libraries()
        self.now = 1000.0
        pace = Pace(lambda: self.now)
        self.bar, self.watcher = StepBar(Budget(hours, 1000.0, 0, lambda: 0.0, pace)), Watcher(save)
        self.trainer = pl.Trainer(
            max_epochs=epochs,
            accelerator="cpu",
            logger=False,
            enable_checkpointing=False,
            enable_model_summary=False,
            callbacks=[WatchTime(pace), self.bar, self.watcher],
            **{"num_sanity_val_steps": 0, **more},
        )

    def fit(self, checkpoint=None):
        image = torch.ones(3, 3, 8, 8)
        batch = {"image": image, "mask": torch.ones(3, 8, 8, dtype=torch.uint8)}
        loaders = [Loader([batch] * count, batch_size=None) for count in (4, 2)]
        self.trainer.fit(Tiny(self), *loaders, ckpt_path=checkpoint, weights_only=True)
        return self.watcher.lines

    def fit_until(self, epoch):
        """What was shown until the first batch of an epoch is over."""
        self.watcher.save = (epoch - 1, 0, None)
        with pytest.raises(KeyError):
            self.fit()
        return self.watcher.lines


@pytest.fixture
def terminal(monkeypatch):
    """A function that makes standard output a terminal, to be called in the test itself."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")

    def make():
        monkeypatch.setattr(sys, "stdout", Terminal())
        return sys.stdout

    return make


def left_standing(text):
    """What is still in the line after all that was printed: it was erased, and then?"""
    return re.sub(r"\x1b\[[?\d;]*[A-Za-z]|\r", "", text.rsplit("\x1b[2K", 1)[1])


LOSS = "loss 3.091"  # ln 22: all classes are equally likely


def test_the_line_of_each_step(terminal):
    terminal()
    lines = Session(epochs=2).fit()
    assert lines == [
        # The first batch of a session warms up, and nothing is known.
        ("epoch 1/2", "1/4", LOSS, "- images/s", "left -:--", "run at most -:--"),
        # 2 batches of 2 s, and 2 of validation as slow as that: 8 s. The next epoch: 6 x 2 s.
        ("epoch 1/2", "2/4", LOSS, "1.5 images/s", "left 0:08", "run at most 0:20"),
        ("epoch 1/2", "3/4", LOSS, "1.5 images/s", "left 0:06", "run at most 0:18"),
        ("epoch 1/2", "4/4", LOSS, "1.5 images/s", "left 0:04", "run at most 0:16"),
        # Validation takes 1 s a batch: 1 s, and 4 x 2 + 2 x 1 s for the next epoch.
        ("epoch 1/2 validation", "1/2", "3.0 images/s", "left 0:01", "run at most 0:11"),
        ("epoch 1/2 validation", "2/2", "3.0 images/s", "left 0:00", "run at most 0:10"),
        # As slow as the epoch before: 3 x 2 + 2 x 1 s.
        ("epoch 2/2", "1/4", LOSS, "1.5 images/s", "left 0:08", "run at most 0:08"),
        ("epoch 2/2", "2/4", LOSS, "1.5 images/s", "left 0:06", "run at most 0:06"),
        ("epoch 2/2", "3/4", LOSS, "1.5 images/s", "left 0:04", "run at most 0:04"),
        ("epoch 2/2", "4/4", LOSS, "1.5 images/s", "left 0:02", "run at most 0:02"),
        ("epoch 2/2 validation", "1/2", "3.0 images/s", "left 0:01", "run at most 0:01"),
        ("epoch 2/2 validation", "2/2", "3.0 images/s", "left 0:00", "run at most 0:00"),
    ]


def test_a_run_that_goes_on_inside_an_epoch_counts_no_epochs_that_are_over(terminal, tmp_path):
    terminal()
    with pytest.raises(KeyError, match="stopped"):
        Session(epochs=9, save=(6, 1, tmp_path / "last.ckpt")).fit()
    lines = Session(epochs=9).fit(tmp_path / "last.ckpt")
    assert lines[:2] == [
        ("epoch 7/9", "3/4", LOSS, "- images/s", "left -:--", "run at most -:--"),
        # 2 batches of validation: 4 s. Two more epochs of 6 x 2 s.
        ("epoch 7/9", "4/4", LOSS, "1.5 images/s", "left 0:04", "run at most 0:28"),
    ]
    assert [line[0] for line in lines if line[1] == "1/4"] == ["epoch 8/9", "epoch 9/9"]
    assert lines[-1][-1] == "run at most 0:00"


def test_with_a_budget_the_run_ends_with_it_if_that_is_sooner(terminal):
    terminal()
    lines = Session(epochs=1000, hours=0.05, limit_train_batches=2, limit_val_batches=1).fit_until(
        epoch=2
    )
    # Of 180 s, 60 are spare; the first epoch took 2 x 2 + 1 s, the first step of the second 2 s.
    assert lines[-1] == (
        "epoch 2/1000",
        "1/2",
        LOSS,
        "1.5 images/s",
        "left 0:03",
        "run at most 1:53",
    )


def test_all_of_a_long_run_fits_into_80_columns():
    notes = ["loss 1.234", "1234 images/s", "left 59:59", "run at most 99:59:59"]
    assert len(" ".join(["epoch 100/100", "1000/1000", *notes])) == 80
    console = Console(file=io.StringIO(), width=80)
    shown = Progress(Line(MofNCompleteColumn(), lambda task: notes), console=console)
    shown.add_task("epoch 100/100", total=1000, completed=1000)
    console.print(shown.get_renderable())
    assert console.file.getvalue().split() == " ".join(["epoch 100/100 1000/1000", *notes]).split()


def test_a_line_of_the_log_comes_above_the_bar(terminal):
    out = terminal()
    handler = logging.StreamHandler(out)
    log = logging.getLogger("jetcar")
    log.addHandler(handler)
    try:
        session = Session(epochs=1)
        session.watcher.on_train_batch_end = lambda *args: log.warning("saved")
        session.fit()
    finally:
        log.removeHandler(handler)
    assert out.getvalue().count("\r\x1b[2Ksaved\n") == 4
    assert handler.stream is out


def test_the_bar_is_removed_and_standard_output_is_as_it_was(terminal):
    out = terminal()
    Session(epochs=1, num_sanity_val_steps=1).fit()
    text = out.getvalue()
    assert "epoch 1/1 " in text
    assert "Epoch" not in text  # what Lightning itself would call it
    assert text.rindex("\x1b[?25h") > text.rindex("\x1b[?25l")  # the cursor is shown again
    leaves_a_line = Version(version("rich")) < Version("14.3")
    assert left_standing(text) == ("\n" if leaves_a_line else "")
    assert sys.stdout is out


def test_the_bar_goes_before_an_error_is_told(terminal, tmp_path):
    out = terminal()
    with pytest.raises(KeyError, match="stopped"):
        Session(save=(0, 1, tmp_path / "last.ckpt")).fit()
    assert left_standing(out.getvalue()) == ""
    assert sys.stdout is out


@pytest.mark.parametrize("name", ["pipe", "dumb"])
def test_what_cannot_be_drawn_on_gets_no_bar(terminal, monkeypatch, name):
    out = terminal()
    if name == "dumb":
        monkeypatch.setenv("TERM", "dumb")
    else:
        out.isatty = lambda: False
    session = Session(epochs=1)
    assert session.fit() == []
    assert out.getvalue() == ""
    assert session.bar.notes == []


def test_a_number_on_a_gpu_is_shown_when_it_has_arrived(monkeypatch):
    arrived = []
    event = SimpleNamespace(record=lambda: None, query=lambda: bool(arrived))
    monkeypatch.setattr(torch.cuda, "Event", lambda: event)

    def on_gpu(number):
        copy = torch.tensor(number)
        tensor = SimpleNamespace(is_cuda=True, to=lambda device, non_blocking: copy)
        tensor.detach = lambda: tensor
        return tensor

    late = LateNumber()
    assert late.follow(None) is None
    assert late.follow(on_gpu(0.5)) is None
    assert late.follow(on_gpu(0.25)) is None  # not asked for: the first one is still on its way
    arrived.append(True)
    assert late.follow(None) == 0.5
    assert late.follow(on_gpu(0.125)) == 0.125


def test_the_loss_so_far_is_made_without_waiting():
    module = Tiny(SimpleNamespace(now=0))
    assert module.loss_so_far is None
    means = module._means["train"]
    means.add({"loss": torch.tensor(1.0)}, 3)
    means.add({"loss": torch.tensor(3.0)}, 1)
    assert isinstance(module.loss_so_far, torch.Tensor)  # and no number, which would have waited
    assert float(module.loss_so_far) == (3 * 1.0 + 1 * 3.0) / 4
