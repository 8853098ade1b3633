"""A whole run: warm-up, benchmark, end, and the ways in which it may be ended before that."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import signal

import orjson
import pytest

from aiperf.arrivals.constant import ConstantArrival
from aiperf.common.config import LoadConfig, TransportConfig
from aiperf.common.errors import ConfigError
from aiperf.common.models import ModelEndpoint
from aiperf.endpoints.openai_chat import ChatEndpoint
from aiperf.executors.local import LocalExecutor
from aiperf.transports.http_transport import HTTPTransport


def test_a_run_ends_after_so_many_requests(rig, run):
    """Every request that was announced has ended, once; the transport is closed."""
    it = rig(request_count=10, concurrency=3)
    run(it.executor.run())
    assert it.sink.announced == 10
    assert len(it.sink.records) == 10
    assert it.transport.most == 3
    assert it.transport.closed == 1
    assert it.errors == [None] * 10
    assert it.column("phase") == ["profiling"] * 10
    assert it.column("scheduled_ns") == [None] * 10
    assert it.column("was_cancelled") == [False] * 10


def test_conversations_are_sent_round_and_round(rig, run):
    """In the dataset's order, from its beginning after its end; each time is a session."""
    it = rig(request_count=7)
    run(it.executor.run())
    names = [conversation.conversation_id for conversation in it.column("conversation")]
    assert names == ["c0", "c1", "c2", "c0", "c1", "c2", "c0"]
    assert it.column("session_num") == list(range(7))


def test_warm_up_ends_before_the_benchmark_begins(rig, run):
    """It has a phase of its own, sessions of its own, and never overlaps the benchmark."""

    async def script(_request, record):
        phases_under_way.append(it.transport.under_way)
        await asyncio.sleep(0)
        record.status = it.transport.under_way

    phases_under_way = []
    it = rig(script, warmup_request_count=4, request_count=6, concurrency=3)
    run(it.executor.run())
    assert it.column("phase") == ["warmup"] * 4 + ["profiling"] * 6
    assert it.column("session_num") == [*range(4), *range(6)]
    assert phases_under_way[4] == 1
    names = [conversation.conversation_id for conversation in it.column("conversation")]
    assert names == ["c0", "c1", "c2", "c0", "c1", "c2", "c0", "c1", "c2", "c0"]


def test_only_what_can_be_sent_is_prepared(rig, run, conversations_of):
    """A short run on a large dataset does not wait for all of it."""
    it = rig(conversations=conversations_of(*[1] * 1000), request_count=3, warmup_request_count=2)
    run(it.executor.run())
    assert len(it.transport.prepared) == 5


def test_a_run_ends_after_so_long(rig, run):
    """Nothing starts after the duration, and what had started may end."""
    it = rig(benchmark_duration=0.1, concurrency=2)
    run(it.executor.run())
    assert it.sink.announced == len(it.sink.records) > 4
    assert it.column("was_cancelled") == [False] * len(it.sink.records)


def test_the_grace_period_is_for_what_is_under_way(rig, run):
    """A request that ends within it is a good one."""

    async def script(_request, _record):
        await asyncio.sleep(0.4)

    it = rig(script, benchmark_duration=0.2, grace_period=20.0, concurrency=2)
    run(it.executor.run())
    assert it.errors == [None] * 2


@pytest.mark.parametrize("grace_period", [0.0, 0.05])
def test_what_goes_on_after_the_grace_period_is_cancelled(rig, run, hang, grace_period):
    """Its record says so, and why."""
    it = rig(hang, benchmark_duration=0.2, grace_period=grace_period, concurrency=2)
    run(it.executor.run())
    assert it.column("was_cancelled") == [True] * 2
    error = it.errors[0]
    assert (error.type, error.code) == ("RequestCancellationError", 499)
    assert f"still under way {grace_period:g} s after the end of the benchmark" in error.message
    assert all(raw.end_ns > raw.start_ns for raw, _ in it.sink.records)


def test_the_first_of_count_and_duration_ends_a_run(rig, run, hang):
    """A count that is reached makes the duration irrelevant, and the other way round."""
    it = rig(request_count=5, benchmark_duration=1000.0)
    run(it.executor.run())
    assert len(it.sink.records) == 5
    it = rig(hang, request_count=1000, benchmark_duration=0.2, grace_period=0.0, concurrency=3)
    run(it.executor.run())
    assert len(it.sink.records) == 3


def test_the_duration_also_limits_a_run_whose_requests_have_all_been_sent(rig, run, hang):
    """The last of so many requests may stall; the run does not wait for it beyond the grace."""
    it = rig(hang, request_count=2, benchmark_duration=0.2, grace_period=0.0, concurrency=2)
    run(it.executor.run())
    assert it.column("was_cancelled") == [True] * 2
    assert "still under way 0 s after the end of the benchmark" in it.errors[0].message


def test_a_stopped_run_keeps_what_was_measured(rig, run, hang, until):
    """What is under way is cancelled at once, and every record is handed over."""

    async def main():
        task = asyncio.ensure_future(it.executor.run())
        await until(lambda: it.transport.under_way == 4)
        it.executor.stop()
        it.executor.stop()
        await task

    it = rig(hang, request_count=100, concurrency=4)
    run(main())
    assert it.sink.announced == len(it.sink.records) == 4
    assert it.column("was_cancelled") == [True] * 4
    assert "the run was stopped" in it.errors[0].message
    assert it.transport.closed == 1


def test_a_signal_handler_may_stop_a_run(rig, run, hang, until):
    """Also one that is not the event loop's, while the loop has nothing to do."""

    async def main():
        before = signal.signal(signal.SIGUSR1, lambda *_: it.executor.stop())
        try:
            task = asyncio.ensure_future(it.executor.run())
            await until(lambda: it.transport.under_way)
            signal.raise_signal(signal.SIGUSR1)
            await task
        finally:
            signal.signal(signal.SIGUSR1, before)

    it = rig(hang, request_count=1)
    run(main())
    assert it.column("was_cancelled") == [True]


def test_a_run_stopped_in_its_warm_up_has_no_benchmark(rig, run, hang, until):
    """Stopping means all of it."""

    async def main():
        task = asyncio.ensure_future(it.executor.run())
        await until(lambda: it.transport.under_way)
        it.executor.stop()
        await task

    it = rig(hang, warmup_request_count=2, request_count=5)
    run(main())
    assert it.column("phase") == ["warmup"]


def test_a_run_may_be_stopped_before_it_begins(rig, run):
    """It then sends nothing, and closes what it built."""
    it = rig(request_count=5)
    it.executor.stop()
    run(it.executor.run())
    assert it.sink.announced == 0
    assert it.transport.closed == 1
    it.executor.stop()


def test_a_run_may_be_stopped_while_it_is_prepared(rig, run, conversations_of):
    """A large dataset does not hold up the end."""

    async def main():
        task = asyncio.ensure_future(it.executor.run())
        await asyncio.sleep(0)
        it.executor.stop()
        await task

    it = rig(conversations=conversations_of(*[1] * 1000), benchmark_duration=1000.0)
    run(main())
    assert 0 < len(it.transport.prepared) < 1000
    assert it.sink.announced == 0


def test_a_cancelled_run_hands_over_its_records_too(rig, run, hang, until):
    """Cancelling the task that runs is as good as stopping, but it is raised."""

    async def main():
        task = asyncio.ensure_future(it.executor.run())
        await until(lambda: it.transport.under_way == 2)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    it = rig(hang, request_count=10, concurrency=2)
    run(main())
    assert it.sink.announced == len(it.sink.records) == 2
    assert it.column("was_cancelled") == [True] * 2
    assert it.transport.closed == 1


def test_a_dataset_without_a_turn_is_an_error(rig, run, conversations_of):
    """There is nothing to send; what was built is closed."""
    it = rig(conversations=conversations_of(0, 0), request_count=3)
    with pytest.raises(ConfigError, match="no turn to send"):
        run(it.executor.run())
    assert it.transport.closed == 1


@pytest.mark.parametrize("load", [{}, {"request_count": 0}])
def test_a_run_without_an_end_is_an_error(load):
    """Somebody has to say when it is over."""
    with pytest.raises(ConfigError, match="--request-count, --num-sessions") as caught:
        LocalExecutor(load=LoadConfig(**load), build=dict, sink=None)
    assert caught.value.option == "--request-count"


class ChatServer:
    """A chat server on loopback that streams two words, and hangs from request ``hang_at`` on."""

    def __init__(self, hang_at=None):
        self.hang_at = hang_at
        self.hanging = 0
        self.requests = []
        self.gone = 0

    async def __aenter__(self):
        """Listen."""
        self._listener = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._listener.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_):
        """Listen no more."""
        self._listener.close()

    async def _serve(self, reader, writer):
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
                self.requests.append((head, orjson.loads(await reader.readexactly(length))))
                writer.write(
                    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                    b"Transfer-Encoding: chunked\r\n\r\n"
                )
                writer.write(_chunk(b'data: {"choices": [{"delta": {"content": "Hello"}}]}\n\n'))
                if self.hang_at is not None and len(self.requests) >= self.hang_at:
                    self.hanging += 1
                    await reader.read()
                    break
                writer.write(_chunk(b'data: {"choices": [{"delta": {"content": " you"}}]}\n\n'))
                writer.write(_chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n")
                await writer.drain()
        self.gone += 1
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


def _chunk(data):
    return b"%x\r\n%b\r\n" % (len(data), data)


def build_over_http(rig, server, **load):
    """Put an executor together with the real endpoint and the real transport."""
    transport = HTTPTransport(config=TransportConfig(url=f"http://127.0.0.1:{server.port}"))
    endpoint = ChatEndpoint(model_endpoint=ModelEndpoint("m", streaming=True))
    return rig(transport=transport, endpoint=endpoint, **load), endpoint


def test_a_run_over_http(rig, run, until):
    """Endpoint, transport and arrival together: every response is whole, and has its times."""

    async def main():
        async with ChatServer() as server:
            it, endpoint = build_over_http(rig, server, request_count=50, concurrency=5)
            await it.executor.run()
            await until(lambda: server.gone)
            parsed = [endpoint.parse_response(raw) for raw, _ in it.sink.records]
            return it, server, parsed

    it, server, parsed = run(main())
    assert [each.error for each in parsed] == [None] * 50
    assert [each.text for each in parsed] == ["Hello you"] * 50
    for (raw, _), each in zip(it.sink.records, parsed, strict=True):
        moments = [raw.start_ns, raw.sent_ns, raw.ack_ns, *each.content_ns, raw.end_ns]
        assert moments == sorted(moments)
    assert [body["stream"] for _, body in server.requests] == [True] * 50
    sent_ids = {head.split(b"X-Request-ID: ")[1].split(b"\r\n")[0] for head, _ in server.requests}
    assert sent_ids == {each.encode() for each in it.column("x_request_id")}
    assert sum(not raw.connection_reused for raw, _ in it.sink.records) == 5


def test_a_stopped_run_over_http(rig, run, until):
    """What had ended is good, and what had only begun is kept as far as it had come."""

    async def main():
        async with ChatServer(hang_at=21) as server:
            it, endpoint = build_over_http(rig, server, request_count=1000, concurrency=4)
            task = asyncio.ensure_future(it.executor.run())
            await until(lambda: server.hanging == 4)
            it.executor.stop()
            await task
            await until(lambda: server.gone == 4)
            return it, [endpoint.parse_response(raw) for raw, _ in it.sink.records]

    it, parsed = run(main())
    assert it.column("was_cancelled") == [False] * 20 + [True] * 4
    assert [each.error for each in parsed[:20]] == [None] * 20
    assert {each.error.type for each in parsed[20:]} == {"RequestCancellationError"}
    assert {each.text for each in parsed[20:]} <= {"Hello", ""}


def test_a_conversation_over_http(rig, run, conversations_of):
    """What the server said is in the next payload, in the words of the wire format."""

    async def main():
        async with ChatServer() as server:
            conversations = conversations_of(3)
            it, _ = build_over_http(rig, server, conversations=conversations, request_count=3)
            await it.executor.run()
            return server

    server = run(main())
    bodies = [body["messages"] for _, body in server.requests]
    said = [[(each["role"], each["content"]) for each in messages] for messages in bodies]
    assert said[2] == [
        ("user", "0.0"),
        ("assistant", "Hello you"),
        ("user", "0.1"),
        ("assistant", "Hello you"),
        ("user", "0.2"),
    ]
    assert [len(each) for each in said] == [1, 3, 5]


def test_a_schedule_goes_on_over_a_server_that_stalls(rig, run, until):
    """No coordinated omission: every request starts, at its time, though none has an answer."""

    async def main():
        async with ChatServer(hang_at=1) as server:
            arrival = ConstantArrival(config=LoadConfig(request_rate=400.0), rng=None)
            it, _ = build_over_http(rig, server, arrival=arrival, request_count=1000)
            task = asyncio.ensure_future(it.executor.run())
            await until(lambda: server.hanging >= 60)
            it.executor.stop()
            await task
            await until(lambda: server.gone >= 60)
            return it

    it = run(main())
    scheduled = sorted(it.column("scheduled_ns"))
    assert len(scheduled) >= 60
    assert {later - earlier for earlier, later in itertools.pairwise(scheduled)} == {2_500_000}
    assert all(raw.start_ns >= what["scheduled_ns"] for raw, what in it.sink.records)


def test_a_warm_up_may_take_a_time_and_has_a_grace_period_of_its_own(rig, run, hang):
    """What is under way at its end is cancelled then; the benchmark follows."""

    async def script(request, record):
        if len(it.transport.sent) == 1:
            await hang(request, record)

    it = rig(script, warmup_duration=0.05, warmup_grace_period=0.0, request_count=3)
    run(it.executor.run())
    assert it.column("phase") == ["warmup"] + ["profiling"] * 3
    message = it.errors[0].message
    assert "0 s after the end of the warmup's duration; raise --warmup-grace-period" in message
    assert it.errors[1:] == [None] * 3


def test_a_warm_up_may_take_so_many_sessions(rig, run, conversations_of):
    it = rig(conversations=conversations_of(2, 2), warmup_session_count=1, session_count=2)
    run(it.executor.run())
    assert it.column("phase") == ["warmup"] * 2 + ["profiling"] * 4
    names = [each.conversation_id for each in it.column("conversation")]
    assert names == ["c0", "c0", "c1", "c1", "c0", "c0"]


def test_a_warm_up_has_an_arrival_of_its_own(rig, run):
    """At its own concurrency."""

    async def script(_request, _record):
        seen.append(it.transport.under_way)
        await asyncio.sleep(0)

    seen = []
    it = rig(script, warmup_request_count=10, warmup_concurrency=5, request_count=10, concurrency=2)
    run(it.executor.run())
    assert (max(seen[:10]), max(seen[10:])) == (5, 2)
