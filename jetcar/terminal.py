"""What is printed, and what happens when nobody takes it: a closed pipe, a full disk, no stream."""

from __future__ import annotations

import errno
import io
import logging
import os
import sys
from typing import Any, TextIO

from jetcar.ranks import this_rank
from jetcar.wording import printable

ON_WINDOWS = os.name == "nt"

log = logging.getLogger("jetcar")


class Outlet:
    """A standard stream that never breaks the work: from its first error on it takes everything.

    All else is as the stream has it. What other programs and libraries write to the same place is
    dropped too, as its file descriptor leads nowhere from then on.

    Args:
        stream: Standard output or standard error.

    Attributes:
        lost: Why the stream was given up; None while it works.
    """

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.lost: OSError | None = None

    def write(self, text: str) -> int:
        """Writes, or drops what nobody takes."""
        try:
            return self.stream.write(text)
        except OSError as error:
            self._give_up(error)
            return len(text)

    def flush(self) -> None:
        """Sends off what is written."""
        try:
            self.stream.flush()
        except OSError as error:
            self._give_up(error)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)

    @property
    def reader_is_gone(self) -> bool:
        """Whether it was a pipe whose other end is closed."""
        codes = (errno.EPIPE, errno.EINVAL) if ON_WINDOWS else (errno.EPIPE,)
        return self.lost is not None and self.lost.errno in codes

    def _give_up(self, error: OSError) -> None:
        self.lost = self.lost or error
        try:
            number = self.stream.fileno()
        except (OSError, ValueError):  # it has none, as in a notebook
            self.stream = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
            return
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, number)
        os.close(nowhere)


def reader_is_gone() -> bool:
    """Whether standard output was a pipe that its reader has closed, as ``| head`` does."""
    return isinstance(sys.stdout, Outlet) and sys.stdout.reader_is_gone


def lost_output() -> OSError | None:
    """Why standard output was given up; None while it works."""
    return sys.stdout.lost if isinstance(sys.stdout, Outlet) else None


def flush() -> None:
    """Sends off what was printed, while an error can still be told."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()


class _Format(logging.Formatter):
    """The bare message, fit for a terminal; from a warning on, what it is."""

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        text = "\n".join(printable(line, len(line)) for line in text.split("\n"))
        return f"{record.levelname.lower()}: {text}" if record.levelno > logging.INFO else text


def take_stdin() -> int:
    """Standard input under another number: what this process starts neither reads nor awaits it."""
    taken = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return taken


def talk_to_terminal() -> None:
    """Sends the program's lines to standard output, and its errors to standard error.

    Of several processes that train together the first one talks for all.
    """
    _open_missing()
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a console may lack a path's letters
        setattr(sys, name, Outlet(stream.stream if isinstance(stream, Outlet) else stream))
    out, err = logging.StreamHandler(sys.stdout), logging.StreamHandler(sys.stderr)
    out.addFilter(lambda record: record.levelno < logging.ERROR)
    err.setLevel(logging.ERROR)
    log.handlers.clear()
    for handler in (out, err) if this_rank().is_first else (logging.NullHandler(),):
        handler.setFormatter(_Format("%(message)s"))
        log.addHandler(handler)
    log.setLevel(logging.INFO)
    log.propagate = False


def _open_missing() -> None:
    """Gives a program that was started without a standard stream one that leads nowhere.

    Else the next file that is opened would take its number, and what is printed would go there.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is not None:
            continue
        try:
            os.fstat(number)
        except OSError:
            nowhere = os.open(os.devnull, os.O_RDWR)
            if nowhere != number:
                os.dup2(nowhere, number)
                os.close(nowhere)
        mode = "w" if number else "r"
        setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115
