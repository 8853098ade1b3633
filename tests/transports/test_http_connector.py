"""Connections that are made, and all the ways in which they are not."""

from __future__ import annotations

import asyncio
import math
import socket

import pytest

from aiperf.common.errors import ConnectError
from aiperf.transports.http_connector import HTTPConnector
from aiperf.transports.http_limits import Limits
from aiperf.transports.http_url import parse_url


def connector_to(url):
    return HTTPConnector(url=parse_url(url), limits=Limits(), tls=None)


@pytest.fixture
def refusing_port():
    """Give a port that is taken, and that nobody listens on."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        yield sock.getsockname()[1]


async def nothing(_peer):
    """Accept, and close."""


def test_a_server_that_refuses(run, open_client, refusing_port):
    """The message says so, names the server and the next step."""

    async def main():
        async with open_client(f"http://127.0.0.1:{refusing_port}") as client:
            return await client.send()

    record = run(main())
    assert record.error.type == "ConnectError"
    assert record.error.message == (
        f"no connection to 127.0.0.1:{refusing_port}: Connection refused; check that the server is "
        "running and that --url is right"
    )
    assert record.end_ns > record.start_ns
    assert not record.sent_ns


@pytest.mark.parametrize("host", ["no-such-host.invalid", f"{'a' * 64}.example"])
def test_a_host_without_an_address(run, open_client, host):
    """A name that is not known, or cannot be one, is a DNS error."""

    async def main():
        async with open_client(f"http://{host}:80") as client:
            return await client.send()

    record = run(main())
    assert record.error.type == "DNSError"
    assert repr(host) in record.error.message


def test_a_name_is_looked_up(run, serve, open_client):
    """A host may have a name; it is in the Host header."""
    seen = []

    async def script(peer):
        seen.append(await peer.request())
        await peer.answer()

    async def main():
        async with serve(script) as server:
            url = server.url.replace("127.0.0.1", "localhost")
            async with open_client(url) as client:
                return await asyncio.gather(*(client.send() for _ in range(5)))

    assert [record.error for record in run(main())] == [None] * 5
    assert all(request.headers["Host"].startswith("localhost:") for request in seen)


def test_the_next_address_is_tried(run, serve):
    """An address that refuses is passed over, and comes last from then on."""

    async def main():
        async with serve(nothing) as server:
            connector = connector_to(server.url)
            connector._addresses = ["127.0.0.2", "127.0.0.1"]
            connection = await connector.connect(math.inf)
            assert connection.is_usable()
            connection.abort()
            await connection.lost
            return connector._addresses

    assert run(main()) == ["127.0.0.1", "127.0.0.2"]


def test_the_last_address_says_why(run, refusing_port):
    """If no address works, the error is that of the last."""

    async def main():
        connector = connector_to(f"http://127.0.0.1:{refusing_port}")
        connector._addresses = ["127.0.0.2", "127.0.0.1"]
        with pytest.raises(ConnectError, match="refused") as caught:
            await connector.connect(5)
        return caught.value

    error = run(main())
    assert error.server == f"127.0.0.1:{refusing_port}"
    assert isinstance(error.__cause__, ConnectionRefusedError)


async def stall(peer):
    """Accept, and say nothing."""
    await peer.gone()


def test_a_connection_that_takes_too_long(run, serve, open_client):
    """The connect timeout covers TLS, which a server may never begin."""

    async def main():
        async with serve(stall) as server:
            url = server.url.replace("http:", "https:")
            async with open_client(url, connect_timeout=0.05, request_timeout=20) as client:
                return await client.send()

    record = run(main())
    assert record.error.type == "ConnectTimeout"
    assert "within 0.05 s" in record.error.message


def test_the_request_timeout_holds_while_connecting(run, serve, open_client):
    """Where it is the shorter one, it is the one that ends the request."""

    async def main():
        async with serve(stall) as server:
            url = server.url.replace("http:", "https:")
            async with open_client(url, connect_timeout=20, request_timeout=0.05) as client:
                return await client.send()

    record = run(main())
    assert record.error.type == "RequestTimeout"


def test_a_certificate_of_an_unknown_authority(run, serve, open_client, certificates):
    """It is refused, and the message says why."""

    async def main():
        async with (
            serve(nothing, tls=certificates.server) as server,
            open_client(server.url) as client,
        ):
            return await client.send()

    record = run(main())
    assert record.error.type == "TLSError"
    assert "the certificate is not trusted: " in record.error.message
    assert "--tls-ca-file" in record.error.message


def test_a_certificate_for_another_host(run, serve, open_client, certificates):
    """It is refused although its authority is known."""

    async def main():
        async with serve(nothing, tls=certificates.server) as server:
            url = server.url.replace("127.0.0.1", "localhost")
            async with open_client(url, ca_file=certificates.ca_file) as client:
                return await client.send()

    record = run(main())
    assert record.error.type == "TLSError"
    assert "localhost" in record.error.message.lower()


@pytest.mark.parametrize("answer", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b""])
def test_a_server_that_does_not_speak_tls(run, serve, open_client, certificates, answer):
    """It answers in plain HTTP, or closes: both are TLS errors."""

    async def script(peer):
        await peer.reader.read(1)
        await peer.send(answer)

    async def main():
        async with serve(script) as server:
            url = server.url.replace("http:", "https:")
            async with open_client(url, ca_file=certificates.ca_file) as client:
                return await client.send()

    record = run(main())
    assert record.error.type == "TLSError"


def test_a_server_that_speaks_only_tls(run, serve, open_client, certificates):
    """Plain HTTP to a TLS server ends in a typed error as well."""

    async def main():
        async with serve(nothing, tls=certificates.server) as server:
            url = server.url.replace("https:", "http:")
            async with open_client(url) as client:
                return await client.send()

    record = run(main())
    assert record.error.type in {"ConnectionReset", "ProtocolError"}
