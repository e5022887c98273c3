"""Runs a program so that a file stops it as Ctrl-C would: all results are saved.

``python -m jetcar.stoppable FILE train.py name=street1``, or ``FILE -m jetcar.export``. Windows
cannot send Ctrl-C to one process alone, and ends it without a word instead. So the notebook makes
the file, which is taken away again, and the program is told.
"""

from __future__ import annotations

import _thread
import contextlib
import runpy
import sys
import threading
import time
from pathlib import Path

PAUSE_SECONDS = 0.2
"""Between looks for the file."""


def main() -> None:
    """Runs the program that the arguments name, in this process."""
    sign, *sys.argv = sys.argv[1:]
    threading.Thread(target=_listen, args=(Path(sign),), daemon=True).start()
    if sys.argv[0] == "-m":
        del sys.argv[0]
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    else:
        runpy.run_path(sys.argv[0], run_name="__main__")


def _listen(sign: Path) -> None:
    while True:
        with contextlib.suppress(FileNotFoundError):
            sign.unlink()
            _thread.interrupt_main()
        time.sleep(PAUSE_SECONDS)


if __name__ == "__main__":
    main()
