"""The contract of a transport: what it sends, when it says that things happened, how it fails."""

from __future__ import annotations

import asyncio
import socket
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from aiperf.common import errors
from aiperf.common.config import TransportConfig
from aiperf.common.factories import TransportFactory
from aiperf.common.models import RawRecord
from aiperf.common.protocols import TransportProtocol
from aiperf.testing.contract import Contract, blaming, run
from aiperf.testing.error_names import check_error
from aiperf.testing.http_server import PARTS, Behaviour, HTTPServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

BODY = b'{"prompt": "Hello"}'
_ENDS = {
    Behaviour.STATUS: errors.TransportError,
    Behaviour.HANG: errors.RequestTimeout,
    Behaviour.HANG_IN_BODY: errors.RequestTimeout,
    Behaviour.CUT: errors.IncompleteResponse,
    Behaviour.CLOSE: errors.ConnectionReset,
    Behaviour.NO_HTTP: errors.ProtocolError,
}


class TransportContract(Contract):
    """Subclass it and set ``implementation``.

    The transport is tried against a real server on a loopback port that speaks HTTP/1.1. For one
    that speaks something else, override :meth:`server` with a server of the same interface, and say
    what is different: ``scheme`` of its URL, ``body`` and ``path`` that it can carry,
    ``content_type`` in the record of a stream, ``status_error`` for what the server refuses.
    """

    factory = TransportFactory
    protocols = (TransportProtocol,)

    scheme: ClassVar[str] = "http"
    path: ClassVar[str] = "/v1/chat/completions"
    body: ClassVar[bytes] = BODY
    content_type: ClassVar[str] = "text/event-stream"
    status_error: ClassVar[type[errors.TransportError]] = errors.HTTPStatusError
    headers: ClassVar[Mapping[str, str]] = {
        "Content-Type": "application/json",
        "Accept": "text/event-stream",
    }

    # -- what a subclass may change ------------------------------------------------------------

    def config(self, url: str, **changes: Any) -> TransportConfig:
        """Return what the transport is made with."""
        return TransportConfig(**{"url": url, **changes})

    def server(self) -> HTTPServer:
        """Return a server that is not running yet."""
        return HTTPServer()

    # -- a good request ------------------------------------------------------------------------

    @pytest.mark.parametrize("behaviour", [Behaviour.ANSWER, Behaviour.STREAM])
    def test_the_times_are_in_order(self, behaviour: Behaviour) -> None:
        """Start, sent, headers, each part and end, all of them ``perf_counter_ns`` readings."""

        async def test() -> None:
            async with self._running(behaviour) as (transport, _):
                before = time.perf_counter_ns()
                record = await self._send(transport)
                after = time.perf_counter_ns()
            assert record.error is None, f"a good response became the error {record.error}"
            stamps = {
                "before the call": before,
                "start_ns": record.start_ns,
                "sent_ns": record.sent_ns,
                "ack_ns": record.ack_ns,
                **{f"part_ns[{i}]": ns for i, ns in enumerate(record.part_ns)},
                "end_ns": record.end_ns,
                "after the call": after,
            }
            shown = ", ".join(f"{name} {(ns - before) / 1e3:.0f} µs" for name, ns in stamps.items())
            for (earlier, one), (later, two) in zip(
                list(stamps.items())[:-1], list(stamps.items())[1:], strict=True
            ):
                assert one <= two, f"{later} is before {earlier}: {shown}"

        run(test())

    @pytest.mark.parametrize("behaviour", [Behaviour.ANSWER, Behaviour.STREAM])
    def test_the_response_is_in_the_record(self, behaviour: Behaviour) -> None:
        """Every byte of the body, each part with its time, and what the server said of it."""

        async def test() -> None:
            async with self._running(behaviour) as (transport, _):
                record = await self._send(transport)
            assert b"".join(record.parts) == b"".join(PARTS), f"the body is {record.parts}"
            assert all(record.parts), "a part is empty: one is for a read that carried body bytes"
            assert len(record.part_ns) == len(record.parts), (
                f"{len(record.parts)} parts have {len(record.part_ns)} times"
            )
            assert record.status == 200, f"the status is {record.status}"  # noqa: PLR2004 - HTTP's
            assert record.content_type.startswith(self.content_type), record.content_type

        run(test())

    def test_the_server_gets_what_was_prepared(self) -> None:
        """Path, body, the endpoint's headers, those that a person asked for, and both ids."""

        async def test() -> None:
            changes = {"headers": {"X-Asked": "for"}, "api_key": "secret"}
            async with self._running(Behaviour.ANSWER, **changes) as (transport, server):
                request = transport.prepare(self.path, self.body, self.headers)
                await transport.send(request, RawRecord(), request_id="r-1", correlation_id="c-1")
                await transport.send(request, RawRecord())
            first, second = server.received
            assert (first.target, first.body) == (self.path, self.body), f"the server got {first}"
            wanted = {name.lower(): value for name, value in self.headers.items()} | {
                "x-asked": "for",
                "authorization": "Bearer secret",
                "x-request-id": "r-1",
                "x-correlation-id": "c-1",
            }
            got = {name: first.headers.get(name) for name in wanted}
            assert got == wanted, f"the server got the headers {got}, not {wanted}"
            ids = {"x-request-id", "x-correlation-id"} & second.headers.keys()
            assert not ids, f"an empty id was sent all the same: {ids}"

        run(test())

    def test_a_prepared_request_can_be_sent_again(self) -> None:
        """Any number of times, and at the same time."""

        async def test() -> None:
            async with self._running(Behaviour.STREAM) as (transport, server):
                request = transport.prepare(self.path, self.body, self.headers)
                records = [RawRecord() for _ in range(8)]
                for record in records[:2]:
                    await transport.send(request, record)
                await asyncio.gather(*(transport.send(request, each) for each in records[2:]))
            assert [each.error for each in records] == [None] * 8
            assert {b"".join(each.parts) for each in records} == {b"".join(PARTS)}
            assert {each.body for each in server.received} == {self.body}, "the body changed"

        run(test())

    def test_preparing_sends_nothing(self) -> None:
        """It is done before the clock starts, and needs no event loop."""
        server = self.server()

        async def listen() -> None:
            async with server.running():
                transport = self.make(config=self.config(server.url))
                transport.prepare(self.path, self.body, self.headers)
                await asyncio.sleep(0)
                await transport.close()

        run(listen())
        assert server.received == [], "prepare() sent something"

    # -- failures ------------------------------------------------------------------------------

    @pytest.mark.parametrize("behaviour", _ENDS)
    def test_a_failure_is_in_the_record(self, behaviour: Behaviour) -> None:
        """It is one of AIPerf's errors, and nothing is raised; the next request finds its way."""

        async def test() -> None:
            timeout = 0.2 if "HANG" in behaviour.name else 5.0
            async with self._running(behaviour, request_timeout=timeout) as (transport, server):
                with blaming(f"the server's behaviour was: {behaviour.value}"):
                    record = await self._send(transport)
                assert record.error is not None, (
                    f"the server's behaviour was: {behaviour.value}, and the record has no error"
                )
                check_error(record.error, _ENDS[behaviour])
                if behaviour is Behaviour.STATUS:
                    check_error(record.error, self.status_error)
                assert 0 < record.start_ns <= record.end_ns, (
                    f"start_ns is {record.start_ns} and end_ns {record.end_ns} of a failed request"
                )
                if behaviour is Behaviour.STATUS:
                    assert record.status == record.error.code == 503  # noqa: PLR2004 - HTTP's
                if behaviour in (Behaviour.HANG_IN_BODY, Behaviour.CUT):
                    assert b"".join(record.parts) == PARTS[0], "what had come is not in the record"
                server.behaviour = Behaviour.ANSWER
                record = await self._send(transport)
                assert record.error is None, f"the next request failed with {record.error}"

        run(test())

    def test_no_server_is_a_connect_error(self) -> None:
        """Nobody listens on the port."""

        async def test() -> None:
            with socket.socket() as taken:
                taken.bind(("127.0.0.1", 0))  # bound and not listening: nobody else can be there
                transport = self.make(
                    config=self.config(f"{self.scheme}://127.0.0.1:{taken.getsockname()[1]}")
                )
                try:
                    with blaming("there is no server"):
                        record = await self._send(transport)
                finally:
                    await transport.close()
            assert record.error is not None, "there is no server, and the record has no error"
            check_error(record.error, errors.ConnectError)
            assert 0 < record.start_ns <= record.end_ns, "a failed request has a start and an end"

        run(test())

    @pytest.mark.parametrize("behaviour", [Behaviour.HANG, Behaviour.HANG_IN_BODY])
    def test_cancellation_is_raised_and_leaves_what_was_measured(
        self, behaviour: Behaviour
    ) -> None:
        """The one thing that is raised; the record keeps all that had happened."""

        async def test() -> None:
            async with self._running(behaviour) as (transport, server):
                request, record = transport.prepare(self.path, self.body, self.headers), RawRecord()
                task = asyncio.create_task(transport.send(request, record))
                while not (
                    record.parts if behaviour is Behaviour.HANG_IN_BODY else server.received
                ):
                    await asyncio.sleep(0.001)
                    assert not task.done(), f"send() ended by itself, with {record.error}"
                seen = record.start_ns, record.sent_ns, record.ack_ns, list(record.parts)
                task.cancel()
                result = (await asyncio.gather(task, return_exceptions=True))[0]
                assert isinstance(result, asyncio.CancelledError), (
                    f"send() was cancelled and ended with {result!r}; it must let CancelledError go"
                )
                assert (record.start_ns, record.sent_ns, record.ack_ns, record.parts) == seen
                assert record.start_ns, "start_ns is not set"
                server.behaviour = Behaviour.ANSWER
                after = await self._send(transport)
                assert after.error is None, f"the request after it failed with {after.error}"
                assert after.parts, "the request after it has no response"

        run(test())

    # -- the end -------------------------------------------------------------------------------

    def test_closing_closes_every_connection(self) -> None:
        """Also when it is done twice, and for a transport that sent nothing."""

        async def test() -> None:
            server = self.server()
            async with server.running():
                transport = self.make(config=self.config(server.url))
                await asyncio.gather(*(self._send(transport) for _ in range(3)))
                with blaming("close() may be called twice"):
                    await transport.close()
                    await transport.close()
                await server.all_closed()
                unused = self.make(config=self.config(server.url))
                with blaming("a transport that sent nothing can be closed"):
                    await unused.close()

        run(test(), "close() returned, or hangs, and a connection is still open")

    # -- details -------------------------------------------------------------------------------

    @asynccontextmanager
    async def _running(
        self, behaviour: Behaviour, **changes: Any
    ) -> AsyncIterator[tuple[TransportProtocol, HTTPServer]]:
        server = self.server()
        server.behaviour = behaviour
        async with server.running():
            transport = self.make(config=self.config(server.url, **changes))
            try:
                yield transport, server
            finally:
                await transport.close()

    async def _send(self, transport: TransportProtocol) -> RawRecord:
        record = RawRecord()
        await transport.send(transport.prepare(self.path, self.body, self.headers), record)
        return record
