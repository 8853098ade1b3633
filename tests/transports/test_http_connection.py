"""The ways in which an exchange can end, each as the server causes it on a real connection."""

from __future__ import annotations

import asyncio

import pytest

from aiperf.common.models import RawRecord

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.fixture
def exchange(run, serve, open_client):
    """Give a function that runs one request against a server's ``script`` and returns the record.

    The script gets the peer, after its request has been read, and the record.
    """

    def exchange(script, **config):
        record = RawRecord()

        async def whole_script(peer):
            await peer.request()
            await script(peer, record)

        async def main():
            async with serve(whole_script) as server, open_client(server.url, **config) as client:
                await client.send(record=record)
                assert not client.transport._pools[0]._idle or record.error is None

        run(main())
        assert record.end_ns > record.start_ns > 0
        return record

    return exchange


def test_an_answer_that_ends_with_the_connection(exchange):
    """Without a length, the body is what comes until the server closes."""

    async def script(peer, _record):
        await peer.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nall of it")

    record = exchange(script)
    assert record.error is None
    assert record.parts == [b"all of it"]
    assert record.end_ns > record.part_ns[-1]


def test_an_answer_without_a_body(exchange):
    """A 204 is complete with its headers."""

    async def script(peer, _record):
        await peer.send(b"HTTP/1.1 204 No Content\r\n\r\n")
        await peer.gone()

    record = exchange(script)
    assert record.error is None
    assert (record.status, record.parts) == (204, [])


def test_interim_answers_are_passed_over(exchange):
    """100 and 103 are not the response, and neither are their headers."""

    async def script(peer, _record):
        await peer.send(
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nContent-Type: x/y\r\n\r\n"
        )
        await peer.answer(b"{}")
        await peer.gone()

    record = exchange(script)
    assert record.error is None
    assert (record.status, record.parts, record.content_type) == (200, [b"{}"], "")


def test_a_close_without_an_answer(exchange):
    """On a new connection, that is a failure of the server."""

    async def script(_peer, _record):
        pass

    record = exchange(script)
    assert record.error.type == "ConnectionReset"
    assert "closed the connection without an answer" in record.error.message
    assert "http or https" in record.error.message  # a server of https does so when it gets http
    assert record.status == 0


def test_a_reset_without_an_answer(exchange):
    """The message says that it was a reset."""

    async def script(peer, _record):
        peer.reset()

    record = exchange(script)
    assert record.error.type == "ConnectionReset"
    assert "reset by peer" in record.error.message


def test_a_reset_in_the_middle(exchange, until):
    """What had come until then is kept."""

    async def script(peer, record):
        await peer.send(CHUNKED, b"4\r\nhalf\r\n")
        await until(lambda: record.parts)
        peer.reset()

    record = exchange(script)
    assert record.error.type == "ConnectionReset"
    assert (record.status, record.parts) == (200, [b"half"])
    assert record.end_ns > record.part_ns[0]


@pytest.mark.parametrize(
    ("sent", "where", "parts"),
    [
        (b"H", "headers", []),
        (b"HTTP/1.1 200 OK\r\nContent-Le", "headers", []),
        (b"HTTP/1.1 100 Continue\r\n\r\n", "headers", []),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", "body", [b"half"]),
        (CHUNKED, "body", []),
        (CHUNKED + b"4\r\nhalf\r\n", "body", [b"half"]),
        (CHUNKED + b"9\r\nhalf", "body", [b"half"]),
        (CHUNKED + b"4\r\nhalf\r\n0\r\n", "body", [b"half"]),
    ],
)
def test_a_close_in_the_middle(exchange, sent, where, parts):
    """A server that closes before the end, or stated a length it does not keep, is found out."""

    async def script(peer, _record):
        await peer.send(sent)

    record = exchange(script)
    assert record.error.type == "IncompleteResponse"
    assert f"before the end of the response's {where}" in record.error.message
    assert record.parts == parts


@pytest.mark.parametrize(
    ("sent", "parts"),
    [
        (b"\x00\x01\x02", []),
        (b"SSH-2.0-OpenSSH_9.6\r\n", []),
        (b"HTTP/1.1 abc\r\n\r\n", []),
        (b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", []),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", []),
        (CHUNKED + b"4\r\nhalf\r\nzzz\r\n", [b"half"]),
        (b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n", []),
    ],
)
def test_an_answer_that_is_not_http(exchange, sent, parts):
    """The connection is closed at once, and what could be read is kept."""

    async def script(peer, _record):
        await peer.send(sent)
        await peer.gone()

    record = exchange(script)
    assert record.error.type == "ProtocolError"
    assert record.parts == parts


def test_a_server_that_stalls_before_it_answers(exchange):
    """The request timeout ends the request and the connection."""

    async def script(peer, _record):
        await peer.gone()

    record = exchange(script, request_timeout=0.05)
    assert record.error.type == "RequestTimeout"
    assert "0.05 s" in record.error.message
    assert record.end_ns - record.start_ns >= 50_000_000
    assert record.status == 0


def test_a_server_that_stalls_in_the_middle(exchange):
    """The request timeout holds for the whole response, not for its beginning."""

    async def script(peer, _record):
        await peer.send(CHUNKED, b"4\r\nhalf\r\n")
        await peer.gone()

    record = exchange(script, request_timeout=0.3)
    assert record.error.type == "RequestTimeout"
    assert record.parts == [b"half"]


def test_a_server_that_trickles_for_too_long(exchange):
    """Bytes that keep coming do not put the request timeout off."""

    async def script(peer, _record):
        await peer.send(CHUNKED)
        while not peer.writer.is_closing():
            await peer.send(b"1\r\nx\r\n")
            await asyncio.sleep(0.001)

    record = exchange(script, request_timeout=0.3, idle_timeout=10)
    assert record.error.type == "RequestTimeout"
    assert set(b"".join(record.parts)) == {ord("x")}


@pytest.mark.parametrize("sent", [b"", CHUNKED + b"4\r\nhalf\r\n"])
def test_a_server_that_falls_silent(exchange, sent):
    """The idle timeout counts from the latest byte."""

    async def script(peer, _record):
        await peer.send(sent)
        await peer.gone()

    record = exchange(script, request_timeout=20, idle_timeout=0.05)
    assert record.error.type == "IdleTimeout"
    assert "0.05 s" in record.error.message
    latest = record.part_ns[-1] if record.part_ns else record.sent_ns
    assert record.end_ns - latest >= 50_000_000


def test_bytes_put_the_idle_timeout_off(exchange, until):
    """A server that is never silent for that long may take as long as it wants."""

    async def script(peer, record):
        await peer.send(CHUNKED)
        for count in range(1, 111):
            await peer.send(b"1\r\nx\r\n")
            await until(lambda count=count: len(record.parts) == count)
            await asyncio.sleep(0.01)
        await peer.send(b"0\r\n\r\n")
        await peer.gone()

    record = exchange(script, idle_timeout=1.0)
    assert record.error is None
    assert record.end_ns - record.start_ns > 1_000_000_000


def test_each_request_has_its_own_time(run, serve, open_client):
    """The time that one request took on a connection is not the next one's."""

    async def script(peer):
        for _ in range(4):
            await peer.request()
            await asyncio.sleep(0.2)
            await peer.answer()
        await peer.request()
        await peer.gone()

    async def main():
        async with (
            serve(script) as server,
            open_client(server.url, request_timeout=0.6, idle_timeout=5) as client,
        ):
            return [await client.send() for _ in range(5)]

    *good, last = run(main())
    assert [record.error for record in good] == [None] * 4
    assert last.error.type == "RequestTimeout"
    assert last.connection_reused
    assert last.end_ns - last.start_ns >= 600_000_000


def test_no_timer_is_left_behind(run, serve, open_client):
    """A closed connection does not keep its timer."""

    async def script(peer):
        await peer.request()
        await peer.answer()
        await peer.gone()

    async def main():
        async with serve(script) as server, open_client(server.url, request_timeout=500) as client:
            await client.send()
            (connection,) = client.transport._pools[0].connections
            timer = connection._timer
            await client.transport.close()
            assert timer.cancelled()

    run(main())


def test_an_idle_connection_outlives_its_timer(run, serve, open_client, until):
    """The timer of a request that has ended ends nothing; the next request has a new one."""

    async def script(peer):
        await peer.request()
        await peer.answer()
        await peer.request()
        await peer.gone()

    async def main():
        async with serve(script) as server, open_client(server.url, request_timeout=0.2) as client:
            good = await client.send()
            (connection,) = client.transport._pools[0].connections
            await until(lambda: connection._timer is None)
            assert connection.is_usable()
            return good, await client.send()

    good, late = run(main())
    assert good.error is None
    assert late.connection_reused
    assert late.error.type == "RequestTimeout"
