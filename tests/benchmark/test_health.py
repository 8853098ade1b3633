"""Whether the client itself was the bottleneck: told where there is evidence, and only there."""

from __future__ import annotations

import asyncio
import time
from array import array
from dataclasses import replace

import pytest
import uvloop

from aiperf.benchmark.health import ClientHealth
from aiperf.common.loop_watch import LoopReading
from aiperf.common.models import Statistics

LOOPS = {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}


def latency(avg, tag="request_latency"):
    """Return the statistics of a latency in milliseconds."""
    return Statistics(tag=tag, header=tag.replace("_", " ").title(), unit="ms", avg=avg)


@pytest.fixture(params=LOOPS)
def run(request):
    """Give a function that runs a coroutine on asyncio's own loop and on uvloop's."""

    def run(main):
        with asyncio.Runner(loop_factory=LOOPS[request.param]) as runner:
            return runner.run(main)

    return run


async def ticks(health, count):
    """Wait until ``health`` has measured ``count`` times."""
    async with asyncio.timeout(20):
        while len(health._lags_ms) < count:  # noqa: ASYNC110 - it has no event to wait for
            await asyncio.sleep(0.001)


def block(seconds):
    """Keep the loop, but not the processor, from doing anything."""
    time.sleep(seconds)


def burn(seconds):
    """Use so much time of the processor."""
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass


def test_an_idle_client_is_not_suspected(run):
    """There are measurements, and no warning beside latencies of the usual size."""

    async def main():
        health = ClientHealth()
        health.start()
        await ticks(health, 3)
        health.stop()
        return health

    health = run(main())
    summary = health.summary()
    assert summary["loop_lag_ms"]["count"] >= 3
    lags = summary["loop_lag_ms"]
    assert 0 <= lags["p50"] <= lags["p99"] <= lags["max"]
    assert 0 < summary["cpu_share"] < 0.8
    assert health.warnings([latency(1e6)]) == ()


def test_a_blocked_loop_is_told_with_the_evidence(run):
    """The sentence has the lag and the latency that it may have distorted."""

    async def main():
        health = ClientHealth()
        health.start()
        await ticks(health, 1)
        block(0.2)
        await ticks(health, 2)
        health.stop()
        return health

    health = run(main())
    lag = health.summary()["loop_lag_ms"]
    assert lag["max"] > 100
    (warning,) = health.warnings([latency(300.0), latency(80.0, "time_to_first_token")])
    assert "late by more than 4.0 ms for" in warning
    assert f"(at most {lag['max']:.1f} ms at a time)" in warning
    assert "beside a mean Time To First Token of 80.0 ms" in warning


def test_the_same_lag_is_nothing_beside_long_latencies(run):
    """Five per cent of the shortest latency are tolerated."""

    async def main():
        health = ClientHealth()
        health.start()
        await ticks(health, 1)
        block(0.06)
        await ticks(health, 2)
        health.stop()
        return health

    health = run(main())
    lag = health.summary()["loop_lag_ms"]["max"]
    assert lag > 2
    assert health.warnings([latency(lag * 21)]) == ()
    assert len(health.warnings([latency(lag * 19)])) == 1
    assert health.warnings([]) == ()
    assert health.warnings([latency(0.0)]) == ()


def test_the_share_of_a_core_is_what_the_process_used(run):
    """Its processor time over the time that went by."""

    async def main():
        health = ClientHealth()
        wall, cpu = time.perf_counter(), time.process_time()
        health.start()
        burn(0.2)
        health.stop()
        return health, (time.process_time() - cpu) / (time.perf_counter() - wall)

    health, share = run(main())
    assert health.summary()["cpu_share"] == pytest.approx(share, rel=0.2)


@pytest.mark.parametrize(("milliseconds", "count"), [(49, 0), (50, 1)])
def test_a_run_of_a_moment_has_no_share_of_a_core_to_speak_of(milliseconds, count):
    """One request of a fast server is measured in less: that says nothing of a load."""
    health = ClientHealth()
    ns = milliseconds * 1_000_000
    health.elsewhere = (LoopReading(array("d"), wall_ns=ns, cpu_ns=ns),)
    assert len(health.warnings([latency(1000.0)])) == count


@pytest.mark.parametrize(("stalls", "count"), [(1, 0), (3, 1)])
def test_a_stall_counts_by_its_share_of_the_run(stalls, count):
    """One in a hundred requests may meet it: then percentile 99 is as people expect it."""
    health = ClientHealth()
    health._wall_ns = 10_000_000_000
    health._lags_ms.extend([0.1] * 900 + [50.0] * stalls)
    assert len(health.warnings([latency(100.0)])) == count


@pytest.mark.parametrize(("lag", "count"), [(4.9, 0), (5.1, 1)])
def test_late_starts_are_told(lag, count):
    """Beside five per cent of the shortest latency."""
    late = replace(latency(1.0, "schedule_lag"), percentiles={99: lag})
    warnings = ClientHealth().warnings([latency(100.0), late])
    assert len(warnings) == count
    for warning in warnings:
        assert f"Requests started late: {lag} ms after" in warning


@pytest.mark.parametrize(("share", "count"), [(0.79, 0), (0.8, 1), (1.7, 1)])
def test_a_busy_client_is_told(share, count):
    """Whatever the latencies are; how busy it can get depends on who else is busy."""
    health = ClientHealth()
    health._wall_ns, health._cpu_ns = 1_000_000_000, round(share * 1_000_000_000)
    warnings = health.warnings([])
    assert len(warnings) == count
    for warning in warnings:
        assert f"The client used {share:.0%} of a core" in warning


def test_what_happens_before_the_first_request_does_not_count(run):
    """Nothing was measured then that it could have moved."""
    begun = []

    async def main():
        health = ClientHealth(has_begun=lambda: bool(begun))
        health.start()
        await asyncio.sleep(0)
        block(0.6)
        begun.append(True)
        await ticks(health, 2)
        health.stop()
        return health

    health = run(main())
    assert health.summary()["loop_lag_ms"]["max"] < 500


def test_without_a_run_there_is_no_evidence(run):
    """A run that ends before its first request, or before the first measurement."""

    async def main():
        health = ClientHealth(has_begun=lambda: False)
        health.start()
        await asyncio.sleep(0)
        health.stop()
        health.stop()
        return health

    health = run(main())
    assert health.summary() == {"cpu_share": 0.0, "loop_lag_ms": None}
    assert health.warnings([latency(0.001)]) == ()
