"""A limit that grows evenly, and never sooner than it should."""

from __future__ import annotations

import asyncio
import time

import pytest

from aiperf.common.concurrency_ramp import ConcurrencyRamp


def test_it_grows_from_one_to_the_target_step_by_step():
    """The steps are even in time; none comes early."""

    async def main():
        seen = []
        done = asyncio.Event()

        def grown(steps):
            seen.append((time.perf_counter_ns() - begin, steps, ramp.limit))
            if ramp.limit == 6:
                done.set()

        ramp = ConcurrencyRamp(6, 0.1, grown)
        assert ramp.limit == 1
        begin = time.perf_counter_ns()
        ramp.start()
        await asyncio.wait_for(done.wait(), 20)
        return seen

    seen = asyncio.run(main())
    assert sum(steps for _, steps, _ in seen) == 5
    for passed, _, limit in seen:
        assert passed >= (limit - 1) * 20_000_000


def test_steps_that_are_shorter_than_a_timer_come_together():
    """The ramp is as long as asked for all the same."""

    async def main():
        calls = []
        ramp = ConcurrencyRamp(10_001, 0.05, calls.append)
        begin = time.perf_counter_ns()
        ramp.start()
        while ramp.limit < 10_001:  # noqa: ASYNC110 - nothing says when
            await asyncio.sleep(0.001)
        return time.perf_counter_ns() - begin, calls

    took, calls = asyncio.run(main())
    assert took >= 50_000_000
    assert sum(calls) == 10_000
    assert len(calls) < sum(calls) / 2


@pytest.mark.parametrize(("target", "duration"), [(5, None), (5, 0.0), (1, 3.0)])
def test_without_a_duration_the_limit_is_there_at_once(target, duration):
    async def main():
        ramp = ConcurrencyRamp(target, duration, pytest.fail)
        ramp.start()
        ramp.stop()
        return ramp.limit

    assert asyncio.run(main()) == target


def test_a_ramp_that_is_stopped_stays_where_it_is():
    async def main():
        ramp = ConcurrencyRamp(100, 0.1, lambda _: None)
        ramp.start()
        ramp.stop()
        await asyncio.sleep(0.02)
        return ramp.limit

    assert asyncio.run(main()) == 1
