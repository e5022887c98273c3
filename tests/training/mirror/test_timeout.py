"""Questions to something that may never answer."""

import threading

import pytest

from jetcar.training.mirror.timeout import with_timeout


def test_an_answer_is_handed_on():
    assert with_timeout(10, lambda: 7) == 7


def test_an_error_is_handed_on():
    with pytest.raises(OSError, match="gone"):
        with_timeout(10, lambda: (_ for _ in ()).throw(OSError("gone")))


def test_no_answer_is_a_timeout():
    never = threading.Event()
    with pytest.raises(TimeoutError):
        with_timeout(0.05, never.wait)
    never.set()
