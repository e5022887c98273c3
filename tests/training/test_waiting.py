"""Worker processes that cannot share, or never answer: one sentence, and nothing is lost."""

import signal
import threading

import pytest

from jetcar.data.batches import Pictures
from jetcar.data.prepare import prepare_data
from jetcar.errors import Interrupted
from jetcar.model.checkpoint import read_checkpoint
from jetcar.training import fit, run
from jetcar.training.callbacks import stop
from jetcar.training.fit import workers_that_work
from jetcar.training.run_folder import RunFolder


def test_a_small_shared_memory_is_told_once_and_the_workers_work(monkeypatch, caplog):
    monkeypatch.setattr(fit, "free_bytes", lambda: 64_000_000)
    assert workers_that_work(2, 64, 224, 224) == 2
    (line,) = caplog.messages
    # (2 workers x 4 batches ahead + 2) x 64 x 4 x 224 x 224 bytes
    assert "has 64 MB free, and the batches of 2 workers take up to 128 MB" in line
    assert line.endswith("--shm-size=1g")


def test_a_shared_memory_that_is_large_enough_is_no_word_worth(monkeypatch, caplog):
    monkeypatch.setattr(fit, "free_bytes", lambda: 129_000_000)
    assert workers_that_work(2, 64, 224, 224) == 2
    assert not caplog.messages


def test_processes_that_can_share_nothing_are_not_started(monkeypatch, caplog):
    monkeypatch.setattr(fit, "why_no_workers", lambda: "/dev/shm: Read-only file system")
    assert workers_that_work(2, 8, 64, 64) == 0
    assert "without worker processes" in caplog.text
    assert "Read-only file system" in caplog.text


def test_a_stop_takes_effect_while_no_batch_comes_and_what_is_over_is_saved(
    settings, monkeypatch, tmp_path
):
    monkeypatch.setattr(stop, "STEP_SECONDS", 0.0)
    real, hangs = Pictures.__getitem__, threading.Event()

    def hang(self, order):
        if order.epoch == 1 and order.indices == last_of_epoch:
            hangs.wait()  # never set: the disk went away
        return real(self, order)

    one = settings("data.batch_size=1", "data.image_size=64", "data.workers=1", "name=a")
    data = prepare_data(one.data, one.seed)
    from jetcar.data.order import Shuffled

    last_of_epoch = list(Shuffled(3, 1, one.seed, 1))[2].indices
    monkeypatch.setattr(Pictures, "__getitem__", hang)
    step = fit.Segmentation.training_step

    def ask(self, batch, batch_idx):
        if self.current_epoch == 1 and batch_idx == 0:
            signal.raise_signal(signal.SIGTERM)
        return step(self, batch, batch_idx)

    monkeypatch.setattr(fit.Segmentation, "training_step", ask)
    with pytest.raises(Interrupted):
        run.train(one, data)
    card = read_checkpoint(RunFolder(tmp_path / "runs" / "a").last)[0]
    assert (card.epoch, card.batch) == (1, 1)
