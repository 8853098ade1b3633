"""Conversations of several turns: in a closed loop, at a rate, and on the times of a trace."""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections import defaultdict
from dataclasses import replace

import orjson
import pytest

from aiperf.arrivals.constant import ConstantArrival
from aiperf.arrivals.fixed_schedule import FixedScheduleArrival
from aiperf.arrivals.user_centric import UserCentricArrival
from aiperf.common.config import LoadConfig
from aiperf.common.models import Conversation, ErrorDetails, Turn

MS = 1_000_000


async def quick(_request, record):
    """Answer at once, and note real times."""
    record.start_ns = time.perf_counter_ns()
    await asyncio.sleep(0)
    record.end_ns = time.perf_counter_ns()


async def slow(_request, record):
    """Answer after 20 ms."""
    record.start_ns = time.perf_counter_ns()
    await asyncio.sleep(0.02)
    record.end_ns = time.perf_counter_ns()


def at_rate(rate, **load):
    config = LoadConfig(request_rate=rate, **load)
    return ConstantArrival(config=config, rng=random.Random(1))  # noqa: S311 - a load pattern


def on_trace(conversations):
    starts = tuple(each.turns[0].timestamp_ms for each in conversations)
    return FixedScheduleArrival(config=LoadConfig(timestamps_ms=starts), rng=random.Random(1))  # noqa: S311 - as above


def thinking(conversations, delay_ms):
    return [
        Conversation(
            each.conversation_id,
            (each.turns[0], *(replace(turn, delay_ms=delay_ms) for turn in each.turns[1:])),
        )
        for each in conversations
    ]


def by_session(it):
    """Return the records of each session, in the order of their turns."""
    found = defaultdict(list)
    for raw, what in it.sink.records:
        found[what["session_num"]].append((raw, what))
    return {
        number: sorted(each, key=lambda pair: pair[1]["turn_index"])
        for number, each in found.items()
    }


def test_in_a_closed_loop_a_session_keeps_its_place_while_it_thinks(rig, run, conversations_of):
    """The concurrency counts sessions, as users are counted; nobody starts meanwhile."""
    it = rig(quick, thinking(conversations_of(3, 3), 15.0), concurrency=1, request_count=6)
    run(it.executor.run())
    assert it.column("session_num") == [0, 0, 0, 1, 1, 1]
    assert it.column("scheduled_ns") == [None] * 6
    for turns in by_session(it).values():
        for (before, _), (after, _) in itertools.pairwise(turns):
            assert after.start_ns - before.end_ns >= 15 * MS


def test_at_a_rate_a_turn_that_is_ready_comes_before_a_new_session(rig, run, conversations_of):
    """Each turn takes a time of the schedule, so that the rate is that of the requests."""
    it = rig(quick, conversations_of(3), arrival=at_rate(200.0), request_count=12)
    run(it.executor.run())
    scheduled = sorted(it.column("scheduled_ns"))
    assert [each - scheduled[0] for each in scheduled] == [n * 5 * MS for n in range(12)]
    assert max(it.column("turn_index")) == 2
    begins = [what["scheduled_ns"] for _, what in it.sink.records if what["turn_index"] == 0]
    for turns in by_session(it).values():
        for (before, _), (_, what) in itertools.pairwise(turns):
            passed = [each for each in begins if before.end_ns <= each < what["scheduled_ns"]]
            assert not passed, "a session began although this turn was ready"
    assert all(raw.start_ns >= what["scheduled_ns"] for raw, what in it.sink.records)


def test_at_a_rate_thinking_holds_nobody_up(rig, run, conversations_of):
    """Sessions start meanwhile; a turn comes at the first time of the schedule that suits it."""
    it = rig(quick, thinking(conversations_of(2), 10.0), arrival=at_rate(500.0), request_count=30)
    run(it.executor.run())
    assert it.column("turn_index")[:5] == [0] * 5
    scheduled = sorted(it.column("scheduled_ns"))
    assert {later - earlier for earlier, later in itertools.pairwise(scheduled)} == {2 * MS}
    sessions = [each for each in by_session(it).values() if len(each) == 2]
    assert sessions
    for (before, _), (after, what) in sessions:
        assert after.start_ns >= what["scheduled_ns"] >= before.end_ns + 10 * MS


def test_what_thinks_at_the_end_is_not_waited_for(rig, run, conversations_of):
    """Neither when there were enough requests nor when the time is over."""
    for load in ({"request_count": 3}, {"benchmark_duration": 0.05}):
        for arrival in (None, at_rate(100.0)):
            hours = thinking(conversations_of(2), 1e7)
            it = rig(quick, hours, arrival=arrival, concurrency=3, **load)
            run(it.executor.run())
            assert set(it.column("turn_index")) == {0}


@pytest.mark.parametrize("rate", [None, 1000.0])
def test_a_run_may_end_after_so_many_sessions(rig, run, conversations_of, rate):
    """All of their turns are sent, and nothing else."""
    arrival = None if rate is None else at_rate(rate)
    it = rig(
        quick,
        thinking(conversations_of(3, 1), 3.0),
        arrival=arrival,
        concurrency=2,
        session_count=5,
    )
    run(it.executor.run())
    assert {number: len(each) for number, each in by_session(it).items()} == {
        0: 3, 1: 1, 2: 3, 3: 1, 4: 3,
    }  # fmt: skip


def test_sessions_end_a_run_whose_turns_fail(rig, run, conversations_of):
    """A failed turn ends its session, also the last one's."""

    async def script(_request, record):
        await quick(_request, record)
        record.error = ErrorDetails("ConnectError", "gone")

    for arrival in (None, at_rate(1000.0)):
        it = rig(script, conversations_of(3), arrival=arrival, session_count=4)
        run(it.executor.run())
        assert it.column("turn_index") == [0] * 4


@pytest.mark.parametrize("rate", [None, 500.0])
def test_the_transport_is_told_of_each_session_that_is_over(rig, run, conversations_of, rate):
    """Once, also of those that still thought when the phase ended."""
    it = rig(
        quick,
        [*conversations_of(1), *thinking(conversations_of(2, 2), 60_000.0)],
        arrival=rate and at_rate(rate),
        concurrency=3,
        benchmark_duration=0.05,
    )
    run(it.executor.run())
    assert sorted(it.transport.ended) == sorted({each[2] for each in it.transport.sent})
    assert len(it.transport.ended) >= 3


def test_a_limit_of_an_open_loop_makes_requests_late_and_not_fewer(rig, run):
    """The schedule goes on; what the limit holds back starts with the time it should have had."""
    it = rig(slow, arrival=at_rate(500.0), concurrency_limit=2, request_count=12)
    run(it.executor.run())
    assert it.transport.most == 2
    records = sorted(it.sink.records, key=lambda pair: pair[1]["scheduled_ns"])
    scheduled = [what["scheduled_ns"] for _, what in records]
    assert [each - scheduled[0] for each in scheduled] == [n * 2 * MS for n in range(12)]
    lags = [raw.start_ns - what["scheduled_ns"] for raw, what in records]
    assert lags[-1] > 10 * MS > lags[0]


def test_a_limit_of_an_open_loop_may_grow(rig, run):
    """From one session to all of them."""

    async def script(_request, record):
        await slow(_request, record)
        seen.append(it.transport.under_way)

    seen = []
    it = rig(
        script,
        arrival=at_rate(1000.0),
        concurrency_limit=3,
        concurrency_ramp_duration=0.2,
        request_count=30,
    )
    run(it.executor.run())
    assert seen[0] == 1
    assert it.transport.most == 3


def users(rate, count, **load):
    config = LoadConfig(user_centric_rate=rate, num_users=count, **load)
    return UserCentricArrival(config=config, rng=random.Random(1))  # noqa: S311 - as above


def test_users_have_turns_at_their_own_pace(rig, run, conversations_of):
    """A turn that is late for want of an answer moves those after it, and nobody else's."""

    async def script(request, record):
        record.start_ns = time.perf_counter_ns()
        texts = orjson.loads(request)["texts"]
        await asyncio.sleep(0.1 if texts == ["0.0"] else 0)
        record.end_ns = time.perf_counter_ns()

    arrival = users(100.0, 4, mean_turns=4.0)
    it = rig(script, conversations_of(3, 4, 5), arrival=arrival, session_count=7)
    run(it.executor.run())
    sessions = by_session(it)
    begin = arrival.begin_ns
    assert [len(sessions[number]) for number in range(7)] == [3, 3, 2, 1, 4, 5, 3]
    firsts = [sessions[number][0][1]["scheduled_ns"] - begin for number in range(7)]
    assert firsts == [each * 10 * MS for each in (0, 1, 2, 3, 7, 10, 12)]
    for turns in sessions.values():
        for (before, then), (after, now) in itertools.pairwise(turns):
            assert now["scheduled_ns"] == max(then["scheduled_ns"] + 40 * MS, before.end_ns)
            assert after.start_ns >= now["scheduled_ns"]
    late = sessions[0][1][1]["scheduled_ns"] - begin
    assert late > 80 * MS


def trace(*conversations):
    return [
        Conversation(
            f"c{number}",
            tuple(
                Turn((f"{number}.{index}",), timestamp_ms=at, delay_ms=delay)
                for index, (at, delay) in enumerate(turns)
            ),
        )
        for number, turns in enumerate(conversations)
    ]


def test_a_trace_is_replayed_once_at_its_times(rig, run):
    """A later turn has a time of its own, or a think time; none before its answer has come."""
    conversations = trace(
        [(5.0, None), (80.0, None)],
        [(10.0, None), (11.0, None), (None, 25.0), (None, None)],
        [(10.0, None)],
    )
    it = rig(slow, conversations, arrival=on_trace(conversations), benchmark_duration=60.0)
    run(it.executor.run())
    assert len(it.sink.records) == 7
    sessions = by_session(it)
    zero = sessions[0][0][1]["scheduled_ns"] - 5 * MS
    scheduled = {
        number: [what["scheduled_ns"] for _, what in each] for number, each in sessions.items()
    }
    assert scheduled[0] == [zero + 5 * MS, zero + 80 * MS]
    assert scheduled[2] == [zero + 10 * MS]
    ends = [raw.end_ns for raw, _ in sessions[1]]
    assert scheduled[1] == [zero + 10 * MS, ends[0], ends[1] + 25 * MS, ends[2]]
    assert all(raw.start_ns >= what["scheduled_ns"] for raw, what in it.sink.records)


def test_a_trace_is_not_used_up_by_the_warm_up(rig, run):
    """That goes round and round in the same conversations."""
    conversations = trace([(0.0, None)], [(1.0, None)])
    it = rig(
        quick,
        conversations,
        arrival=on_trace(conversations),
        warmup_request_count=5,
        request_count=2,
    )
    run(it.executor.run())
    names = [each.conversation_id for each in it.column("conversation")]
    assert names == ["c0", "c1", "c0", "c1", "c0", "c0", "c1"]
    assert it.column("phase") == ["warmup"] * 5 + ["profiling"] * 2


def test_a_warm_up_on_the_times_of_a_trace_ends_with_them(rig, run):
    """However much more was asked for."""
    conversations = trace([(0.0, None)], [(1.0, None)])
    it = rig(
        quick,
        conversations,
        arrival=on_trace(conversations),
        warmup_arrival=on_trace(conversations),
        warmup_request_count=5,
        request_count=2,
    )
    run(it.executor.run())
    assert it.column("phase") == ["warmup"] * 2 + ["profiling"] * 2


def test_a_rate_ends_where_no_conversation_is_left(rig, run):
    """Also where the warm-up has held all of them."""
    it = rig(
        quick,
        arrival=at_rate(1000.0),
        order=lambda: iter(range(3)),
        warmup_request_count=9,
        request_count=9,
    )
    run(it.executor.run())
    assert it.column("phase") == ["warmup"] * 3


def test_a_limit_holds_back_a_trace(rig, run):
    """As it does a rate."""
    conversations = trace(*([(float(n), None)] for n in range(8)))
    it = rig(
        slow,
        conversations,
        arrival=on_trace(conversations),
        concurrency_limit=1,
        request_count=8,
    )
    run(it.executor.run())
    assert it.transport.most == 1
    scheduled = it.column("scheduled_ns")
    assert [each - scheduled[0] for each in scheduled] == [n * MS for n in range(8)]
