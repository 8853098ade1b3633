"""The transport on httpx: the contract, the map of its exceptions, a proxy."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import StreamEnded

from aiperf.common.config import TransportConfig
from aiperf.common.errors import ConfigError, TransportError
from aiperf.common.models import RawRecord
from aiperf.testing import TransportContract
from aiperf.transports.httpx_errors import error_class
from aiperf.transports.httpx_transport import HTTPXTransport


class TestHTTPXTransport(TransportContract):
    implementation = "httpx"


@pytest.mark.parametrize(
    "foreign",
    [
        each
        for each in vars(httpx).values()
        if isinstance(each, type) and issubclass(each, httpx.TransportError)
    ],
)
def test_every_exception_of_the_library_has_one_of_ours(foreign):
    """None of what a request can end with is one that AIPerf does not expect."""
    assert issubclass(error_class(foreign), TransportError)
    if foreign is not httpx.TransportError:
        assert error_class(foreign) is not TransportError


def test_requests_go_through_a_proxy():
    """It is asked for the whole URL."""
    seen = []

    async def proxy(reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        seen.append(head.split(b"\r\n")[0])
        await reader.readexactly(2)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        writer.close()

    async def main():
        server = await asyncio.start_server(proxy, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        config = TransportConfig(url="http://h.invalid", proxy=f"http://127.0.0.1:{port}")
        transport = HTTPXTransport(config=config)
        record = RawRecord()
        async with server:
            await transport.send(transport.prepare("/v1/x", b"{}", {}), record)
            await transport.close()
        return record

    record = asyncio.run(main())
    assert record.error is None
    assert seen == [b"POST http://h.invalid/v1/x HTTP/1.1"]


@pytest.mark.parametrize(
    ("changes", "option"),
    [
        ({"other_urls": ("http://b",)}, "--url"),
        ({"connection_reuse": "sticky-user-sessions"}, "--connection-reuse-strategy"),
        ({"first_byte_timeout": 1.0}, "--first-byte-timeout-seconds"),
        ({"dns_ttl": 1.0}, "--dns-ttl-seconds"),
        ({"proxy": "http://user:secret@p"}, "--proxy"),
        ({"proxy": "ftp://p"}, "--proxy"),
    ],
)
def test_what_it_cannot_do_is_refused(changes, option):
    """With the option to change, and without a password."""
    with pytest.raises(ConfigError) as caught:
        HTTPXTransport(config=TransportConfig(url="http://a", **changes))
    assert caught.value.option == option
    assert "secret" not in str(caught.value)


async def speak_http2(reader, writer):
    """Answer every request of one connection with two frames of data."""
    connection = H2Connection(H2Configuration(client_side=False))
    connection.initiate_connection()
    writer.write(connection.data_to_send())
    while data := await reader.read(65536):
        for event in connection.receive_data(data):
            if isinstance(event, StreamEnded):
                headers = [(":status", "200"), ("content-type", "text/event-stream")]
                connection.send_headers(event.stream_id, headers)
                connection.send_data(event.stream_id, b"data: a\n\n")
                connection.send_data(event.stream_id, b"data: b\n\n", end_stream=True)
        writer.write(connection.data_to_send())
    writer.close()


def test_a_server_that_offers_http2_is_spoken_to_in_it(certificates):
    """Requests share one connection."""
    certificates.server.set_alpn_protocols(["h2"])
    opened = []

    async def handle(reader, writer):
        opened.append(writer)
        await speak_http2(reader, writer)

    async def main():
        server = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=certificates.server)
        port = server.sockets[0].getsockname()[1]
        config = TransportConfig(url=f"https://127.0.0.1:{port}", ca_file=certificates.ca_file)
        transport = HTTPXTransport(config=config)
        request = transport.prepare("/v1/x", b"{}", {})
        records = [RawRecord() for _ in range(4)]
        async with server:
            await transport.send(request, records[0])
            await asyncio.gather(*(transport.send(request, each) for each in records[1:]))
            await transport.close()
            for writer in opened:
                await writer.wait_closed()
        return records

    try:
        records = asyncio.run(main())
    finally:
        certificates.server.set_alpn_protocols(["http/1.1"])
    assert [record.error for record in records] == [None] * 4
    assert {b"".join(record.parts) for record in records} == {b"data: a\n\ndata: b\n\n"}
    assert [record.connection_reused for record in records] == [False, True, True, True]
    assert len(opened) == 1
