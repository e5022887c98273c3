"""Measurements in a process of their own, for what holds for a whole process."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any

Measure = Callable[[], float]


@contextmanager
def aside(make: Callable[..., Measure], *arguments: Any) -> Iterator[Measure]:
    """A measurement that another process makes, each time this one asks for it.

    Args:
        make: Gives the measurement; a function of a module, as the other process imports it.
        arguments: Of ``make``; they must pickle.
    """
    spawn = multiprocessing.get_context("spawn")
    here, there = spawn.Pipe()
    process = spawn.Process(target=_serve, args=(there, make, arguments), daemon=True)
    process.start()
    there.close()

    def measure() -> float:
        here.send(None)
        return float(here.recv())

    try:
        yield measure
    finally:
        here.close()
        process.join()


def _serve(connection: Connection, make: Callable[..., Measure], arguments: tuple) -> None:
    measure = make(*arguments)
    while True:
        try:
            connection.recv()
        except EOFError:
            return
        connection.send(measure())
