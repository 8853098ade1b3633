"""Which server and which connection a request goes to: reuse, sticky sessions, several servers."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import pytest

from aiperf.common.config import TransportConfig
from aiperf.common.models import RawRecord
from aiperf.testing.http_server import HTTPServer
from aiperf.transports.http_transport import HTTPTransport


async def answering(peer):
    """Answer every request."""
    while True:
        await peer.request()
        await peer.answer(b"{}")


@contextlib.asynccontextmanager
async def transport_to(url: str, **config: Any):
    transport = HTTPTransport(config=TransportConfig(url=url, **config))
    try:
        yield transport
    finally:
        await transport.close()


async def send(transport, session=""):
    record = RawRecord()
    request = transport.prepare("/v1/x", b"{}", {})
    await transport.send(request, record, correlation_id=session)
    assert record.error is None
    return record


def test_without_reuse_each_request_has_a_connection_that_says_close(run, serve):
    """And that is closed after its response."""
    seen = []

    async def script(peer):
        seen.append(await peer.request())
        await peer.answer()
        await peer.gone()

    async def main():
        async with (
            serve(script) as server,
            transport_to(server.url, connection_reuse="never") as transport,
        ):
            records = [await send(transport) for _ in range(3)]
            assert len(server.peers) == 3
            return records

    assert [record.connection_reused for record in run(main())] == [False] * 3
    assert [request.headers["Connection"] for request in seen] == ["close"] * 3


def test_a_sticky_session_has_a_connection_of_its_own_until_it_ends(run, serve, until):
    """Its turns share it, another session's do not, and its end closes it."""

    async def main():
        async with (
            serve(answering) as server,
            transport_to(server.url, connection_reuse="sticky-user-sessions") as transport,
        ):
            reused = [
                (await send(transport, session)).connection_reused
                for session in ("a", "b", "a", "b", "a")
            ]
            assert len(server.peers) == 2
            transport.end_session("a")
            await until(lambda: len(transport._pools[0].connections) == 1)
            transport.end_session("unknown")
            return reused

    assert run(main()) == [False, False, True, True, True]


@pytest.mark.parametrize("reuse", ["pooled", "never", "sticky-user-sessions"])
def test_servers_take_turns_and_the_record_says_which_it_was(run, reuse):
    """Each gets its own Host and prefix; a sticky session stays with its first server."""

    async def main():
        async with contextlib.AsyncExitStack() as stack:
            servers = [HTTPServer() for _ in range(3)]
            for server in servers:
                await stack.enter_async_context(server.running())
            first, *others = (server.url for server in servers)
            transport = await stack.enter_async_context(
                transport_to(
                    first,
                    other_urls=(others[0], f"{others[1]}/prefix"),
                    connection_reuse=reuse,
                )
            )
            sessions = ["a", "b", "c", "a", "a", "c"]
            urls = [(await send(transport, session)).url for session in sessions]
            received = [
                [(each.headers["host"], each.target) for each in server.received]
                for server in servers
            ]
            return [server.url for server in servers], urls, received

    (one, two, three), urls, received = run(main())
    if reuse == "sticky-user-sessions":
        assert urls == [one, two, three, one, one, three]
    else:
        assert urls == [one, two, three] * 2
    for url, got in zip((one, two, three), received, strict=True):
        target = "/prefix/v1/x" if url == three else "/v1/x"
        assert got == [(url.removeprefix("http://"), target)] * urls.count(url)


def test_a_unix_socket_is_a_server_like_any_other(run, tmp_path):
    """Kept open, named in errors by its path, and gone when nobody listens."""
    path = tmp_path / "s.sock"

    async def handle(reader, writer):
        for _ in range(2):
            head = await reader.readuntil(b"\r\n\r\n")
            assert b"Host: localhost\r\n" in head
            assert head.startswith(b"POST /v1/x ")
            await reader.readexactly(2)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        writer.close()

    async def main():
        server = await asyncio.start_unix_server(handle, path)
        async with server, transport_to(f"unix://{path}") as transport:
            records = [await send(transport) for _ in range(2)]
        path.unlink(missing_ok=True)
        async with transport_to(f"unix://{path}") as transport:
            record = RawRecord()
            await transport.send(transport.prepare("/v1/x", b"{}", {}), record)
        return records, record

    records, failed = run(main())
    assert [record.connection_reused for record in records] == [False, True]
    assert failed.error.type == "ConnectError"
    assert failed.error.message.startswith(f"no connection to {path}: No such file or directory")


def test_the_wait_for_the_first_byte_has_a_limit_of_its_own(run, serve):
    """Also for the second request of a connection; a response that has begun may take longer."""

    async def script(peer):
        await peer.request()
        await peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{")
        await asyncio.sleep(0.3)
        await peer.send(b"}")
        await peer.request()
        await peer.gone()

    async def main():
        async with (
            serve(script) as server,
            transport_to(server.url, first_byte_timeout=0.1, request_timeout=20.0) as transport,
        ):
            await send(transport)
            record = RawRecord()
            await transport.send(transport.prepare("/v1/x", b"{}", {}), record)
            return record

    record = run(main())
    assert record.connection_reused
    assert record.error.type == "FirstByteTimeout"
    assert "--first-byte-timeout-seconds" in record.error.message


@pytest.mark.parametrize("part", ["headers", "body"])
def test_a_response_that_never_ends_is_an_error_and_not_kept(run, serve, part):
    """A header or a body line of any length; memory holds no more than the limit."""

    async def script(peer):
        await peer.request()
        await peer.send(
            b"HTTP/1.1 200 OK\r\nX-Long: "
            if part == "headers"
            else b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"
        )
        while True:
            await peer.send(b"x" * 65536)

    async def main():
        async with (
            serve(script) as server,
            transport_to(server.url, max_response_bytes=1_000_000) as transport,
        ):
            record = RawRecord()
            await transport.send(transport.prepare("/v1/x", b"{}", {}), record)
            return record

    record = run(main())
    assert record.error.type == "ResponseTooLarge"
    assert "1000000 bytes" in record.error.message
    assert record.parts == []
    assert len(record.part_ns) == 0


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
def test_retry_after_is_in_the_error_and_nothing_is_sent_again(run, serve, status):
    seen = []

    async def script(peer):
        while True:
            seen.append(await peer.request())
            await peer.answer(b"busy", "Retry-After: 7", status=status)

    async def main():
        async with serve(script) as server, transport_to(server.url) as transport:
            record = RawRecord()
            await transport.send(transport.prepare("/v1/x", b"{}", {}), record)
            return record

    record = run(main())
    assert record.error.code == int(status[:3])
    assert "Retry-After: 7" in record.error.message
    assert len(seen) == 1
