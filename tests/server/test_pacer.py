from __future__ import annotations

import asyncio
import signal
import threading
from contextlib import closing
from time import perf_counter_ns

import pytest

from aiperf.server.pacer import Pacer

MS = 1_000_000


def in_main_thread(run):
    run()


def in_another_thread(run):
    errors = []

    def target():
        try:
            run()
        except BaseException as error:  # noqa: BLE001 - handed to the main thread
            errors.append(error)

    thread = threading.Thread(target=target)
    thread.start()
    thread.join()
    assert errors == []


@pytest.fixture(params=[in_main_thread, in_another_thread])
def run(request):
    """Run a coroutine function with a pacer, with the exact timer and with the loop's own."""

    def runner(main):
        async def whole():
            with closing(Pacer()) as pacer:
                await main(pacer)

        request.param(lambda: asyncio.run(whole()))

    return runner


def test_nothing_wakes_before_its_time(run):
    """Waiters wake in the order of their times, whatever the order in which they came."""
    woken = []

    async def wait(pacer, due):
        await pacer.at(due)
        woken.append((due, perf_counter_ns()))

    async def main(pacer):
        start = perf_counter_ns()
        delays = [7, 1, 3, 3, 9, 0, 5, -1]
        await asyncio.gather(*(wait(pacer, start + delay * MS) for delay in delays))

    run(main)
    assert [due for due, _ in woken] == sorted(due for due, _ in woken)
    assert all(due <= now for due, now in woken)
    assert len(woken) == 8


def test_an_earlier_time_is_not_held_up_by_a_later_one(run):
    """A waiter that comes second but is due first wakes first."""

    async def main(pacer):
        later = pacer.at(perf_counter_ns() + 3_600_000 * MS)
        await pacer.at(perf_counter_ns() + MS)
        assert not later.done()

    run(main)


def test_an_owner_may_end_its_wait(run):
    """A future that was completed from outside does no harm when its time comes."""

    async def main(pacer):
        due = perf_counter_ns() + MS
        pacer.at(due).set_result(None)
        pacer.at(due).cancel()
        await pacer.at(due)

    run(main)


def test_stopping_wakes_everything(run):
    """What waits is woken at once, and from then on nothing waits."""

    async def main(pacer):
        never = perf_counter_ns() + 3_600_000 * MS
        waiting = pacer.at(never)
        pacer.stop()
        await waiting
        await pacer.at(never)
        assert pacer.stopped

    run(main)


def test_a_closed_pacer_leaves_no_timer(run):
    """A timer that still ran would kill the process by its signal."""

    async def main(pacer):
        pacer.at(perf_counter_ns() + 3_600_000 * MS)

    run(main)
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
    assert signal.getsignal(signal.SIGALRM) is signal.SIG_DFL
