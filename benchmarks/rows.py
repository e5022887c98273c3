"""What a benchmark finds: two ways of doing one thing, measured in turn."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Bench:
    """What every benchmark is given.

    Attributes:
        work: A folder of its own for everything it writes.
        quick: Whether to prove only that it runs; the figures then mean nothing.
        data: A data set to take the pictures from; None: the built-in street.
    """

    work: Path
    quick: bool = False
    data: str | None = None

    def size(self, full: int, quick: int) -> int:
        """How many of something to take."""
        return quick if self.quick else full


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes:
        what: What is measured, in words.
        against: The alternative.
        unit: Of both: ``images/s``, ``s``, ``MB``.
        ours: What each repeat found.
        theirs: The same of the alternative, measured beside it; empty where there is none.
        wanted: The ratio to reach; None where nothing is asked for.
        at_most: Whether that ratio is an upper limit, as of times and memory.
        note: What else must be known.
        means_something: Whether enough was measured to say that it falls short.
    """

    what: str
    against: str
    unit: str
    ours: list[float]
    theirs: list[float]
    wanted: float | None = None
    at_most: bool = False
    note: str = ""
    means_something: bool = True

    @property
    def ratio(self) -> float:
        """Median over the repeats of ours divided by theirs."""
        return statistics.median(a / b for a, b in zip(self.ours, self.theirs, strict=True))

    @property
    def falls_short(self) -> bool:
        """Whether the ratio is not what is asked for."""
        if self.wanted is None or not self.means_something:
            return False
        return self.ratio > self.wanted if self.at_most else self.ratio < self.wanted


def in_turn(
    ours: Callable[[], float], theirs: Callable[[], float], repeats: int
) -> tuple[list[float], list[float]]:
    """Measures both as often, pair by pair, each of them first in every other pair.

    Each runs once before, uncounted. What disturbs the machine for longer than a pair then meets
    both alike.
    """
    ours()
    theirs()
    found: tuple[list[float], list[float]] = ([], [])
    for repeat in range(repeats):
        both = ((ours, found[0]), (theirs, found[1]))
        for measure, into in both if repeat % 2 == 0 else both[::-1]:
            into.append(measure())
    return found


def per_second(work: Callable[[], int], seconds: float = 0) -> Callable[[], float]:
    """A measurement of a speed.

    Args:
        work: Does some units of work and says how many.
        seconds: Goes on until so many are over.

    Returns:
        A function that gives units a second.
    """

    def measure() -> float:
        start, done = time.perf_counter(), 0
        while True:
            done += work()
            taken = time.perf_counter() - start
            if taken >= seconds:
                return done / taken

    return measure


def seconds_of(work: Callable[[], object]) -> Callable[[], float]:
    """A measurement of the time that something takes."""

    def measure() -> float:
        start = time.perf_counter()
        work()
        return time.perf_counter() - start

    return measure


Rows = Iterator[Row]
