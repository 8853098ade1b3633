"""The open loop: the schedule goes on, whoever waits and however late it has become."""

from __future__ import annotations

import asyncio
import itertools
import random
import time

import pytest
import uvloop

from aiperf.arrivals.fixed_schedule import FixedScheduleArrival
from aiperf.arrivals.scheduled import ScheduledArrival
from aiperf.common.config import LoadConfig

MS = 1_000_000
LOOPS = {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}


@pytest.fixture(params=LOOPS)
def run(request):
    """Give a function that runs a coroutine, on asyncio's own event loop and on uvloop's."""

    def run(main):
        with asyncio.Runner(loop_factory=LOOPS[request.param]) as runner:
            return runner.run(asyncio.wait_for(main, 30))

    return run


def every(period_ns):
    return ScheduledArrival(itertools.count(0, period_ns))


def test_nobody_starts_before_the_time(run):
    """Each gets one time, in order, and not before it has come."""

    async def main():
        arrival = every(700_000)

        async def start():
            return await arrival.acquire(), time.perf_counter_ns()

        return await asyncio.gather(*(start() for _ in range(40)))

    starts = run(main())
    first = starts[0][0]
    assert [scheduled for scheduled, _ in starts] == [first + n * 700_000 for n in range(40)]
    assert all(started >= scheduled for scheduled, started in starts)


def test_what_is_overdue_starts_at_once(run):
    """After a stall, with the times at which it should have been; the schedule does not move."""

    async def main():
        arrival = every(2 * MS)
        times = [await arrival.acquire()]
        time.sleep(0.05)  # noqa: ASYNC251 - the stall
        now = time.perf_counter_ns()
        while times[-1] + 2 * MS <= now:
            taking = arrival.acquire()
            with pytest.raises(StopIteration) as got:  # without waiting
                taking.send(None)
            times.append(got.value.value)
        return [*times, await arrival.acquire()]

    times = run(main())
    assert len(times) > 25
    assert {later - earlier for earlier, later in itertools.pairwise(times)} == {2 * MS}


def test_the_schedule_begins_with_the_first_call(run):
    """However long ago the arrival was made."""

    async def main():
        arrival = every(MS)
        await asyncio.sleep(0.05)
        before = time.perf_counter_ns()
        return before, await arrival.acquire(), time.perf_counter_ns()

    before, scheduled, after = run(main())
    assert before <= scheduled <= after


def test_a_schedule_that_is_over_lets_nobody_start(run):
    """Whoever waits is told, and whoever comes after that."""

    async def main():
        config = LoadConfig(timestamps_ms=(0, 1, 1, 5.5))
        arrival = FixedScheduleArrival(config=config, rng=random.Random(1))  # noqa: S311 - no secret
        tasks = [asyncio.ensure_future(arrival.acquire()) for _ in range(6)]
        found = await asyncio.gather(*tasks, return_exceptions=True)
        with pytest.raises(StopAsyncIteration):
            await arrival.acquire()
        return found

    *times, fifth, sixth = run(main())
    assert [each - times[0] for each in times] == [0, MS, MS, 5_500_000]
    assert type(fifth) is type(sixth) is StopAsyncIteration


def test_who_is_cancelled_when_the_schedule_ends_leaves_nothing_behind(run):
    """No error that nobody has asked for."""

    async def main():
        config = LoadConfig(timestamps_ms=(0, 20))
        arrival = FixedScheduleArrival(config=config, rng=random.Random(1))  # noqa: S311 - no secret
        await arrival.acquire()
        waiting = [asyncio.ensure_future(arrival.acquire()) for _ in range(3)]
        await asyncio.wait(waiting[:1])
        for each in waiting[1:]:
            each.cancel()
        return await asyncio.gather(*waiting[1:], return_exceptions=True)

    assert {type(each) for each in run(main())} <= {asyncio.CancelledError, StopAsyncIteration}


def test_the_time_of_one_who_was_cancelled_is_anothers(run):
    """Also in the very moment in which it has come: no time of the schedule is lost."""

    async def main():
        arrival = every(MS)
        first = await arrival.acquire()
        waiting = [asyncio.ensure_future(arrival.acquire()) for _ in range(2)]
        await asyncio.sleep(0)
        time.sleep(0.002)  # noqa: ASYNC251 - so that both times have come
        arrival._wake()
        waiting[0].cancel()
        second = await waiting[1]
        return first, second, await arrival.acquire()

    first, *others = run(main())
    assert sorted(each - first for each in others) == [MS, 2 * MS]
