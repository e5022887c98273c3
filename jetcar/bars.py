"""The look of every progress bar, in all commands: one line, cut to the width of the terminal.

What is done, a bar, how many, and notes such as the time left. Importing Rich takes a third of a
second, so this is imported when a bar is shown.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TextIO

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TransferSpeedColumn,
)
from rich.table import Table
from rich.text import Text

from jetcar.wording import printable

REFRESHES_PER_SECOND = 4
"""Drawing takes a few milliseconds of a core that may be needed for the work itself."""

LONGEST_BAR = 40
SHORTEST_BAR = 6
"""Characters; a line that has no room for it shows none."""

SHORTEST_NAME = 16
"""Characters that a longer name keeps as long as there are notes."""

Notes = Callable[[Task], list[str]]


class Line(ProgressColumn):
    """A whole bar as one column.

    It never takes a second line: where an output knows no moves of the cursor but to the start of
    its line, that one could not be erased again.

    Args:
        counter: Shows how many are done.
        notes: Says what else is known; where there is no room for all, the first ones are left out.
        name: Says what is done; None for the description of the task.
    """

    def __init__(
        self,
        counter: ProgressColumn,
        notes: Notes,
        name: Callable[[Task], str] = lambda task: task.description,
    ) -> None:
        super().__init__()
        self.counter, self.notes, self.name = counter, notes, name

    def render(self, task: Task) -> _Fitted:
        """The line of a task."""
        return _Fitted(task, printable(self.name(task)), str(self.counter(task)), self.notes(task))


@dataclass(frozen=True)
class _Fitted:
    """A line that is as long as there is room for."""

    task: Task
    name: str
    count: str
    notes: list[str]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        room, encoding = options.max_width, options.encoding
        # As the stream writes what its encoding lacks, so that the length is the one that is shown.
        name = Text(self.name.encode(encoding, "backslashreplace").decode(encoding))
        notes = list(self.notes)
        shortest = min(name.cell_len, SHORTEST_NAME)
        while (rest := 1 + cell_len(" ".join([self.count, *notes]))) + shortest > room and notes:
            del notes[0]
        name.truncate(max(room - rest, 1), overflow="crop" if options.ascii_only else "ellipsis")
        bar = min(room - rest - name.cell_len - 1, LONGEST_BAR)
        row = Table.grid(padding=(0, 1))
        row.add_row(
            name,
            *([BarColumn(bar).render(self.task)] if bar >= SHORTEST_BAR else []),
            Text(self.count, "progress.download", no_wrap=True),
            *(Text(note, "progress.remaining", no_wrap=True) for note in notes),
        )
        yield row

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement(1, options.max_width)


@contextmanager
def bar(what: str, total: int, unit: str) -> Iterator[Callable[[int], None]]:
    """Shows a bar on standard output, which is a terminal.

    Args:
        what: What is done.
        total: How many units there are to do; 0 when nobody knows.
        unit: What is counted; ``bytes`` are shown in MB.

    Yields:
        A function to call with the number of units just done.
    """
    columns = (DownloadColumn(), TransferSpeedColumn()) if unit == "bytes" else None
    counter, speed = columns or (MofNCompleteColumn(), None)

    def notes(task: Task) -> list[str]:
        rate = str(speed(task)) if speed else speed_of(task.speed, unit)
        return [rate, *([f"left {clock(task.time_remaining)}"] if task.total else [])]

    progress = Progress(
        Line(counter, notes),
        console=Console(),  # Rich's own remembers the standard output of its first use
        transient=True,
        refresh_per_second=REFRESHES_PER_SECOND,
    )
    with progress, lines_above(progress.console):
        task: TaskID = progress.add_task(what, total=total or None)
        yield lambda done: progress.advance(task, done)


def clock(seconds: float | None) -> str:
    """A span of time such as ``0:07``, ``12:30`` or ``3:05:00``; ``-:--`` when nobody knows it."""
    if seconds is None:
        return "-:--"
    minutes, seconds = divmod(round(max(0.0, seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def speed_of(rate: float | None, unit: str) -> str:
    """So many units a second, such as ``12.3 pictures/s``."""
    if rate is None:
        return f"- {unit}/s"
    return f"{rate:.0f} {unit}/s" if rate >= 100 else f"{rate:.1f} {unit}/s"


@contextmanager
def lines_above(console: Console) -> Iterator[None]:
    """Has lines of the program's log printed above a bar that is on the screen meanwhile.

    Only where they go to a terminal: what is sent to a file goes there all the same.
    """
    handlers = [
        handler
        for handler in logging.getLogger("jetcar").handlers
        if isinstance(handler, logging.StreamHandler) and handler.stream.isatty()
    ]
    former = [handler.setStream(_Above(console, handler.stream)) for handler in handlers]
    try:
        yield
    finally:
        for handler, stream in zip(handlers, former, strict=True):
            handler.setStream(stream)


class _Above:
    """Stands for a stream to the terminal."""

    def __init__(self, console: Console, stream: TextIO) -> None:
        self.console, self.stream, self.process = console, stream, os.getpid()

    def write(self, text: str) -> None:
        """Prints whole lines."""
        if os.getpid() == self.process:
            # Rich itself would break long lines, and a path could not be copied any more.
            self.console.print(Text(text.removesuffix("\n")), soft_wrap=True)
        else:  # a worker: the thread that holds the locks of the console is not there
            self.stream.write(text)

    def flush(self) -> None:
        """Does nothing more."""
        self.stream.flush()

    def isatty(self) -> bool:
        """No: a second bar, inside the first one, leaves it alone."""
        return False
