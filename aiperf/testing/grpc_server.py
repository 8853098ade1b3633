"""A gRPC server that behaves as badly as it is told to, with the interface of ``HTTPServer``.

It needs the extra ``grpc``, and is imported by name for that reason.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import grpc.aio
import orjson

from aiperf.common.kserve_messages import read
from aiperf.common.kserve_tensors import request_payload
from aiperf.testing.http_server import PARTS, Behaviour, HTTPServer, Received

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@dataclass
class GRPCServer(HTTPServer):
    """Answers calls of ``ModelInfer`` and ``ModelStreamInfer`` with ``PARTS``, as bytes.

    Clients reach it through a relay, which is what ends connections.
    """

    _writers: set[asyncio.StreamWriter] = field(default_factory=set)
    _port: int = 0

    @asynccontextmanager
    async def running(self) -> AsyncIterator[GRPCServer]:
        """Listen for the length of the block; ``url`` says where."""
        server = grpc.aio.server()
        server.add_generic_rpc_handlers((_Handler(self),))
        self._port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        relay = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        host, port = relay.sockets[0].getsockname()
        self.url = f"grpc://{host}:{port}"
        try:
            yield self
        finally:
            relay.close()
            await self._end_connections()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await server.stop(None)

    async def infer(self, request: bytes, context: Any) -> bytes:
        """Answer as a whole."""
        self._receive(request, context)
        await self._begin(context)
        return b"".join(PARTS)

    async def stream_infer(self, requests: Any, context: Any) -> AsyncIterator[bytes]:
        """Answer as a stream."""
        async for request in requests:
            self._receive(request, context)
            await self._begin(context)
            for part in PARTS:
                yield part
                await asyncio.sleep(0.002)  # so that each goes out, and arrives, by itself
                await self._go_on()

    def _receive(self, request: bytes, context: Any) -> None:
        message = read("ModelInferRequest", request)
        headers = dict(context.invocation_metadata() or ())
        kinds = {"content-type": "application/json", "accept": "text/event-stream"}
        self.received.append(
            Received(
                "POST",
                f"/v2/models/{message.model_name}/infer",
                kinds | headers,
                orjson.dumps(request_payload(message)),
            )
        )

    async def _begin(self, context: Any) -> None:
        if self.behaviour is Behaviour.STATUS:
            await context.abort(grpc.StatusCode.UNAVAILABLE, "overloaded")
        if self.behaviour is Behaviour.HANG:
            await asyncio.Event().wait()
        if self.behaviour is Behaviour.CLOSE:
            await self._end_connections()

    async def _go_on(self) -> None:
        if self.behaviour is Behaviour.HANG_IN_BODY:
            await asyncio.Event().wait()
        if self.behaviour is Behaviour.CUT:
            await self._end_connections()

    async def _end_connections(self) -> None:
        for writer in self._writers:
            writer.close()
        await asyncio.sleep(0)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Relay one connection, unless its client is to see that this is no gRPC."""
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        self._idle.clear()
        if self.behaviour is Behaviour.NO_HTTP:
            writer.write(b"\x15\x03\x01 this is no HTTP\r\n\r\n")
        self._writers.add(writer)
        try:
            back, forth = await asyncio.open_connection("127.0.0.1", self._port)
            self._writers.add(forth)
            try:
                await asyncio.gather(_relay(reader, forth), _relay(back, writer))
            finally:
                self._writers.discard(forth)
        finally:
            self._writers.discard(writer)
            self._tasks.discard(task)
            self.connections -= 1
            if not self.connections:
                self._idle.set()


class _Handler(grpc.GenericRpcHandler):
    def __init__(self, server: GRPCServer) -> None:
        self._server = server

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Any:
        """Return what answers a call."""
        if handler_call_details.method.endswith("/ModelStreamInfer"):
            return grpc.stream_stream_rpc_method_handler(self._server.stream_infer)
        return grpc.unary_unary_rpc_method_handler(self._server.infer)


async def _relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()
