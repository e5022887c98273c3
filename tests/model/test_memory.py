"""What the C library does with memory that is freed."""

import platform
import subprocess
import sys
from textwrap import dedent

import pytest

from jetcar.model.memory import freed_memory_kept, keep_freed_memory

PAGES = 5 * (40 << 20) // 4096
"""Of five blocks of 40 MB."""

PROGRAM = dedent(
    """
    import ctypes, resource
    from jetcar.model.memory import freed_memory_kept

    libc = ctypes.CDLL(None)
    libc.malloc.restype, libc.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
    libc.free.argtypes = [ctypes.c_void_p]

    def take_and_give_back():
        place = libc.malloc(40 << 20)
        ctypes.memset(place, 1, 40 << 20)
        libc.free(place)

    def pages_fetched():
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        for _ in range(5):
            take_and_give_back()
        return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

    def held():
        return int(open("/proc/self/statm").read().split()[1])

    with freed_memory_kept():
        take_and_give_back()
        print(pages_fetched(), held())
    print(pages_fetched(), held())
    """
)

gnu_only = pytest.mark.skipif(
    platform.libc_ver()[0] != "glibc", reason="only GNU's C library can be told"
)


@gnu_only
def test_memory_that_is_freed_is_kept_inside_and_given_back_after():
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], check=True, capture_output=True, text=True
    )
    (fetched, held), (fetched_after, held_after) = (
        map(int, line.split()) for line in done.stdout.splitlines()
    )
    assert fetched < PAGES / 100
    assert fetched_after >= PAGES
    assert held_after < held - 30 * (1 << 20) // 4096


@gnu_only
def test_memory_is_given_back_after_an_error_too(monkeypatch):
    undone = []
    monkeypatch.setattr("jetcar.model.memory.keep_freed_memory", lambda: True)
    monkeypatch.setattr("jetcar.model.memory.give_freed_memory_back", lambda: undone.append(1))
    with pytest.raises(ValueError, match="on the way"), freed_memory_kept():
        raise ValueError("on the way")
    assert undone


def test_other_systems_are_left_as_they_are(monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.delattr("jetcar.model.memory.ctypes.CDLL")  # which would not take None there
    assert not keep_freed_memory()
    with freed_memory_kept():
        pass


def test_another_c_library_is_left_as_it_is(monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr("jetcar.model.memory.ctypes.CDLL", lambda name: object())
    assert not keep_freed_memory()
