"""Batches that cross from workers: also where the memory for that is small, full or closed."""

import pickle
import sys

import pytest
import torch

from jetcar.data import shared_memory
from jetcar.data.shared_memory import Piped, free_bytes, received, shared, why_no_workers
from jetcar.errors import UserError

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has /dev/shm")


def batch():
    """As the data set makes it: channels last in memory."""
    pixels = torch.arange(2 * 4 * 5 * 3, dtype=torch.uint8).view(2, 4, 5, 3)
    return {"image": pixels.permute(0, 3, 1, 2), "index": torch.tensor([3, 1])}


def same(one, two):
    return all(torch.equal(one[k], two[k]) and one[k].stride() == two[k].stride() for k in one)


@linux
def test_a_batch_lies_in_shared_memory_before_it_is_sent():
    sent = shared(batch())
    assert all(tensor.is_shared() for tensor in sent.values())
    assert same(received(sent), batch())


@linux
def test_what_finds_no_room_goes_through_a_pipe_and_arrives_as_it_was(monkeypatch):
    monkeypatch.setattr(shared_memory, "free_bytes", lambda: shared_memory.KEPT_FREE)
    sent = shared(batch())
    assert all(isinstance(value, Piped) for value in sent.values())
    assert same(received(pickle.loads(pickle.dumps(sent))), batch())


@linux
def test_so_does_what_the_system_refuses_to_share(monkeypatch):
    def refuse(self):
        raise RuntimeError("unable to allocate shared memory(shm): No space left on device (28)")

    monkeypatch.setattr(torch.Tensor, "share_memory_", refuse)
    assert same(received(pickle.loads(pickle.dumps(shared(batch())))), batch())


def test_a_mistake_that_a_worker_found_passes_as_it_is():
    mistake = UserError("A mistake. Mend it.")
    assert received(shared(mistake)) is mistake


@linux
def test_the_room_is_looked_up():
    assert free_bytes() >= 0


def test_a_machine_whose_processes_can_share_nothing_says_why(monkeypatch):
    class Closed:
        def Semaphore(self):  # noqa: N802
            raise OSError(30, "Read-only file system")

    assert why_no_workers() is None
    monkeypatch.setattr(shared_memory.multiprocessing, "get_context", Closed)
    assert "Read-only file system" in why_no_workers()
