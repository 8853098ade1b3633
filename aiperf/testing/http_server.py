"""An HTTP/1.1 server on a loopback port that behaves, and misbehaves, as a test asks it to."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

PARTS: Final = (b'data: {"n": 1}\n\n', b'data: {"n": 2}\n\n', b"data: [DONE]\n\n")
"""What a good response and a stream consist of."""


class Behaviour(Enum):
    """What the server does with a request."""

    ANSWER = "a response of a known length"
    STREAM = "a response in chunks, each handed over by itself"
    STATUS = "503 with a short body"
    HANG = "nothing"
    HANG_IN_BODY = "headers and the first chunk, then nothing"
    CUT = "half of the promised bytes, then the end of the connection"
    CLOSE = "the end of the connection in place of a response"
    NO_HTTP = "bytes that are no HTTP"


class Received(NamedTuple):
    """One request as it arrived; header names are in lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass
class HTTPServer:
    """Answers every request as ``behaviour`` says at that moment."""

    behaviour: Behaviour = Behaviour.ANSWER
    received: list[Received] = field(default_factory=list)
    url: str = ""
    connections: int = 0
    _idle: asyncio.Event = field(default_factory=asyncio.Event)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[HTTPServer]:
        """Listen for the length of the block; ``url`` says where."""
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        host, port = server.sockets[0].getsockname()
        self.url = f"http://{host}:{port}"
        try:
            yield self
        finally:
            server.close()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def all_closed(self) -> None:
        """Wait until no client is connected."""
        await self._idle.wait()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        self._idle.clear()
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                while await self._exchange(reader, writer):
                    pass
        finally:
            self.connections -= 1
            if not self.connections:
                self._idle.set()
            self._tasks.discard(task)
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Take one request and do what the behaviour says; return whether another can follow."""
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, _ = first.split(" ")
        headers = {
            name.lower(): value.strip()
            for name, _, value in (ln.partition(":") for ln in lines if ln)
        }
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        self.received.append(Received(method, target, headers, body))
        behave: Callable[..., Awaitable[bool]] = getattr(self, f"_{self.behaviour.name.lower()}")
        return await behave(reader, writer)

    async def _answer(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        data = b"".join(PARTS)
        writer.write(_head(200, f"Content-Length: {len(data)}") + data)
        await writer.drain()
        return True

    async def _stream(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        writer.write(_head(200, "Transfer-Encoding: chunked"))
        for part in PARTS:
            writer.write(_chunk(part))
            await writer.drain()
            await asyncio.sleep(0.002)  # so that each goes out, and arrives, by itself
        writer.write(_chunk(b""))
        await writer.drain()
        return True

    async def _status(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        writer.write(_head(503, "Content-Length: 10") + b"overloaded")
        await writer.drain()
        return True

    async def _hang(self, reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> bool:
        await reader.read()
        return False

    async def _hang_in_body(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        writer.write(_head(200, "Transfer-Encoding: chunked") + _chunk(PARTS[0]))
        await writer.drain()
        return await self._hang(reader, writer)

    async def _cut(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        writer.write(_head(200, "Content-Length: 1000") + PARTS[0])
        await writer.drain()
        return False

    async def _close(self, _: asyncio.StreamReader, __: asyncio.StreamWriter) -> bool:
        return False

    async def _no_http(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        writer.write(b"\x15\x03\x01 this is no HTTP\r\n\r\n")
        await writer.drain()
        return False


def _head(status: int, *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} Said", "Content-Type: text/event-stream", *headers, "", ""]
    return "\r\n".join(lines).encode()


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)
