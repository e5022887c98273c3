"""Signals that ask to stop: who hears them, and for how long."""

import signal

import pytest

from jetcar.signals import caught


def test_signals_go_to_a_handler_during_the_block_and_where_they_went_before_after_it():
    before, heard = signal.getsignal(signal.SIGTERM), []

    def block():
        with caught(lambda signum, frame: heard.append(signum)):
            signal.raise_signal(signal.SIGTERM)
            signal.raise_signal(signal.SIGINT)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        block()
    assert heard == [signal.SIGTERM, signal.SIGINT]
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_signal_that_was_switched_off_stays_so():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with caught(lambda signum, frame: pytest.fail("it was switched off")):
            signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)
