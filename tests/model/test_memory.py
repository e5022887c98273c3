"""What the C library does with memory that is freed."""

import platform
import subprocess
import sys
from textwrap import dedent

import pytest
import torch

from jetcar.model.memory import freed_memory_kept, keep_freed_memory

MB, PAGE = 1 << 20, 4096
CPU = torch.device("cpu")

PROGRAM = dedent(
    """
    import ctypes, resource, sys, torch
    from jetcar.model.memory import freed_memory_kept

    libc = ctypes.CDLL(None)
    libc.malloc.restype, libc.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
    libc.free.argtypes = [ctypes.c_void_p]

    every_size, size = sys.argv[1] == "every", int(sys.argv[2])

    def take_and_give_back():
        places = [libc.malloc(size) for _ in range(4)]
        for place in places:
            ctypes.memset(place, 1, size)
        for place in places:
            libc.free(place)

    def pages_fetched():
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        for _ in range(5):
            take_and_give_back()
        return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

    def held():
        return int(open("/proc/self/statm").read().split()[1])

    with freed_memory_kept(torch.device("cpu"), every_size):
        take_and_give_back()
        print(pages_fetched(), held())
    print(pages_fetched(), held())
    """
)

gnu_only = pytest.mark.skipif(
    platform.libc_ver()[0] != "glibc", reason="only GNU's C library can be told"
)


@gnu_only
@pytest.mark.parametrize(
    ("kept", "size", "stays"),
    [("every", 40 * MB, True), ("small", 20 * MB, True), ("small", 40 * MB, False)],
)
def test_memory_that_is_freed_is_kept_inside_and_given_back_after(kept, size, stays):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, kept, str(size)], check=True, capture_output=True, text=True
    )
    (fetched, held), (fetched_after, held_after) = (
        map(int, line.split()) for line in done.stdout.splitlines()
    )
    pages = 5 * 4 * size // PAGE
    if stays:
        assert fetched < pages / 100
        assert held_after < held - 3 * size // PAGE
    else:
        assert fetched > 0.9 * pages
    assert fetched_after > 0.9 * pages


@gnu_only
def test_memory_is_given_back_after_an_error_too(monkeypatch):
    undone = []
    monkeypatch.setattr("jetcar.model.memory.keep_freed_memory", lambda every_size: True)
    monkeypatch.setattr("jetcar.model.memory.give_freed_memory_back", lambda: undone.append(1))
    with pytest.raises(ValueError, match="on the way"), freed_memory_kept(CPU, True):
        raise ValueError("on the way")
    assert undone


def test_other_systems_are_left_as_they_are(monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.delattr("jetcar.model.memory.ctypes.CDLL")  # which would not take None there
    assert not keep_freed_memory(True)
    with freed_memory_kept(CPU, True):
        pass


def test_another_c_library_is_left_as_it_is(monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr("jetcar.model.memory.ctypes.CDLL", lambda name: object())
    assert not keep_freed_memory(True)
