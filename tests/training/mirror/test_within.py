"""Questions to something that may never answer."""

import threading

import pytest

from jetcar.training.mirror.within import within


def test_an_answer_is_handed_on():
    assert within(10, lambda: 7) == 7


def test_an_error_is_handed_on():
    with pytest.raises(OSError, match="gone"):
        within(10, lambda: (_ for _ in ()).throw(OSError("gone")))


def test_no_answer_is_a_timeout():
    never = threading.Event()
    with pytest.raises(TimeoutError):
        within(0.05, never.wait)
    never.set()
