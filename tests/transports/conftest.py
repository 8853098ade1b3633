"""A server of raw bytes on loopback that does what a test's script says, and both event loops."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
import trustme
import uvloop

from aiperf.common.config import TransportConfig
from aiperf.common.models import RawRecord
from aiperf.transports.http_transport import HTTPTransport

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine

LOOPS = {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}


@dataclass(frozen=True)
class Request:
    """What a client sent."""

    line: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Peer:
    """One accepted connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def request(self) -> Request:
        """Read one whole request; ``IncompleteReadError`` if the client closes instead."""
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        line, *fields = head[:-4].split("\r\n")
        headers = dict(field.split(": ", 1) for field in fields)
        assert len(headers) == len(fields), "a header was sent twice"
        body = await self.reader.readexactly(int(headers["Content-Length"]))
        return Request(line, headers, body)

    async def send(self, *pieces: bytes) -> None:
        """Send all of ``pieces`` as one."""
        self.writer.write(b"".join(pieces))
        await self.writer.drain()

    async def answer(self, body: bytes = b"{}", *headers: str, status: str = "200 OK") -> None:
        """Send a whole response that has a length."""
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
        await self.send("\r\n".join(lines).encode(), body)

    def reset(self) -> None:
        """Close so that the client gets a reset."""
        linger = struct.pack("ii", 1, 0)
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.writer.transport.abort()

    async def gone(self) -> None:
        """Wait until the client has closed the connection."""
        with contextlib.suppress(ConnectionError):
            while await self.reader.read(65536):
                pass


@dataclass
class Server:
    """What a running server knows."""

    url: str
    peers: list[Peer] = field(default_factory=list)


@contextlib.asynccontextmanager
async def run_server(
    script: Callable[[Peer], Awaitable[None]],
    *,
    tls: ssl.SSLContext | None = None,
    host: str = "127.0.0.1",
) -> AsyncIterator[Server]:
    """Run a server that hands each connection to ``script``, and closes it when that returns.

    The end of the client is no error of the script's; any other exception fails the test.
    """
    server = Server("")
    running: set[asyncio.Task[None]] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        running.add(asyncio.current_task())
        peer = Peer(reader, writer)
        server.peers.append(peer)
        try:
            with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
                await script(peer)
        finally:
            writer.close()

    listener = await asyncio.start_server(handle, host, 0, ssl=tls)
    port = listener.sockets[0].getsockname()[1]
    shown = f"[{host}]" if ":" in host else host
    server.url = f"{'https' if tls else 'http'}://{shown}:{port}"
    try:
        yield server
    finally:
        listener.close()
        for task in running:
            task.cancel()
        ends = await asyncio.gather(*running, return_exceptions=True)
        for peer in server.peers:
            peer.writer.transport.abort()
            with contextlib.suppress(ConnectionError):
                await peer.writer.wait_closed()
    for end in ends:
        if isinstance(end, BaseException) and not isinstance(end, asyncio.CancelledError):
            raise end


class Client:
    """A transport that prepares and sends in one go."""

    def __init__(self, url: str, **config: Any) -> None:
        self.transport = HTTPTransport(config=TransportConfig(url=url, **config))

    async def send(self, body: bytes = b"{}", record: RawRecord | None = None) -> RawRecord:
        """Send ``body`` and return the record."""
        request = self.transport.prepare("/path", body, {})
        record = record or RawRecord()
        await self.transport.send(request, record)
        return record


@contextlib.asynccontextmanager
async def run_client(url: str, **config: Any) -> AsyncIterator[Client]:
    """Give a client that is closed in the end."""
    client = Client(url, **config)
    try:
        yield client
    finally:
        await client.transport.close()


async def wait_until(condition: Callable[[], object]) -> None:
    """Wait until ``condition`` holds; the test's time limit is the limit."""
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - there is no event for what a record holds
            await asyncio.sleep(0.001)


@pytest.fixture
def serve() -> Callable[..., contextlib.AbstractAsyncContextManager[Server]]:
    """Give :func:`run_server`."""
    return run_server


@pytest.fixture
def open_client() -> Callable[..., contextlib.AbstractAsyncContextManager[Client]]:
    """Give :func:`run_client`."""
    return run_client


@pytest.fixture
def until() -> Callable[[Callable[[], object]], Awaitable[None]]:
    """Give :func:`wait_until`."""
    return wait_until


@dataclass(frozen=True)
class Certificates:
    """An authority of our own: its PEM file, and a server's side of TLS for ``127.0.0.1``."""

    ca_file: str
    server: ssl.SSLContext


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """Make the authority and one server certificate."""
    authority = trustme.CA()
    ca_file = tmp_path_factory.mktemp("tls") / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(server)
    return Certificates(str(ca_file), server)


@pytest.fixture(params=LOOPS)
def run(request: pytest.FixtureRequest) -> Callable[[Coroutine[Any, Any, Any]], Any]:
    """Give a function that runs a coroutine, on asyncio's own event loop and on uvloop's."""

    def run(main: Coroutine[Any, Any, Any]) -> Any:
        with asyncio.Runner(loop_factory=LOOPS[request.param]) as runner:
            return runner.run(asyncio.wait_for(main, 30))

    return run
