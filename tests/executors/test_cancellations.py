"""Requests that are cancelled on purpose: which, when, and that nothing else suffers."""

from __future__ import annotations

import asyncio
import time

import pytest

from aiperf.common.errors import ConfigError

MS = 1_000_000


async def patient(_request, record):
    """Be sent at once, and answer after a while."""
    record.start_ns = record.sent_ns = time.perf_counter_ns()
    await asyncio.sleep(0.01)


async def endless(_request, record):
    """Be sent at once, and never answer."""
    record.start_ns = record.sent_ns = time.perf_counter_ns()
    await asyncio.Event().wait()


def cancelled_of(rig, run, seed, percentage=30.0):
    it = rig(
        patient,
        concurrency=10,
        request_count=200,
        request_cancellation_rate=percentage,
        random_seed=seed,
    )
    run(it.executor.run())
    assert it.sink.announced == len(it.sink.records) == 200
    places = {name: place for place, (_, name, _) in enumerate(it.transport.sent)}
    return it, {
        places[what["x_request_id"]] for _, what in it.sink.records if what["was_cancelled"]
    }


def test_the_seed_says_which(rig, run):
    """In the order of their starts; about as many of 100 as asked for."""
    it, first = cancelled_of(rig, run, seed=1)
    _, again = cancelled_of(rig, run, seed=1)
    _, other = cancelled_of(rig, run, seed=2)
    assert first == again != other
    assert 40 <= len(first) <= 80
    for raw, what in it.sink.records:
        assert (raw.error is not None) == what["was_cancelled"]
        assert raw.error is None or raw.error.type == "RequestCancellationError"


def test_all_or_none(rig, run):
    assert len(cancelled_of(rig, run, seed=1, percentage=100.0)[1]) == 200
    assert cancelled_of(rig, run, seed=1, percentage=0.0)[1] == set()


def test_the_delay_counts_from_when_it_was_sent(rig, run):
    """However long that took; the record says why."""

    async def script(_request, record):
        record.start_ns = time.perf_counter_ns()
        await asyncio.sleep(0.02)
        record.sent_ns = time.perf_counter_ns()
        await asyncio.Event().wait()

    it = rig(
        script,
        concurrency=4,
        request_count=8,
        request_cancellation_rate=100.0,
        request_cancellation_delay=0.03,
    )
    run(it.executor.run())
    assert it.column("was_cancelled") == [True] * 8
    for raw, _ in it.sink.records:
        assert raw.end_ns - raw.sent_ns >= 30 * MS
        assert "--request-cancellation-rate chose it, 0.03 s after it was sent" in raw.error.message


def test_one_that_is_quicker_is_not_cancelled(rig, run):
    """It had ended before its time came."""
    it = rig(
        patient, request_count=5, request_cancellation_rate=100.0, request_cancellation_delay=60.0
    )
    run(it.executor.run())
    assert it.column("was_cancelled") == [False] * 5


def test_warm_up_is_left_alone(rig, run):
    it = rig(patient, warmup_request_count=3, request_count=3, request_cancellation_rate=100.0)
    run(it.executor.run())
    assert it.column("was_cancelled") == [False] * 3 + [True] * 3


def test_a_cancelled_turn_ends_its_session(rig, run, conversations_of):
    it = rig(patient, conversations_of(3), request_count=4, request_cancellation_rate=100.0)
    run(it.executor.run())
    assert it.column("turn_index") == [0] * 4


def test_a_run_that_is_stopped_is_stopped(rig, run, until):
    """Also while requests are about to be cancelled for another reason."""

    async def main():
        task = asyncio.ensure_future(it.executor.run())
        await until(lambda: it.transport.under_way == 3)
        it.executor.stop()
        await task

    it = rig(
        endless,
        concurrency=3,
        request_count=100,
        request_cancellation_rate=100.0,
        request_cancellation_delay=60.0,
    )
    run(main())
    assert it.column("was_cancelled") == [True] * 3
    assert {each.message for each in it.errors} == {
        "the request was cancelled: the run was stopped before it had ended"
    }


def test_a_transport_that_keeps_a_cancellation_to_itself(rig, run):
    """Against its contract: the run goes on all the same."""

    async def script(request, record):
        try:
            await endless(request, record)
        except asyncio.CancelledError:
            return

    it = rig(script, request_count=3, request_cancellation_rate=100.0)
    run(it.executor.run())
    assert it.column("was_cancelled") == [False] * 3


@pytest.mark.parametrize("percentage", [-1.0, 100.5])
def test_a_percentage_is_one(rig, percentage):
    with pytest.raises(ConfigError, match="--request-cancellation-rate") as caught:
        rig(request_count=3, request_cancellation_rate=percentage)
    assert caught.value.option == "--request-cancellation-rate"
