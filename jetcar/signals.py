"""Signals that ask the program to stop: which there are, how many came, what they do at first."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from jetcar.errors import Interrupted
from jetcar.ranks import this_rank

NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
"""Ctrl-C, a polite end, a terminal that was closed, and Ctrl-Break, where the system has them."""

_noted = 0


def stop_signals() -> list[int]:
    """The signals that ask to stop, without those that were switched off for this program.

    ``nohup`` switches off the terminal's end, a shell's ``&`` in a script Ctrl-C.
    """
    there = [int(getattr(signal, name)) for name in NAMES if hasattr(signal, name)]
    return [signum for signum in there if signal.getsignal(signum) is not signal.SIG_IGN]


def note(signum: int) -> int:
    """Counts a signal that has arrived; what it means: Ctrl-Break is another Ctrl-C."""
    global _noted
    _noted += 1
    return signal.SIGINT if signum == getattr(signal, "SIGBREAK", None) else signum


def noted() -> int:
    """How many signals have asked this process to stop."""
    return _noted


def end_at_once(signum: int, frame: FrameType | None) -> None:
    """Ends the work where it is; what is half done is cleared away.

    Raises:
        KeyboardInterrupt: after Ctrl-C.
        Interrupted: after any other.
    """
    means = note(signum)
    if means == signal.SIGINT:
        raise KeyboardInterrupt
    raise Interrupted(means)


def listen() -> None:
    """Lets every signal that asks to stop end the work at once.

    A process that helps another has nothing to clear away, and may wait for it where no handler of
    ours would be called: there the system's own ending is left in place.
    """
    for signum in stop_signals():
        signal.signal(signum, end_at_once if this_rank().is_first else signal.SIG_DFL)


@contextmanager
def caught(handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Has every signal that asks to stop go to a handler while the block runs, then as before.

    Only in the main thread.
    """
    former = {signum: signal.signal(signum, handler) for signum in stop_signals()}
    try:
        yield
    finally:
        for signum, before in former.items():
            signal.signal(signum, before)


@contextmanager
def ended_by_signal(end: Callable[[], None]) -> Iterator[None]:
    """Has the first signal that asks to stop call ``end``; the second one ends the program."""
    came = threading.Event()

    def stop(signum: int, frame: FrameType | None) -> None:
        if came.is_set():
            end_at_once(signum, frame)
        came.set()
        note(signum)
        end()

    with caught(stop):
        yield
