"""The newest value is handed from a thread to event loops; older ones are forgotten."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

from jetcar.live.newest import Newest


def run(work):
    """Runs a coroutine in a thread: playwright has a loop of its own in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def test_who_asks_late_gets_the_newest_and_no_other():
    newest = Newest()
    for value in "abc":
        newest.put(value)
    assert run(newest.other_than(0, 1)) == (3, "c")


def test_who_has_it_waits_for_another_and_many_wait_at_once():
    newest = Newest()
    newest.put("a")

    async def ask():
        waiting = [asyncio.ensure_future(newest.other_than(1, 30)) for _ in range(3)]
        await asyncio.sleep(0)
        threading.Thread(target=newest.put, args=("b",)).start()
        return await asyncio.gather(*waiting)

    assert run(ask()) == [(2, "b")] * 3


def test_where_nothing_new_comes_the_wait_ends_and_leaves_nothing_behind():
    newest = Newest()
    assert run(newest.other_than(0, 0.01)) is None
    newest.put("a")
    assert run(newest.other_than(1, 0.01)) is None
    assert newest._waiting == set()


def test_a_number_of_an_earlier_program_is_another_one():
    newest = Newest()
    newest.put("a")
    assert run(newest.other_than(500, 1)) == (1, "a")
