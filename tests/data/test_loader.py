"""Waiting for workers: it can be ended, and it ends by itself."""

import subprocess
import sys
import threading

import pytest
import torch
from torch.utils.data import Dataset

from jetcar.data import loader
from jetcar.data.loader import PictureLoader
from jetcar.data.order import InOrder
from jetcar.errors import Interrupted, UserError


class Silent(Dataset):
    """A worker that never answers, as on a disk that went away."""

    def __len__(self):
        return 4

    def __getitem__(self, order):
        threading.Event().wait()


class Numbers(Silent):
    """Batches at once."""

    def __getitem__(self, order):
        return {"index": torch.tensor(order.indices)}


def ends(seconds):
    raise Interrupted(15)


def test_a_wait_for_a_worker_that_never_answers_can_be_ended():
    with pytest.raises(Interrupted):
        next(iter(PictureLoader(Silent(), InOrder(4, 2), 1, False, ends)))


def test_such_a_wait_ends_by_itself(monkeypatch):
    monkeypatch.setattr(loader, "SILENT_MINUTES", 0.01)
    with pytest.raises(UserError, match=r"No worker process .* data\.workers=0, which says"):
        next(iter(PictureLoader(Silent(), InOrder(4, 2), 1, False)))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs the sender of a signal")
def test_a_worker_leaves_a_stop_to_the_main_process_and_ends_with_it():
    batches = iter(PictureLoader(Numbers(), InOrder(20, 2), 1, False))
    next(batches)
    (worker,) = batches._workers
    subprocess.run(["kill", "-TERM", str(worker.pid)], check=True)  # from a third process
    assert len(list(batches)) == 9
    assert worker.is_alive()
    worker.terminate()
    worker.join(60)
    assert worker.exitcode == 0


@pytest.mark.parametrize("workers", [0, 2])
def test_torchs_own_random_numbers_stay_where_they_are(workers):
    pictures = PictureLoader(Numbers(), InOrder(4, 2), workers, False)
    before = torch.get_rng_state()
    for _ in range(2):
        assert [batch["index"].tolist() for batch in pictures] == [[0, 1], [2, 3]]
    assert torch.equal(torch.get_rng_state(), before)
