"""One phase: who sends what when, and what happens if a part of it fails."""

from __future__ import annotations

import asyncio
import contextlib

import orjson
import pytest

from aiperf.common.models import ErrorDetails


def test_the_turns_of_a_conversation_follow_one_another(rig, run, conversations_of):
    """A turn starts when the one before it has ended; all turns of a session share its id."""

    async def script(request, _record):
        session = orjson.loads(request)["texts"][0]
        assert session not in under_way
        under_way.add(session)
        for _ in range(3):
            await asyncio.sleep(0)
        under_way.remove(session)

    under_way = set()
    it = rig(script, conversations_of(3, 1, 2, 0), request_count=12, concurrency=2)
    run(it.executor.run())
    assert it.errors == [None] * 12
    sessions = {}
    for (_, request_id, session_id), turn in zip(
        it.transport.sent, [orjson.loads(body)["texts"] for body, _, _ in it.transport.sent],
        strict=True,
    ):  # fmt: skip
        sessions.setdefault(session_id, []).append((turn, request_id))
    assert len(sessions) >= 6
    for turns in sessions.values():
        assert [len(texts) for texts, _ in turns] == list(range(1, len(turns) + 1))
    assert len({request_id for _, request_id, _ in it.transport.sent}) == 12
    assert sorted(it.column("x_request_id")) == sorted(each[1] for each in it.transport.sent)


@pytest.mark.parametrize(
    "error", [RuntimeError("oops"), SystemExit(3), asyncio.CancelledError(), TimeoutError()]
)
def test_a_transport_that_raises_does_not_end_the_run(rig, run, error):
    """What a plugin raises, against its contract, becomes the request's error."""

    async def script(_request, _record):
        raise error

    it = rig(script, request_count=5, concurrency=2)
    run(it.executor.run())
    assert len(it.sink.records) == 5
    assert it.column("was_cancelled") == [False] * 5
    assert {each.type for each in it.errors} == {type(error).__name__}
    message = f"the transport ScriptedTransport raised {type(error).__name__}: {error}"
    assert all(each.message.startswith(message) for each in it.errors)
    assert all(raw.end_ns for raw, _ in it.sink.records)


def test_requests_that_fail_at_once_hold_up_neither_the_loop_nor_the_end(rig, run):
    """As they do where no file may be opened any more; and they need no further worker each."""

    async def script(_request, record):
        tasks.append(len(asyncio.all_tasks()))
        record.error = ErrorDetails(type="ConnectError", message="Too many open files")

    tasks = []
    it = rig(script, request_count=None, benchmark_duration=0.05, concurrency=100_000)
    run(it.executor.run())
    assert it.sink.records
    assert max(tasks) < 10


def test_a_keyboard_interrupt_ends_the_run(rig, run):
    """It is a person's wish, not a failed request; the record is handed over all the same."""

    async def script(_request, _record):
        raise KeyboardInterrupt

    it = rig(script, request_count=5)
    with pytest.raises(KeyboardInterrupt):
        run(it.executor.run())
    assert it.sink.announced == len(it.sink.records) == 1
    assert it.column("was_cancelled") == [True]


def test_a_sink_that_raises_ends_the_run(rig, run, hang):
    """Nothing could be measured any more; what else is under way is cancelled."""

    def done(raw, **what):
        it.sink.records.append((raw, what))
        if raw.error is None:
            msg = "disk full"
            raise OSError(msg)

    async def script(request, record):
        if b"2.0" not in request:
            await hang(request, record)

    it = rig(script, request_count=9, concurrency=3)
    it.sink.done = done
    with pytest.raises(OSError, match="disk full"):
        run(it.executor.run())
    assert it.sink.announced == len(it.sink.records) == 3
    assert sorted(it.column("was_cancelled")) == [False, True, True]
    assert it.transport.closed == 1


class Schedule:
    """An open loop without a sense of time: twenty requests, whatever became of those before."""

    def __init__(self):
        self.given = 0
        self.released = 0

    async def acquire(self):
        if self.given == 20:
            await asyncio.Event().wait()
        await asyncio.sleep(0)
        self.given += 1
        return self.given

    def release(self):
        self.released += 1


def test_a_schedule_never_waits_for_a_request(rig, run, hang, until):
    """However many requests hang, there is always a worker for the next one."""

    async def main():
        task = asyncio.ensure_future(it.executor.run())
        await until(lambda: it.transport.under_way == 20)
        it.executor.stop()
        await task

    schedule = Schedule()
    it = rig(hang, arrival=schedule, request_count=1000)
    run(main())
    assert sorted(it.column("scheduled_ns")) == list(range(1, 21))
    assert schedule.released == schedule.given


def test_every_slot_is_given_back(rig, run):
    """The arrival knows of every request that it has ended, whatever ended it."""

    async def script(request, _record):
        if b"1.0" in request:
            msg = "oops"
            raise RuntimeError(msg)

    schedule = Schedule()
    it = rig(script, arrival=schedule, request_count=20)
    run(it.executor.run())
    assert schedule.released == schedule.given == 20


def test_many_requests_at_once(rig, run):
    """Each has a worker, and all of them end."""

    async def script(_request, _record):
        if it.transport.under_way == 5000:
            all_are_there.set()
        await all_are_there.wait()

    async def main():
        await it.executor.run()

    all_are_there = asyncio.Event()
    it = rig(script, request_count=10_000, concurrency=5000)
    run(main())
    assert it.transport.most == 5000
    assert len(it.sink.records) == 10_000


class Stubborn:
    """Lets one request start, and the next when it is cancelled."""

    def __init__(self):
        self.given = 0
        self.released = 0

    async def acquire(self):
        if self.given:
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.Event().wait()
        self.given += 1

    def release(self):
        self.released += 1


def test_nothing_starts_after_the_end(rig, run):
    """An arrival that lets a request start when none is wanted any more gets its slot back."""
    arrival = Stubborn()
    it = rig(arrival=arrival, request_count=1000, benchmark_duration=0.05)
    run(it.executor.run())
    assert it.sink.announced == 1
    assert arrival.released == arrival.given > 1
