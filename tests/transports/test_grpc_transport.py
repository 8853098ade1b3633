"""Calls over real loopback connections: what is sent, kept and trusted, and how they end."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import asynccontextmanager

import pytest
import trustme
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import RequestReceived

grpc = pytest.importorskip("grpc", reason="grpcio cannot be installed on this interpreter")

from aiperf.common.config import TransportConfig  # noqa: E402 - skipped before
from aiperf.common.errors import ConfigError  # noqa: E402 - as above
from aiperf.common.models import RawRecord  # noqa: E402 - as above
from aiperf.server.errors import EmbeddedServerError  # noqa: E402 - as above
from aiperf.server.process import EmbeddedServer  # noqa: E402 - as above
from aiperf.server.settings import ServerSettings  # noqa: E402 - as above
from aiperf.testing.grpc_server import GRPCServer  # noqa: E402 - as above
from aiperf.testing.http_server import PARTS, Behaviour  # noqa: E402 - as above
from aiperf.transports.grpc_transport import GRPCTransport  # noqa: E402 - as above

PATH = "/v2/models/m/infer"
BODY = b'{"inputs": []}'
ASKING = b'{"inputs": [{"name": "text_input", "datatype": "BYTES", "shape": [1], "data": ["Hi"]}]}'
WHOLE = {"Content-Type": "application/json", "Accept": "application/json"}
STREAM = {"Content-Type": "application/json", "Accept": "text/event-stream"}


@asynccontextmanager
async def open_transport(url, **config):
    transport = GRPCTransport(config=TransportConfig(url=url, **config))
    try:
        yield transport
    finally:
        await transport.close()


async def send(transport, headers=WHOLE, **ids):
    record = RawRecord()
    await transport.send(transport.prepare(PATH, BODY, headers), record, **ids)
    return record


def test_a_whole_response_is_one_part(run):
    """It is complete when it has come; the next request goes out on the same connection."""

    async def main():
        server = GRPCServer()
        async with server.running(), open_transport(server.url) as transport:
            first, second = await send(transport), await send(transport, request_id="r")
        assert (first.error, first.parts, first.status) == (None, [b"".join(PARTS)], 200)
        assert first.start_ns <= first.sent_ns <= first.ack_ns == first.part_ns[0] <= first.end_ns
        assert "ModelInferResponse" in first.content_type
        assert (first.connection_reused, second.connection_reused) == (False, True)
        assert server.received[1].headers["x-request-id"] == "r"
        assert server.received[1].headers["user-agent"].startswith("aiperf ")

    run(main())


def test_there_is_a_connection_for_every_hundred_requests(run, until):
    """None waits in the client for one that it shares."""

    async def main():
        server = GRPCServer(behaviour=Behaviour.HANG)
        async with server.running(), open_transport(server.url) as transport:
            tasks = [asyncio.create_task(send(transport)) for _ in range(250)]
            await until(lambda: len(server.received) == len(tasks))
            assert server.connections == 3
            await transport.close()
            records = await asyncio.gather(*tasks)
        assert {each.error.type for each in records} == {"TransportError"}
        assert "AIPerf closed the connection" in records[0].error.message

    run(main())


@pytest.mark.once
def test_a_server_that_falls_silent_is_an_error(run):
    """Before the first message as in the middle; what came is kept."""

    async def main():
        server = GRPCServer()
        async with (
            server.running(),
            open_transport(server.url, idle_timeout=0.25) as transport,
        ):
            assert (await send(transport, STREAM)).error is None
            server.behaviour = Behaviour.HANG
            assert (await send(transport)).error.type == "IdleTimeout"
            server.behaviour = Behaviour.HANG_IN_BODY
            record = await send(transport, STREAM)
            assert (record.error.type, record.parts) == ("IdleTimeout", [PARTS[0]])

    run(main())


@pytest.mark.once
def test_a_server_that_is_late_with_its_first_message_is_an_error(run):
    """What comes after it may take longer."""

    async def main():
        server = GRPCServer()
        limits = {"first_byte_timeout": 0.25, "request_timeout": 0.5}
        async with server.running(), open_transport(server.url, **limits) as transport:
            server.behaviour = Behaviour.HANG
            assert (await send(transport, STREAM)).error.type == "FirstByteTimeout"
            server.behaviour = Behaviour.HANG_IN_BODY
            assert (await send(transport, STREAM)).error.type == "RequestTimeout"

    run(main())


def test_several_servers_are_asked_in_turn(run):
    """Each record says which; without reuse each request has a connection of its own."""

    async def main():
        one, two = GRPCServer(), GRPCServer()
        async with one.running(), two.running():
            config = {"other_urls": (two.url,), "connection_reuse": "never"}
            async with open_transport(one.url, **config) as transport:
                records = [await send(transport) for _ in range(4)]
                assert [each.error for each in records] == [None] * 4
                assert not any(each.connection_reused for each in records)
                await one.all_closed()
                await two.all_closed()
        names = [url.removeprefix("grpc://") for url in (one.url, two.url)]
        assert [each.url for each in records] == names * 2

    run(main())


@pytest.mark.parametrize(
    ("config", "option"),
    [
        ({"connection_reuse": "sticky-user-sessions"}, "--connection-reuse-strategy"),
        ({"dns_ttl": 1.0}, "--dns-ttl-seconds"),
    ],
)
def test_what_grpc_does_itself_is_refused(config, option):
    """An option that would change nothing is an error."""
    with pytest.raises(ConfigError) as caught:
        GRPCTransport(config=TransportConfig("grpc://h:1", **config))
    assert caught.value.option == option


def test_a_server_that_does_not_answer_the_connection_is_a_timeout(run):
    """Within the connect timeout, not the request's."""

    async def main():
        with socket.create_server(("127.0.0.1", 0)) as silent:
            url = "grpc://{}:{}".format(*silent.getsockname())
            async with open_transport(url, connect_timeout=0.15) as transport:
                assert (await send(transport)).error.type == "ConnectTimeout"

    run(main())


def test_a_message_that_is_too_large_is_an_error(run):
    """Of that request alone: the connection goes on."""

    async def main():
        server = GRPCServer()
        limit = {"max_response_bytes": len(PARTS[0])}
        async with server.running(), open_transport(server.url, **limit) as transport:
            assert (await send(transport)).error.type == "ResponseTooLarge"
            assert (await send(transport, STREAM)).error is None
            assert server.connections == 1

    run(main())


def test_a_request_that_the_server_has_not_begun_is_not_sent_again(run, serve):
    """As gRPC by itself would do, with the time of both in what is measured."""
    asked = []

    async def go_away(peer):
        connection = H2Connection(H2Configuration(client_side=False))
        connection.initiate_connection()
        while data := await peer.reader.read(65536):
            events = connection.receive_data(data)
            await peer.send(connection.data_to_send())
            if any(isinstance(each, RequestReceived) for each in events):
                asked.append(peer)
                connection.close_connection(last_stream_id=0)
                await peer.send(connection.data_to_send())
                return

    async def main():
        async with serve(go_away) as server:
            async with open_transport(server.url.replace("http", "grpc")) as transport:
                record = await send(transport)
            assert record.error.type == "ConnectionReset"
            assert len(asked) == 1

    run(main())


@pytest.mark.once
def test_a_server_that_dies_is_an_error_for_each_request(run, until):
    """Once: those under way lose their connection, and the next finds nobody there."""

    async def main():
        server = EmbeddedServer(ServerSettings(ttft=0, itl=60_000, grpc_port=0))
        server.start()
        async with open_transport(server.grpc_url) as transport:
            request = transport.prepare(PATH, ASKING, STREAM)
            records = [RawRecord() for _ in range(20)]
            tasks = [asyncio.create_task(transport.send(request, each)) for each in records]
            await until(lambda: all(each.parts for each in records))
            os.kill(server.pid, signal.SIGKILL)
            await asyncio.gather(*tasks)
            assert {each.error.type for each in records} == {"IncompleteResponse"}
            assert all(each.end_ns >= each.part_ns[-1] for each in records)
            assert (await send(transport)).error.type == "ConnectError"
        with pytest.raises(EmbeddedServerError, match="exit status -9"):
            server.stop()

    run(main())


@pytest.mark.once
def test_a_cancelled_call_is_taken_back(run, tmp_path, until):
    """The server is told, and stops working on it."""

    async def main():
        log = tmp_path / "truth.jsonl"
        settings = ServerSettings(ttft=0, itl=60_000, grpc_port=0, log=log)
        with EmbeddedServer(settings) as server:
            async with open_transport(server.grpc_url) as transport:
                record = RawRecord()
                request = transport.prepare(PATH, ASKING, STREAM)
                task = asyncio.create_task(transport.send(request, record))
                await until(lambda: record.parts)
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
                assert record.error is None
                assert record.end_ns >= record.part_ns[-1]
                await until(lambda: len(log.read_text().splitlines()) > 1)
        assert json.loads(log.read_text().splitlines()[1])["outcome"] == "disconnected"

    run(main())


@asynccontextmanager
async def tls_server():
    """Give the port of a server with a certificate for localhost, and its authority's file."""
    authority = trustme.CA()
    certificate = authority.issue_cert("localhost")
    credentials = grpc.ssl_server_credentials(
        [
            (
                certificate.private_key_pem.bytes(),
                b"".join(each.bytes() for each in certificate.cert_chain_pems),
            )
        ]
    )
    inner = GRPCServer()
    server = grpc.aio.server()

    class Handler(grpc.GenericRpcHandler):
        def service(self, _):
            return grpc.unary_unary_rpc_method_handler(inner.infer)

    server.add_generic_rpc_handlers((Handler(),))
    port = server.add_secure_port("localhost:0", credentials)
    await server.start()
    with authority.cert_pem.tempfile() as ca_file:
        try:
            yield port, ca_file
        finally:
            await server.stop(None)


def test_a_certificate_is_checked_unless_that_is_not_wanted(run):
    """By the authority that is given and by the host's name, or not at all."""

    async def main():
        async with tls_server() as (port, ca_file):
            url = f"grpcs://localhost:{port}"
            async with open_transport(url, ca_file=ca_file) as transport:
                assert (await send(transport)).error is None
            # Of a name's addresses, gRPC tells what went wrong with the last, which may be another.
            async with open_transport(f"grpcs://127.0.0.1:{port}") as transport:
                assert (await send(transport)).error.type == "TLSError"
            for host in ("localhost", "127.0.0.1"):
                async with open_transport(f"grpcs://{host}:{port}", verify=False) as transport:
                    assert (await send(transport)).error is None
            async with open_transport(f"grpc://localhost:{port}") as transport:
                assert (await send(transport)).error is not None

    run(main())


def test_no_server_to_trust_blindly_is_a_connect_error(run, tmp_path):
    """And a file without certificates is an error of the configuration."""

    async def main():
        async with open_transport("grpcs://localhost:1", verify=False) as transport:
            assert (await send(transport)).error.type == "ConnectError"

    run(main())
    (tmp_path / "none.pem").write_text("none")
    with pytest.raises(ConfigError, match="cannot be read as certificates") as caught:
        GRPCTransport(config=TransportConfig("grpcs://h:1", ca_file=str(tmp_path / "none.pem")))
    assert caught.value.option == "--tls-ca-file"


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({"X-Tag-bin": "a"}, "metadata that is bytes"),
        ({"grpc-timeout": "1S"}, "set for each gRPC request"),
        ({"X Tag": "a"}, "cannot be the name"),
        ({"X-Tag": "ü"}, "not printable ASCII"),
    ],
)
def test_headers_that_are_no_metadata(headers, message):
    """They are refused before anything is sent, and a value is not shown."""
    with pytest.raises(ConfigError, match=message) as caught:
        GRPCTransport(config=TransportConfig("grpc://h:1", headers=headers))
    assert caught.value.option == "--header"


def test_a_header_host_is_the_authority(run):
    """As gateways that route by name want it; other headers of HTTP alone are left out."""

    async def main():
        server = GRPCServer()
        config = {"headers": {"Host": "model.example"}, "api_key": "k", "api_key_header": "X-Key"}
        async with server.running(), open_transport(server.url, **config) as transport:
            request = transport.prepare(PATH, BODY, WHOLE)
            assert request.metadata == (("x-key", "k"),)
            assert (await send(transport)).error is None

    run(main())


@pytest.mark.once
def test_nothing_is_written_at_the_end():
    """A process that was cancelled, refused and cut off ends without a word from gRPC."""
    code = """
import asyncio, sys
from aiperf.common.config import TransportConfig
from aiperf.common.models import RawRecord
from aiperf.testing.grpc_server import GRPCServer
from aiperf.testing.http_server import Behaviour
from aiperf.transports.grpc_transport import GRPCTransport

async def main():
    server = GRPCServer(behaviour=Behaviour.CLOSE)
    async with server.running():
        transport = GRPCTransport(config=TransportConfig(server.url))
        headers = {"Accept": "text/event-stream"}
        request = transport.prepare("/v2/models/m/infer", b'{"inputs": []}', headers)
        record = RawRecord()
        await transport.send(request, record)
        assert record.error.type == "ConnectionReset", record.error
        server.behaviour = Behaviour.HANG
        task = asyncio.create_task(transport.send(request, RawRecord()))
        while len(server.received) < 2:
            await asyncio.sleep(0.005)
        task.cancel()
        await asyncio.wait([task])
        await transport.close()

asyncio.run(main())
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
