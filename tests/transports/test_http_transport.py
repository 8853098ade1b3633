"""Requests over real loopback connections: what is sent, kept, reused, retried and closed."""

from __future__ import annotations

import asyncio
import itertools

import pytest

from aiperf.common.config import TransportConfig
from aiperf.common.errors import ConfigError
from aiperf.common.models import RawRecord
from aiperf.common.request_trace import RequestTrace
from aiperf.transports.http_transport import HTTPTransport


def test_a_request_is_sent_as_prepared(run, serve, open_client):
    """The server sees the target, every header once, the ids of this request, and the body."""
    seen = []

    async def script(peer):
        seen.append(await peer.request())
        await peer.answer()

    async def main():
        async with (
            serve(script) as server,
            open_client(
                f"{server.url}/prefix/", api_key="secret", headers={"X-Extra": "1", "accept": "x"}
            ) as client,
        ):
            request = client.transport.prepare(
                "/v1/chat", b'{"a": 1}', {"Content-Type": "application/json", "Accept": "y"}
            )
            record = RawRecord()
            await client.transport.send(request, record, request_id="r-1", correlation_id="c-1")
            assert record.error is None
            return server.url.removeprefix("http://")

    authority = run(main())
    assert seen[0].line == "POST /prefix/v1/chat HTTP/1.1"
    assert seen[0].headers == {
        "Host": authority,
        "User-Agent": "aiperf",
        "Accept-Encoding": "identity",
        "Authorization": "Bearer secret",
        "Content-Type": "application/json",
        "accept": "x",
        "X-Extra": "1",
        "Content-Length": "8",
        "X-Request-ID": "r-1",
        "X-Correlation-ID": "c-1",
    }
    assert seen[0].body == b'{"a": 1}'


def test_a_record_says_what_happened_when(run, serve, open_client):
    """The moments follow one another, and the response is kept as it came."""

    async def script(peer):
        await peer.request()
        await peer.answer(b'{"x": 1}', "Content-Type: application/json; charset=utf-8")

    async def main():
        async with serve(script) as server, open_client(server.url) as client:
            return await client.send()

    record = run(main())
    assert record.error is None
    assert record.status == 200
    assert record.content_type == "application/json; charset=utf-8"
    assert b"".join(record.parts) == b'{"x": 1}'
    assert len(record.parts) == len(record.part_ns)
    moments = [record.start_ns, record.sent_ns, record.ack_ns, *record.part_ns, record.end_ns]
    assert moments == sorted(moments)
    assert moments[0] > 0
    assert record.end_ns == record.part_ns[-1]
    assert not record.connection_reused


def test_a_trace_has_what_came_before_a_request_was_sent(run, serve, open_client):
    """The lookup of a name and the connection, once; an open connection has neither."""

    async def script(peer):
        for _ in range(2):
            await peer.request()
            await peer.answer()

    async def main():
        async with serve(script) as server:
            named = server.url.replace("127.0.0.1", "localhost")
            async with open_client(named, trace=True) as client:
                return [await client.send(), await client.send()]

    first, second = run(main())
    trace = first.trace
    moments = [first.start_ns, trace.lookup_ns, trace.connect_ns, trace.connected_ns, first.sent_ns]
    assert moments == sorted(moments)
    assert all(moments)
    assert trace.sent_bytes > 0
    assert second.connection_reused
    assert second.trace == RequestTrace(trace.sent_bytes)


def test_a_trace_without_a_lookup(run, serve, open_client):
    """An address needs none; and without being asked for, there is no trace."""

    async def script(peer):
        await peer.request()
        await peer.answer()

    async def main():
        async with serve(script) as server:
            records = []
            for trace in (True, False):
                async with open_client(server.url, trace=trace) as client:
                    records.append(await client.send())
            return records

    traced, untraced = run(main())
    assert traced.trace.lookup_ns == 0
    assert traced.start_ns <= traced.trace.connect_ns <= traced.trace.connected_ns
    assert untraced.trace is None


def test_each_read_of_a_body_is_a_part_with_its_own_time(run, serve, open_client, until):
    """A part is there when its bytes are, long before the response is complete."""
    record = RawRecord()
    pieces = [b"5\r\nfirst\r\n", b"6\r\nsecond\r\n5\r\nthird\r\n", b"6\r\nfourth\r\n"]

    async def script(peer):
        await peer.request()
        await peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        await until(lambda: record.ack_ns)
        for count, piece in enumerate(pieces, 1):
            await peer.send(piece)
            await until(lambda count=count: len(record.parts) == count)
        await peer.send(b"0\r\n\r\n")

    async def main():
        async with serve(script) as server, open_client(server.url) as client:
            await client.send(record=record)

    run(main())
    assert record.error is None
    assert record.parts == [b"first", b"secondthird", b"fourth"]
    moments = [record.ack_ns, *record.part_ns, record.end_ns]
    assert all(one < other for one, other in itertools.pairwise(moments))


def test_a_connection_is_used_again(run, serve, open_client):
    """Requests that follow one another share one connection, whatever their status."""

    async def script(peer):
        for status in ("200 OK", "500 Oops", "200 OK"):
            await peer.request()
            await peer.answer(status=status)

    async def main():
        async with serve(script) as server, open_client(server.url) as client:
            records = [await client.send() for _ in range(3)]
            assert len(server.peers) == 1
            return records

    records = run(main())
    assert [record.status for record in records] == [200, 500, 200]
    assert [record.connection_reused for record in records] == [False, True, True]


def test_the_connection_in_use_last_is_used_next(run, serve, open_client):
    """There are as many connections as requests at once; the last one to be free comes first."""
    order = []
    both_are_there = asyncio.Event()
    first_may_end = asyncio.Event()

    async def script(peer):
        while True:
            request = await peer.request()
            order.append((id(peer), request.body))
            if len(order) == 2:
                both_are_there.set()
            await both_are_there.wait()
            if request.body == b"slow":
                await first_may_end.wait()
            await peer.answer()

    async def main():
        async with serve(script) as server, open_client(server.url) as client:
            slow = asyncio.ensure_future(client.send(b"slow"))
            await client.send(b"fast")
            first_may_end.set()
            await slow
            record = await client.send(b"next")
            assert record.connection_reused
            assert len(server.peers) == 2

    run(main())
    peers = {body: peer for peer, body in order}
    assert peers[b"next"] == peers[b"slow"] != peers[b"fast"]


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n{}",
    ],
)
def test_a_connection_that_the_server_gives_up_is_not_used_again(run, serve, open_client, head):
    """``Connection: close`` and HTTP/1.0 end the connection with the response."""

    async def script(peer):
        await peer.request()
        await peer.send(head)
        await peer.gone()

    async def main():
        async with serve(script) as server, open_client(server.url) as client:
            records = [await client.send(), await client.send()]
            assert len(server.peers) == 2
            return records

    for record in run(main()):
        assert record.error is None
        assert not record.connection_reused


def test_a_request_on_a_connection_that_turns_out_closed_is_sent_again(run, serve, open_client):
    """A server that closes a kept connection just then gets the request once more; same start."""
    seen = []

    async def script(peer):
        seen.append(await peer.request())
        await peer.answer(b"%d" % len(seen))
        if len(seen) == 1:
            seen.append(await peer.request())

    async def main():
        async with serve(script) as server, open_client(server.url) as client:
            await client.send()
            record = await client.send(b"again")
            assert len(server.peers) == 2
            return record

    record = run(main())
    assert [request.body for request in seen] == [b"{}", b"again", b"again"]
    assert record.error is None
    assert record.parts == [b"3"]
    assert not record.connection_reused
    assert record.start_ns < record.sent_ns < record.ack_ns


def test_a_request_is_sent_again_after_a_reset_too(run, serve, open_client):
    """A reset before the first byte of a response means the same as a close."""
    answered = []

    async def script(peer):
        await peer.request()
        await peer.answer()
        answered.append(peer)
        if len(answered) == 1:
            await peer.request()
            peer.reset()

    async def main():
        async with serve(script) as server, open_client(server.url) as client:
            await client.send()
            return await client.send()

    assert run(main()).error is None
    assert len(answered) == 2


def test_a_request_is_sent_again_once_only(run, serve, open_client):
    """A server that closes the new connection as well has failed."""
    seen = []

    async def script(peer):
        seen.append(await peer.request())
        if len(seen) == 1:
            await peer.answer()
            seen.append(await peer.request())

    async def main():
        async with serve(script) as server, open_client(server.url) as client:
            await client.send()
            return await client.send()

    record = run(main())
    assert len(seen) == 3
    assert record.error.type == "ConnectionReset"
    assert record.end_ns > record.start_ns


def test_a_request_with_part_of_a_response_is_not_sent_again(run, serve, open_client):
    """One byte of a response is enough: the server has begun to work on the request."""
    seen = []

    async def script(peer):
        seen.append(await peer.request())
        await peer.answer()
        seen.append(await peer.request())
        await peer.send(b"H")

    async def main():
        async with serve(script) as server, open_client(server.url) as client:
            await client.send()
            return await client.send()

    record = run(main())
    assert record.error.type == "IncompleteResponse"
    assert record.connection_reused
    assert len(seen) == 2


def test_a_connection_seen_to_be_closed_is_left_out(run, serve, open_client, until):
    """A connection that the server closed while it was idle is not tried at all."""

    async def script(peer):
        await peer.request()
        await peer.answer()

    async def main():
        async with serve(script) as server, open_client(server.url) as client:
            await client.send()
            await until(lambda: not client.transport._pools[0].connections)
            record = await client.send()
            assert len(server.peers) == 2
            return record

    assert run(main()).error is None


@pytest.mark.parametrize("unasked", [b"x", b"HTTP/1.1 408 Request Timeout\r\n"])
def test_bytes_that_nobody_asked_for_end_a_connection(run, serve, open_client, until, unasked):
    """What comes between requests cannot pass for the answer to the next one."""

    async def script(peer):
        await peer.request()
        await peer.answer()
        if len(script.peers) == 1:
            await script.may_go_on.wait()
            await peer.send(unasked)
            await peer.gone()

    async def main():
        script.may_go_on = asyncio.Event()
        async with serve(script) as server, open_client(server.url) as client:
            script.peers = server.peers
            await client.send()
            script.may_go_on.set()
            await until(lambda: not client.transport._pools[0].connections)
            return await client.send()

    record = run(main())
    assert record.error is None
    assert not record.connection_reused


@pytest.mark.parametrize("more", [b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\ny", b"y", b"HTT"])
def test_more_than_a_response_is_cut_off(run, serve, open_client, more):
    """What goes beyond the length that the server stated is not read, and ends the connection."""

    async def script(peer):
        await peer.request()
        await peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx" + more)
        await peer.gone()

    async def main():
        async with serve(script) as server, open_client(server.url) as client:
            records = [await client.send(), await client.send()]
            assert len(server.peers) == 2
            return records

    for record in run(main()):
        assert record.error is None
        assert record.parts == [b"x"]
        assert not record.connection_reused


def test_a_large_request_is_sent_whole(run, serve, open_client):
    """A request that the socket does not take at once is sent when it does."""
    body = bytes(range(256)) * 40_000
    seen = []

    async def script(peer):
        await asyncio.sleep(0)
        seen.append(await peer.request())
        await peer.answer()

    async def main():
        async with serve(script) as server, open_client(server.url) as client:
            return await client.send(body)

    record = run(main())
    assert seen[0].body == body
    assert record.error is None
    assert record.start_ns < record.sent_ns <= record.ack_ns


def test_a_connection_whose_request_was_answered_too_early_is_not_used_again(
    run, serve, open_client
):
    """An answer before the request's end leaves a connection on which the rest is still to come."""

    async def script(peer):
        if len(script.peers) == 1:
            await peer.reader.readuntil(b"\r\n\r\n")
            await peer.answer(status="413 Too Large")
            await peer.gone()
        else:
            await peer.request()
            await peer.answer()

    async def main():
        async with serve(script) as server, open_client(server.url) as client:
            script.peers = server.peers
            return await client.send(bytes(20_000_000)), await client.send()

    early, late = run(main())
    assert early.error.code == 413
    assert not early.sent_ns
    assert late.error is None
    assert not late.connection_reused


def test_a_cancelled_request_leaves_what_was_measured(run, serve, open_client, until):
    """It takes its connection with it; the next request gets a new one."""
    record = RawRecord()
    left = []

    async def script(peer):
        await peer.request()
        if not left:
            await peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
            await peer.gone()
            left.append(peer)
        else:
            await peer.answer()

    async def main():
        async with serve(script) as server, open_client(server.url) as client:
            task = asyncio.ensure_future(client.send(record=record))
            await until(lambda: record.parts)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await until(lambda: left)
            return await client.send()

    following = run(main())
    assert following.error is None
    assert not following.connection_reused
    assert record.status == 200
    assert record.parts == [b"half"]
    assert record.error is None
    assert record.end_ns > record.part_ns[0]


def test_a_request_can_be_cancelled_while_it_connects(run, serve, open_client, certificates):
    """A server that never begins TLS does not hold up a cancellation."""
    record = RawRecord()

    async def script(peer):
        script.is_there.set()
        await peer.gone()

    async def main():
        script.is_there = asyncio.Event()
        async with serve(script) as server:
            url = server.url.replace("http:", "https:")
            async with open_client(url, ca_file=certificates.ca_file) as client:
                task = asyncio.ensure_future(client.send(record=record))
                await script.is_there.wait()
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task

    run(main())
    assert record.end_ns > record.start_ns
    assert not record.sent_ns


def test_a_closed_transport_ends_what_is_under_way_and_sends_no_more(run, serve, open_client):
    """Closing closes every connection, also a second time."""

    async def script(peer):
        await peer.request()
        script.is_there.set()
        await peer.gone()
        script.is_gone.set()

    async def main():
        script.is_there, script.is_gone = asyncio.Event(), asyncio.Event()
        async with serve(script) as server, open_client(server.url) as client:
            task = asyncio.ensure_future(client.send())
            await script.is_there.wait()
            await client.transport.close()
            await client.transport.close()
            await script.is_gone.wait()
            assert not client.transport._pools[0].connections
            return await task, await client.send()

    under_way, later = run(main())
    assert under_way.error.type == "TransportError"
    assert "closed" in under_way.error.message
    assert later.error.type == "TransportError"
    assert "closed" in later.error.message


def test_many_requests_at_once(run, serve, open_client):
    """A hundred requests at once have a hundred connections; the next hundred use them again."""

    async def script(peer):
        while True:
            request = await peer.request()
            await peer.answer(request.body)

    async def main():
        async with serve(script) as server, open_client(server.url) as client:
            first = await asyncio.gather(*(client.send(b"%d" % each) for each in range(100)))
            again = await asyncio.gather(*(client.send(b"%d" % each) for each in range(100)))
            assert len(server.peers) == 100
            return first, again

    for records in run(main()):
        assert [record.error for record in records] == [None] * 100
        assert [b"".join(record.parts) for record in records] == [b"%d" % n for n in range(100)]


def test_a_server_with_an_ipv6_address(run, serve, open_client):
    """The address is in brackets in the URL and in the Host header."""
    seen = []

    async def script(peer):
        seen.append(await peer.request())
        await peer.answer()

    async def main():
        async with serve(script, host="::1") as server, open_client(server.url) as client:
            record = await client.send()
            return server.url, record

    try:
        url, record = run(main())
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")
    assert record.error is None
    assert seen[0].headers["Host"] == url.removeprefix("http://")
    assert url.startswith("http://[::1]:")


def test_tls_with_an_authority_of_ones_own(run, serve, open_client, certificates):
    """The server's certificate is checked against the file; connections are kept as well."""

    async def script(peer):
        for _ in range(2):
            await peer.request()
            await peer.answer(b"x" * 100_000)

    async def main():
        async with (
            serve(script, tls=certificates.server) as server,
            open_client(server.url, ca_file=certificates.ca_file) as client,
        ):
            records = [await client.send(b"y" * 100_000) for _ in range(2)]
            assert len(server.peers) == 1
            return records

    records = run(main())
    assert [record.error for record in records] == [None, None]
    assert [b"".join(record.parts) for record in records] == [b"x" * 100_000] * 2
    assert [record.connection_reused for record in records] == [False, True]
    assert all(record.sent_ns for record in records)


def test_tls_without_a_check(run, serve, open_client, certificates):
    """With ``verify=False`` any certificate will do."""

    async def script(peer):
        await peer.request()
        await peer.answer()

    async def main():
        async with (
            serve(script, tls=certificates.server) as server,
            open_client(server.url, verify=False) as client,
        ):
            return await client.send()

    assert run(main()).error is None


def test_a_closing_tls_server_is_noticed(run, serve, open_client, certificates):
    """A kept connection that the server closes leads to a new one over TLS, too."""

    async def script(peer):
        await peer.request()
        await peer.answer()

    async def main():
        async with (
            serve(script, tls=certificates.server) as server,
            open_client(server.url, ca_file=certificates.ca_file) as client,
        ):
            return [await client.send() for _ in range(3)]

    assert [record.error for record in run(main())] == [None] * 3


@pytest.mark.parametrize(
    ("config", "option", "said"),
    [
        ({"url": "ftp://host"}, "--url", "must begin with http"),
        ({"headers": {"Bad Name": "x"}}, "--header", "'Bad Name' cannot be the name"),
        ({"headers": {"X-A": "a\r\nX-B: b"}}, "--header", "the value of 'X-A'"),
        ({"headers": {"content-length": "1"}}, "--header", "is set by AIPerf"),
        ({"api_key": "a\nb"}, "--api-key", "'Authorization'"),
        ({"url": "https://h", "ca_file": "/nowhere.pem"}, "--tls-ca-file", "'/nowhere.pem'"),
        ({"url": "https://h", "ca_file": __file__}, "--tls-ca-file", "PEM format"),
    ],
)
def test_a_wrong_configuration_is_an_error_at_once(config, option, said):
    """The error names the option and never shows a header's value."""
    with pytest.raises(ConfigError, match=said) as caught:
        HTTPTransport(config=TransportConfig(**{"url": "http://h", **config}))
    assert caught.value.option == option
    assert "X-B" not in str(caught.value)


def test_an_endpoint_with_a_wrong_header_is_an_error():
    """Headers of an endpoint are checked when a request is prepared."""
    transport = HTTPTransport(config=TransportConfig(url="http://h"))
    with pytest.raises(ConfigError, match=r"the endpoint's headers: the value of 'X'"):
        transport.prepare("/", b"", {"X": "\0"})


def test_a_header_of_a_person_wins_over_the_api_key():
    """Who gives an Authorization header has it sent as given."""
    config = TransportConfig(url="http://h", api_key="k", headers={"authorization": "Basic eDp5"})
    head = HTTPTransport(config=config).prepare("/", b"", {}).head
    assert b"authorization: Basic eDp5\r\n" in head
    assert b"Bearer" not in head


def test_the_api_key_goes_into_the_header_that_the_endpoint_names():
    """There it stands by itself."""
    config = TransportConfig(url="http://h", api_key="k", api_key_header="x-api-key")
    head = HTTPTransport(config=config).prepare("/", b"", {}).head
    assert b"x-api-key: k\r\n" in head
    assert b"Authorization" not in head
