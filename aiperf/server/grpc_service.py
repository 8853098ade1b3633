"""KServe's v2 inference service over gRPC, and Triton's streams, in the embedded server's process.

Interface: https://grpc.github.io/grpc/python/grpc_asyncio.html. The methods take and give bytes;
a request is read when it has come, and every message of an answer is rendered before the first of
them is due.
"""

from __future__ import annotations

import asyncio
from functools import partial
from time import perf_counter_ns
from typing import TYPE_CHECKING, Any

import grpc
import grpc.aio
from google.protobuf.message import DecodeError

from aiperf.common.kserve_messages import SERVICE, message, read
from aiperf.common.kserve_tensors import request_payload, response_message
from aiperf.server.errors import BadRequestError, ServerBindError
from aiperf.server.kserve import SERVER_METADATA, answer, model_metadata, read_ask
from aiperf.server.numbering import FAILURE
from aiperf.server.truth_log import Entry

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

    from aiperf.server.app import ModelServer
    from aiperf.server.pacer import Pacer
    from aiperf.server.settings import ServerSettings
    from aiperf.server.truth_log import TruthLog

_STATUSES = {
    400: grpc.StatusCode.INVALID_ARGUMENT,
    401: grpc.StatusCode.UNAUTHENTICATED,
    403: grpc.StatusCode.PERMISSION_DENIED,
    404: grpc.StatusCode.NOT_FOUND,
    409: grpc.StatusCode.ABORTED,
    429: grpc.StatusCode.RESOURCE_EXHAUSTED,
    499: grpc.StatusCode.CANCELLED,
    501: grpc.StatusCode.UNIMPLEMENTED,
    503: grpc.StatusCode.UNAVAILABLE,
    504: grpc.StatusCode.DEADLINE_EXCEEDED,
}
_FINAL = "triton_final_response"
_OPTIONS = (
    ("grpc.so_reuseport", 0),  # or two servers could share one port
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_send_message_length", -1),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.min_ping_interval_without_data_ms", 1_000),
)
_BAD = (AttributeError, DecodeError, KeyError, TypeError, ValueError)


class GRPCService(grpc.GenericRpcHandler):
    """Answers as the HTTP routes do: the same words, delays, failures and log."""

    def __init__(
        self, settings: ServerSettings, app: ModelServer, pacer: Pacer, log: TruthLog | None
    ) -> None:
        self._kserve = app.kserve
        self._numbering = app.numbering
        self._delays = app.delays
        self._pacer = pacer
        self._log = log
        self._failure = _STATUSES.get(settings.error_status, grpc.StatusCode.INTERNAL)
        self._failure_status = settings.error_status
        unary = grpc.unary_unary_rpc_method_handler
        self._methods: dict[str, Any] = {
            "ServerLive": unary(_says("ServerLiveResponse", live=True)),
            "ServerReady": unary(_says("ServerReadyResponse", ready=True)),
            "ModelReady": unary(_says("ModelReadyResponse", ready=True)),
            "ServerMetadata": unary(_says("ServerMetadataResponse", **SERVER_METADATA)),
            "ModelMetadata": unary(_model_metadata),
        }

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Any:
        """Return what answers a method, ``None`` for one that there is not.

        It is asked for when the call's metadata has come, and before its message is read.
        """
        now = perf_counter_ns()
        service, _, method = handler_call_details.method.removeprefix("/").partition("/")
        if service != SERVICE:
            return None
        if method == "ModelInfer":
            return grpc.unary_unary_rpc_method_handler(partial(self._infer, now))
        if method == "ModelStreamInfer":
            return grpc.stream_stream_rpc_method_handler(partial(self._stream_infer, now))
        return self._methods.get(method)

    async def _infer(self, arrived_ns: int, data: bytes, context: Any) -> bytes:
        """Answer with the whole text, when its last token is due."""
        entry = self._begin("ModelInfer", context, arrived_ns)
        try:
            model, asked, words = self._read(data, entry)
            text = b"".join(words).decode()
            response = response_message(answer(model, asked, text)).SerializeToString()
            due = self._delays.plan(entry.number or 0, len(words), entry.received_ns)
            if due:
                await self._until(due[-1])
            entry.status = 200
            entry.send_ns.append(perf_counter_ns())
            entry.tokens = len(words)
        except _Refusal as refusal:
            entry.status = refusal.http
            await context.abort(refusal.status, str(refusal))
        except asyncio.CancelledError:
            entry.outcome = "disconnected"
            raise
        finally:
            self._end(entry)
        return bytes(response)

    async def _stream_infer(
        self, arrived_ns: int, requests: Any, context: Any
    ) -> AsyncIterator[bytes]:
        """Answer each request of the stream with a response for each token."""
        async for data in requests:
            entry = self._begin("ModelStreamInfer", context, arrived_ns)
            arrived_ns = 0  # of any further request, only its message shows
            entry.streamed = True
            try:
                model, asked, words = self._read(data, entry)
                chunks = _chunks(model, asked, words)
                due = self._delays.plan(entry.number or 0, len(words), entry.received_ns)
                entry.status = 200
                for index in range(len(words)):
                    if due:
                        await self._until(due[index])
                    entry.send_ns.append(perf_counter_ns())
                    entry.tokens = index + 1
                    yield chunks[index]
                for chunk in chunks[len(words) :]:
                    yield chunk
            except _Refusal as refusal:
                entry.status = refusal.http
                yield message(
                    "ModelStreamInferResponse", error_message=str(refusal)
                ).SerializeToString()
            except (asyncio.CancelledError, GeneratorExit):
                entry.outcome = "disconnected"
                raise
            finally:
                self._end(entry)

    def _begin(self, method: str, context: Any, arrived_ns: int) -> Entry:
        """Return the entry of a request whose message has just come, and its call before."""
        now = perf_counter_ns()
        entry = Entry(path=f"/{SERVICE}/{method}", received_ns=now)
        entry.first_received_ns = arrived_ns or now
        entry.number = self._numbering.next()
        for name, value in context.invocation_metadata() or ():
            if name == "x-request-id":
                entry.x_request_id = value
        return entry

    def _end(self, entry: Entry) -> None:
        if self._log is not None:
            entry.end_ns = perf_counter_ns()
            self._log.add(entry)

    def _read(self, data: bytes, entry: Entry) -> tuple[str, Any, Sequence[bytes]]:
        """Return the model, what is asked of it and the tokens of the answer."""
        number = entry.number or 0
        if self._numbering.fails(number):
            raise _Refusal(FAILURE, self._failure, self._failure_status)
        try:
            request = read("ModelInferRequest", data)
            asked = read_ask(request_payload(request))
        except (BadRequestError, *_BAD) as error:
            raise _Refusal(str(error), grpc.StatusCode.INVALID_ARGUMENT, 400) from error
        return request.model_name, asked, self._kserve.words(asked, number)

    async def _until(self, due_ns: int) -> None:
        """Wait until ``due_ns``, or until the server is stopped."""
        if due_ns > perf_counter_ns():
            await self._pacer.at(due_ns)
        if self._pacer.stopped:
            raise _Refusal(
                "The server was stopped before it had answered.", grpc.StatusCode.UNAVAILABLE, 503
            )


class _Refusal(Exception):  # noqa: N818 - it is an answer
    """What a request gets in place of an answer."""

    def __init__(self, said: str, status: grpc.StatusCode, http: int) -> None:
        super().__init__(said)
        self.status = status
        self.http = http


async def start_grpc(service: GRPCService, host: str, port: int) -> tuple[grpc.aio.Server, str]:
    """Serve ``service``, and return the server with its URL.

    Raises:
        ServerBindError: The address cannot be listened on.
    """
    server = grpc.aio.server(options=_OPTIONS)
    server.add_generic_rpc_handlers((service,))
    named = f"[{host}]" if ":" in host else host
    try:
        bound = server.add_insecure_port(f"{named}:{port}")
    except RuntimeError as error:
        raise ServerBindError(
            f"cannot listen for gRPC on {named}:{port}. Stop what is listening there, or pass "
            "another --grpc-port (0 takes a free one)",
            host=host,
            port=port,
        ) from error
    await server.start()
    return server, f"grpc://{named}:{bound}"


def _chunks(model: str, asked: Any, words: Sequence[bytes]) -> list[bytes]:
    """Return a response for each token, the last of them saying so, or another one after it."""
    texts: list[str | None] = [word.decode() for word in words]
    if asked.is_closed_by_empty:
        texts.append(None)
    return [
        message(
            "ModelStreamInferResponse",
            infer_response=response_message(
                answer(model, asked, text, {_FINAL: index == len(texts) - 1})
            ),
        ).SerializeToString()
        for index, text in enumerate(texts)
    ]


def _says(name: str, /, **fields: Any) -> Callable[[bytes, Any], Awaitable[bytes]]:
    """Return a method that always answers with the same."""
    answered = message(name, **fields).SerializeToString()

    async def say(_: bytes, __: Any) -> bytes:
        return bytes(answered)

    return say


async def _model_metadata(data: bytes, _: Any) -> bytes:
    metadata = model_metadata(read("ModelMetadataRequest", data).name)
    tensors = {
        side: [message("TensorMetadata", **each) for each in metadata[side]]
        for side in ("inputs", "outputs")
    }
    return bytes(message("ModelMetadataResponse", **{**metadata, **tensors}).SerializeToString())
