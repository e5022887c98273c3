"""Asks something that may never answer, such as a folder whose network is gone."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

ANSWER_SECONDS = 15.0
"""A folder gets at least this long to answer; a sleeping disk takes a while to spin up."""

T = TypeVar("T")


def with_timeout(seconds: float, ask: Callable[[], T]) -> T:
    """What ``ask`` returns, if it does so in time.

    A question without an answer goes on in a thread that does not keep the program alive.

    Raises:
        TimeoutError: there was no answer in time.
        BaseException: what ``ask`` raised.
    """
    answers: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            answers.append(ask())
        except BaseException as error:  # handed on below
            errors.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if errors:
        raise errors[0]
    if not answers:
        raise TimeoutError(f"no answer in {seconds:.0f} s")
    return answers[0]
