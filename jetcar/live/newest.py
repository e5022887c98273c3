"""Hands the newest value from a thread to whoever asks in an event loop; no queue, none grows."""

from __future__ import annotations

import asyncio
import threading
from typing import Generic, TypeVar

T = TypeVar("T")


class Newest(Generic[T]):
    """A value that newer ones replace, whether anybody has seen it or not."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._value: T | None = None
        self._waiting: set[asyncio.Future[None]] = set()
        self.number = 0
        """Of the value, from 1; 0 before the first."""

    def put(self, value: T) -> None:
        """Replaces the value; from any thread."""
        with self._lock:
            self._value = value
            self.number += 1
            waiting, self._waiting = self._waiting, set()
        for one in waiting:
            one.get_loop().call_soon_threadsafe(_wake, one)

    async def other_than(self, number: int, seconds: float) -> tuple[int, T] | None:
        """The newest value and its number.

        Args:
            number: The one that is known already.
            seconds: How long to wait for another.

        Returns:
            None when there was no other.
        """
        end = asyncio.get_running_loop().time() + seconds
        while (found := self._other_than(number)) is None:
            mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            with self._lock:
                self._waiting.add(mine)
            try:
                if self._other_than(number) is None:  # it may have come in between
                    await asyncio.wait_for(mine, end - asyncio.get_running_loop().time())
            except asyncio.TimeoutError:
                return None
            finally:
                with self._lock:
                    self._waiting.discard(mine)
        return found

    def _other_than(self, number: int) -> tuple[int, T] | None:
        with self._lock:
            if self._value is None or self.number == number:
                return None
            return self.number, self._value


def _wake(waiting: asyncio.Future[None]) -> None:
    if not waiting.done():
        waiting.set_result(None)
