"""Memory that one batch frees stays with the process, for the next batch."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_MMAP_MAX = -1, -3, -4
"""Numbers of the parameters in the C library's ``malloc.h``."""

MAPPED_FROM = 32 << 20
"""Bytes from which a block is mapped on its own, once GNU's library has adapted to large blocks."""


@contextmanager
def freed_memory_kept(device: torch.device, every_size: bool) -> Iterator[None]:
    """Has the C library keep what is freed meanwhile, where it would give it back to the system.

    On a CPU every step allocates tensors of the same sizes again, tens of megabytes each. GNU's C
    library takes each from the system and gives it back, and the system clears every page again
    when it is touched: a sixth of a step of UNet/MobileNetV2 at 224 x 224 goes there
    (``python benchmarks/run.py step``). The process then holds on to the most that it ever used at
    once, and that grows by a few percent.

    Args:
        device: Where the tensors are; on any but a CPU nothing changes.
        every_size: Whether blocks above ``MAPPED_FROM`` are kept as well. That is for work of one
            size alone: among photos of many sizes the gaps fit nothing, and the memory doubles.
    """
    kept = device.type == "cpu" and keep_freed_memory(every_size)
    try:
        yield
    finally:
        if kept:
            give_freed_memory_back()


def keep_freed_memory(every_size: bool) -> bool:
    """Has the C library keep what is freed from now on; see ``freed_memory_kept``.

    Returns:
        Whether it does. Other systems than Linux with GNU's C library are left as they are.

    Source:
        ``mallopt(3)`` of the Linux manual: ``M_MMAP_MAX`` 0 and ``M_TRIM_THRESHOLD`` -1.
    """
    library = _gnu_library()
    if library is None:
        return False
    size = (M_MMAP_MAX, 0) if every_size else (M_MMAP_THRESHOLD, MAPPED_FROM)
    return bool(library.mallopt(*size)) and bool(library.mallopt(M_TRIM_THRESHOLD, -1))


def give_freed_memory_back() -> None:
    """Undoes ``keep_freed_memory``, and gives back what was kept."""
    library = _gnu_library()
    if library is None:
        return
    library.mallopt(M_MMAP_MAX, 65536)
    library.mallopt(M_MMAP_THRESHOLD, MAPPED_FROM)
    library.mallopt(M_TRIM_THRESHOLD, 2 * MAPPED_FROM)
    library.malloc_trim(0)


def _gnu_library() -> Any:
    """The process's C library if it is GNU's, which alone can be told; else None."""
    if not sys.platform.startswith("linux"):
        return None
    library = ctypes.CDLL(None)
    return library if hasattr(library, "gnu_get_libc_version") else None
