"""The signals that end a run: told once, and as before afterwards."""

from __future__ import annotations

import signal
import threading

import pytest

from aiperf.benchmark.ending_signals import ending_signals, told_of_signals


@pytest.fixture
def usual():
    """Give what a SIGTERM does outside the block: its number is put down here."""
    seen = []
    before = signal.signal(signal.SIGTERM, lambda number, _: seen.append(number))
    yield seen
    signal.signal(signal.SIGTERM, before)


def test_a_signal_is_told_once(usual):
    """The same again acts as usual, and so does any after the block."""
    told = []
    with told_of_signals(told.append):
        signal.raise_signal(signal.SIGTERM)
        assert (told, usual) == ([signal.SIGTERM], [])
        signal.raise_signal(signal.SIGTERM)
        assert (told, usual) == ([signal.SIGTERM], [signal.SIGTERM])
    with told_of_signals(told.append):
        pass
    signal.raise_signal(signal.SIGTERM)
    assert (len(told), len(usual)) == (1, 2)


def test_another_thread_has_no_signals():
    """Nothing is changed there."""
    handlers = []

    def run():
        with told_of_signals(handlers.append):
            handlers.append(signal.getsignal(signal.SIGTERM))

    before = signal.getsignal(signal.SIGTERM)
    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert handlers == [before]


def test_a_run_may_outlive_its_terminal():
    """With nohup, which has SIGHUP ignored."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        assert signal.SIGHUP not in ending_signals()
    finally:
        signal.signal(signal.SIGHUP, before)
    assert {signal.SIGINT, signal.SIGTERM} <= set(ending_signals())
