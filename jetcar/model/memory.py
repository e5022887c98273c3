"""Memory that a step gives back stays with the process, for the next step."""

from __future__ import annotations

import ctypes
import sys

M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4
"""Numbers of the parameters in the C library's ``malloc.h``."""


def keep_freed_memory() -> bool:
    """Has the C library keep what is freed, where it would give it back to the system.

    On a CPU every step makes tensors of the same sizes anew, tens of megabytes each. GNU's C
    library takes each from the system and gives it back, and the system clears every page again
    when it is touched: a sixth of a step of UNet/MobileNetV2 at 224 x 224 goes there
    (``python benchmarks/run.py step``). The process then holds on to the most that it ever used at
    once, and that grows by a few percent.

    Returns:
        Whether it does now. Other systems than Linux with GNU's C library are left as they are.

    Source:
        ``mallopt(3)`` of the Linux manual: ``M_MMAP_MAX`` 0 and ``M_TRIM_THRESHOLD`` -1.
    """
    if not sys.platform.startswith("linux"):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    return bool(mallopt(M_MMAP_MAX, 0)) and bool(mallopt(M_TRIM_THRESHOLD, -1))
