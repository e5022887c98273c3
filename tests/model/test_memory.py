"""What the C library does with memory that is freed."""

import platform
import subprocess
import sys
from textwrap import dedent

import pytest

from jetcar.model.memory import keep_freed_memory

PAGES_TOUCHED = 5 * (40 << 20) // 4096

PROGRAM = dedent(
    """
    import ctypes, resource, sys
    from jetcar.model.memory import keep_freed_memory

    libc = ctypes.CDLL(None)
    libc.malloc.restype, libc.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
    libc.free.argtypes = [ctypes.c_void_p]

    def take_and_give_back():
        place = libc.malloc(40 << 20)
        ctypes.memset(place, 1, 40 << 20)
        libc.free(place)

    if sys.argv[1] == "keep":
        assert keep_freed_memory()
    take_and_give_back()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(5):
        take_and_give_back()
    print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
    """
)


def pages_fetched(how: str) -> int:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, how], check=True, capture_output=True, text=True
    )
    return int(done.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only GNU's C library can be told")
def test_memory_that_is_freed_is_not_fetched_again():
    assert pages_fetched("keep") < PAGES_TOUCHED / 100


def test_other_systems_are_left_as_they_are(monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    assert not keep_freed_memory()


def test_another_c_library_is_left_as_it_is(monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr("jetcar.model.memory.ctypes.CDLL", lambda name: object())
    assert not keep_freed_memory()
