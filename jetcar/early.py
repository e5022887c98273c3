"""Imported first by every program: until it has its own handlers, Ctrl-C ends it without a stack.

Loading the libraries takes longer than a person needs to notice a typing mistake.
"""

from __future__ import annotations

import os
import signal
import sys


def _is_child() -> bool:
    """Whether another process of ours started this one, which loads the program's file too."""
    process = sys.modules.get("multiprocessing.process")
    return process is not None and process.parent_process() is not None


def _end(*_: object) -> None:
    """Ends at once: there is nothing yet to clear away."""
    os._exit(130)


# A process that prepares batches goes on at Ctrl-C, so that the run can save.
if not _is_child() and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, _end)
