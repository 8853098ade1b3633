"""KServe v2 inference over gRPC."""

from __future__ import annotations

import asyncio
import itertools
import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import grpc.aio

from aiperf.common.errors import (
    ConfigError,
    ConnectionReset,
    IncompleteResponse,
    TransportError,
    error_details,
)
from aiperf.common.grpc_version import complaint_about
from aiperf.common.kserve_calls import call_of
from aiperf.transports.grpc_channels import Channels
from aiperf.transports.grpc_errors import HTTP_STATUSES, is_about_connection, ours
from aiperf.transports.grpc_metadata import check_metadata, metadata_of
from aiperf.transports.grpc_silence import Silence
from aiperf.transports.grpc_url import parse_grpc_url
from aiperf.transports.http_limits import Limits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiperf.common.config import TransportConfig
    from aiperf.common.kserve_calls import Call
    from aiperf.common.models import RawRecord
    from aiperf.transports.grpc_channels import Channel
    from aiperf.transports.grpc_metadata import Metadata

_EOF = grpc.aio.EOF
_NS = 1e9


@dataclass(frozen=True, slots=True)
class PreparedCall:
    """A request but for its ids."""

    call: Call
    metadata: Metadata

    def with_ids(self, request_id: str, correlation_id: str) -> Metadata:
        """Return the metadata as it is sent; an empty id is left out."""
        metadata = self.metadata
        if request_id:
            metadata = (*metadata, ("x-request-id", request_id))
        if correlation_id:
            metadata = (*metadata, ("x-correlation-id", correlation_id))
        return metadata


class GRPCTransport:
    """Calls ``ModelInfer``, or ``ModelStreamInfer`` where the endpoint accepts a stream of events.

    The request's JSON becomes a message before the clock starts, and the messages that come back
    are kept as bytes. Each goes out once: where a call fails, so does the request. There is one
    connection for every hundred requests under way, or one for each without reuse. Several servers
    are asked in turn.

    A request starts when all is ready for it and gRPC has none of it yet. gRPC does not say when a
    message was written to the socket: ``sent_ns`` is when gRPC had been given it. Neither does it
    hand over a response's beginning by itself: ``ack_ns`` is when the first message came.

    Raises:
        ConfigError: The URL, a header, the API key or the file of certificates cannot work, or the
            grpcio that is installed is too old.
    """

    def __init__(self, *, config: TransportConfig) -> None:
        if complaint := complaint_about(grpc.__version__):
            raise ConfigError(complaint, option="--transport")
        _refuse_what_grpc_does_itself(config)
        servers = [parse_grpc_url(each) for each in (config.url, *config.other_urls)]
        headers = {name.lower(): value for name, value in config.headers.items()}
        authority = headers.pop("host", "")
        check_metadata(headers, "--header", option="--header")
        self._headers = headers
        self._authorization: dict[str, str] = {}
        if config.api_key is not None:
            name = config.api_key_header.lower()
            value = f"Bearer {config.api_key}" if name == "authorization" else config.api_key
            self._authorization = {name: value}
            check_metadata(self._authorization, "--api-key", option="--api-key")
        self._limits = Limits(
            request_timeout=_or_inf(config.request_timeout),
            idle_timeout=_or_inf(config.idle_timeout),
            first_byte_timeout=_or_inf(config.first_byte_timeout),
            response_bytes=_or_inf(config.max_response_bytes),
        )
        self._timeout = config.request_timeout
        self._servers = [Channels(each, config, authority) for each in servers]
        self._turn = itertools.cycle(self._servers)

    def prepare(self, path: str, body: bytes, headers: Mapping[str, str]) -> PreparedCall:
        """Render the call that carries ``body`` to ``path``; headers that a person asked for win.

        Raises:
            ConfigError: ``path`` or ``body`` is none of KServe v2, or ``headers`` cannot be sent.
        """
        check_metadata(headers, "the endpoint's headers")
        streaming = any(
            name.lower() == "accept" and "text/event-stream" in value
            for name, value in headers.items()
        )
        return PreparedCall(
            call=call_of(path, body, streaming=streaming),
            metadata=metadata_of(self._authorization, headers, self._headers),
        )

    async def send(
        self,
        request: PreparedCall,
        record: RawRecord,
        *,
        request_id: str = "",
        correlation_id: str = "",
    ) -> None:
        """Send ``request`` with the two ids and fill ``record`` in place as things happen."""
        metadata = request.with_ids(request_id, correlation_id)
        error: TransportError | None = None
        channels = next(self._turn)
        server = channels.server.server
        if len(self._servers) > 1:
            record.url = server
        record.start_ns = time.perf_counter_ns()
        try:
            channel = channels.take() or await channels.first()
            record.connection_reused = channel.was_used
            channel.in_flight += 1
            try:
                await self._exchange(request.call, metadata, channel, record, server)
            except grpc.aio.AioRpcError as exc:
                error = self._failed(exc, record, server)
                if is_about_connection(exc.code(), error):
                    channels.discard(channel)
            finally:
                channels.give_back(channel)
        except asyncio.CancelledError as exc:
            record.end_ns = record.end_ns or time.perf_counter_ns()
            if _is_ours_to_raise():
                raise
            error = _cut_off(exc, server)
        except TransportError as exc:
            record.end_ns = time.perf_counter_ns()
            error = exc
        except Exception as exc:  # noqa: BLE001 - a failure of any kind becomes the record's error
            record.end_ns = time.perf_counter_ns()
            error = ours(exc, server=server, limits=self._limits)
        if error is not None:
            record.error = error_details(error)
        if channels.discarded:
            await channels.close_discarded()

    async def close(self) -> None:
        """Close every connection; a request under way ends with an error."""
        await asyncio.gather(*(each.close() for each in self._servers))

    async def _exchange(
        self, call: Call, metadata: Metadata, channel: Channel, record: RawRecord, server: str
    ) -> None:
        """Make one call.

        Raises:
            grpc.aio.AioRpcError: It ended with a status that is not ``OK``.
            FirstByteTimeout, IdleTimeout: The server was silent for too long.
            asyncio.CancelledError: The task was cancelled, or the call by :meth:`close`.
        """
        begin = channel.callable(call.method, is_streamed=call.is_streamed)
        rpc = begin(call.request, timeout=self._timeout, metadata=metadata)
        record.start_ns = time.perf_counter_ns()
        silence = None
        limits = self._limits
        if min(limits.idle_timeout, limits.first_byte_timeout) < math.inf:
            silence = Silence(rpc, limits.idle_timeout, limits.first_byte_timeout)
        try:
            await asyncio.sleep(0)  # a task of the call's own sends it
            record.sent_ns = time.perf_counter_ns()
            if call.is_streamed:
                await _receive_stream(rpc, call, record, silence)
            else:
                _keep(await rpc, call, record)
        except asyncio.CancelledError as exc:
            rpc.cancel()
            if silence is not None and silence.is_over:
                is_first = silence.is_unbroken and limits.first_byte_timeout < limits.idle_timeout
                late = limits.first_byte_error if is_first else limits.idle_error
                raise late(server) from exc
            raise
        finally:
            if silence is not None:
                silence.stop()
        record.end_ns = time.perf_counter_ns()
        record.status = 200
        channel.was_used = True

    def _failed(
        self, error: grpc.aio.AioRpcError, record: RawRecord, server: str
    ) -> TransportError:
        """Return the error of a call that ended with a status which is not ``OK``."""
        record.end_ns = time.perf_counter_ns()
        record.status = HTTP_STATUSES[error.code()]
        seconds = (record.end_ns - record.start_ns) / _NS
        found = ours(error, server=server, limits=self._limits, seconds=seconds)
        if isinstance(found, ConnectionReset) and record.parts:
            found = IncompleteResponse(
                f"{server} closed the connection before the end of the response; look into the "
                "server's log for a crash or a limit"
            )
            found.__cause__ = error
        return found


def _refuse_what_grpc_does_itself(config: TransportConfig) -> None:
    """Refuse options that would change nothing.

    Raises:
        ConfigError: One of them is given.
    """
    if config.connection_reuse == "sticky-user-sessions":
        raise ConfigError(
            "over gRPC, a connection carries many requests at a time, and no session has one of "
            "its own; use --connection-reuse-strategy pooled or never",
            option="--connection-reuse-strategy",
        )
    if config.dns_ttl is not None:
        raise ConfigError(
            "gRPC itself decides when to look up a name again; leave --dns-ttl-seconds out",
            option="--dns-ttl-seconds",
        )
    if config.proxy is not None:
        raise ConfigError("the transport grpc uses no proxy; leave --proxy out", option="--proxy")


def _cut_off(error: BaseException, server: str) -> TransportError:
    """Return the error of a call that was under way when the transport was closed."""
    cut_off = TransportError(
        f"AIPerf closed the connection to {server} while it was in use; let requests end before "
        "the transport is closed"
    )
    cut_off.__cause__ = error
    return cut_off


async def _receive_stream(rpc: Any, call: Call, record: RawRecord, silence: Silence | None) -> None:
    """Keep each message as it comes, until the server says that there are no more."""
    read = rpc.read
    while (part := await read()) is not _EOF:
        _keep(part, call, record)
        if silence is not None:
            silence.break_()


def _keep(part: bytes, call: Call, record: RawRecord) -> None:
    """Stamp a message and keep it."""
    now = time.perf_counter_ns()
    if not record.ack_ns:
        record.ack_ns = now
        record.status = 200
        record.content_type = call.content_type
    if part:
        record.parts.append(part)
        record.part_ns.append(now)


def _is_ours_to_raise() -> bool:
    """Return whether the running task was cancelled, rather than only its call."""
    task = asyncio.current_task()
    return task is None or task.cancelling() > 0


def _or_inf(seconds: float | None) -> float:
    """Return a limit that may be ``None``, which is none, as a number."""
    return math.inf if seconds is None else seconds
