"""The one map from what gRPC raises, and from the statuses that it knows, to errors of our own."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import grpc
import grpc.aio

from aiperf.common.errors import (
    ConnectError,
    ConnectionReset,
    ConnectTimeout,
    DNSError,
    GRPCStatusError,
    ProtocolError,
    TLSError,
    TransportError,
    excerpt_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiperf.transports.http_limits import Limits

HTTP_STATUSES: Final[Mapping[grpc.StatusCode, int]] = MappingProxyType(
    {
        grpc.StatusCode.OK: 200,
        grpc.StatusCode.CANCELLED: 499,
        grpc.StatusCode.UNKNOWN: 500,
        grpc.StatusCode.INVALID_ARGUMENT: 400,
        grpc.StatusCode.DEADLINE_EXCEEDED: 504,
        grpc.StatusCode.NOT_FOUND: 404,
        grpc.StatusCode.ALREADY_EXISTS: 409,
        grpc.StatusCode.PERMISSION_DENIED: 403,
        grpc.StatusCode.UNAUTHENTICATED: 401,
        grpc.StatusCode.RESOURCE_EXHAUSTED: 429,
        grpc.StatusCode.FAILED_PRECONDITION: 400,
        grpc.StatusCode.ABORTED: 409,
        grpc.StatusCode.OUT_OF_RANGE: 400,
        grpc.StatusCode.UNIMPLEMENTED: 501,
        grpc.StatusCode.INTERNAL: 500,
        grpc.StatusCode.UNAVAILABLE: 503,
        grpc.StatusCode.DATA_LOSS: 500,
    }
)
"""The HTTP status that says the same.

Source: https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto.
"""

RAISED: Final[Mapping[type[BaseException], type[TransportError]]] = MappingProxyType(
    {
        grpc.RpcError: TransportError,
        grpc.FutureTimeoutError: TransportError,
        grpc.FutureCancelledError: TransportError,
        grpc.aio.BaseError: TransportError,
        Exception: TransportError,
    }
)
"""What is raised where a request has no status; :class:`grpc.aio.AioRpcError` has one."""

_CLIENT_SIDE: Final = (
    (
        {grpc.StatusCode.UNAVAILABLE},
        (
            (("errors resolving ", "DNS resolution failed", "Name resolution failure"), DNSError),
            (
                ("Tls handshake failed", "Ssl handshake failed", "SSL_ERROR", "Peer name "),
                TLSError,
            ),
            (
                ("before receiving SETTINGS", "connect timed out", "onnection timed out"),
                ConnectTimeout,
            ),
            (("Failed parsing HTTP/2", "Trying to connect an http1.x server"), ProtocolError),
            (("failed to connect to all addresses", "Failed to connect to remote"), ConnectError),
            (("Socket closed", "Connection reset", "Broken pipe", "GOAWAY"), ConnectionReset),
            (("Stream removed", "Cancelling all calls", "Endpoint closing"), ConnectionReset),
            (
                ("Transport closed", "keepalive", "ping timeout", "Connection dropped"),
                ConnectionReset,
            ),
        ),
    ),
    (
        {grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN},
        (
            (("Failed parsing HTTP/2", "RST_STREAM", "Received http2 header"), ProtocolError),
            (("Stream removed", "Missing :authority"), ProtocolError),
        ),
    ),
)
"""How gRPC describes what it found out itself, by the status that it then makes up.

Nothing else tells such a status from one that the server sent. What is not here is taken to be the
server's.
"""

_STEPS: Final[Mapping[type[TransportError], str]] = MappingProxyType(
    {
        ConnectError: "check that the server is running and that --url is right",
        ConnectTimeout: "check that the server is reachable and --url right, or raise "
        "--connect-timeout-seconds",
        DNSError: "check the host name in --url",
        TLSError: "check that --url is right to say grpcs, and the certificate's issuer and name",
        ConnectionReset: "look into the server's log for a crash or a limit",
        ProtocolError: "check that the port in --url speaks gRPC, and grpc or grpcs rightly",
    }
)
_STATUS_STEPS: Final[Mapping[grpc.StatusCode, str]] = MappingProxyType(
    {
        grpc.StatusCode.UNAUTHENTICATED: "check --api-key",
        grpc.StatusCode.PERMISSION_DENIED: "check --api-key",
        grpc.StatusCode.NOT_FOUND: "check --model",
        grpc.StatusCode.UNIMPLEMENTED: "check that --url is a KServe v2 service",
        grpc.StatusCode.INVALID_ARGUMENT: "check the names of the tensors in --extra-inputs",
        grpc.StatusCode.RESOURCE_EXHAUSTED: "lower the load, or raise the server's limit",
    }
)
_TOO_LARGE: Final = "CLIENT: Received message larger"
_TICK: Final = 0.01
"""Seconds by which our deadline may be early; before, it is one of the server's that passed."""


def status_error(
    status: grpc.StatusCode, details: str, *, server: str, limits: Limits, seconds: float
) -> TransportError:
    """Return the error for a request that ended after ``seconds`` with ``status``, not ``OK``."""
    if status is grpc.StatusCode.DEADLINE_EXCEEDED and seconds > limits.request_timeout - _TICK:
        return limits.request_error(server)
    if status is grpc.StatusCode.RESOURCE_EXHAUSTED and _TOO_LARGE in details:
        return limits.size_error(server)
    kind = _client_side(status, details)
    said = excerpt_of(details.encode("utf-8", "replace"))
    if kind is not None:
        return kind(f"the request to {server} failed: {said}; {_STEPS[kind]}")
    message = f"the server answered {status.name}"
    if status in _STATUS_STEPS:
        message += f"; {_STATUS_STEPS[status]}"
    if said:
        message += f". It said: {said}"
    return GRPCStatusError(message, code=HTTP_STATUSES[status], status=status.name)


def ours(
    foreign: Exception, *, server: str, limits: Limits, seconds: float = 0.0
) -> TransportError:
    """Return the error of ours for anything that a call raised after ``seconds``, chained to it."""
    error: TransportError
    if isinstance(foreign, grpc.aio.AioRpcError):
        status, details = foreign.code(), foreign.details() or ""
        error = status_error(status, details, server=server, limits=limits, seconds=seconds)
    else:
        kind = next(RAISED[each] for each in type(foreign).__mro__ if each in RAISED)
        error = kind(
            f"the request to {server} failed: {type(foreign).__name__}: {foreign}; this is not a "
            "failure that AIPerf expects; please report it"
        )
    error.__cause__ = foreign
    return error


def is_about_connection(status: grpc.StatusCode, error: TransportError) -> bool:
    """Return whether ``error``, made of ``status``, means that the connection is of no more use."""
    return status is grpc.StatusCode.UNAVAILABLE and not isinstance(error, GRPCStatusError)


def _client_side(status: grpc.StatusCode, details: str) -> type[TransportError] | None:
    """Return the class for what gRPC found out itself, ``None`` for what the server said."""
    for statuses, kinds in _CLIENT_SIDE:
        if status in statuses:
            for signs, kind in kinds:
                if any(sign in details for sign in signs):
                    return kind
    return None
