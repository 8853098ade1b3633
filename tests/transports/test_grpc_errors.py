"""The map of gRPC's exceptions and statuses is complete, and says who found what."""

from __future__ import annotations

import pytest

grpc = pytest.importorskip("grpc", reason="grpcio cannot be installed on this interpreter")

from grpc._cython import cygrpc  # noqa: E402 - skipped before

from aiperf.common import errors  # noqa: E402 - as above
from aiperf.transports.grpc_errors import (  # noqa: E402 - as above
    HTTP_STATUSES,
    is_about_connection,
    ours,
)
from aiperf.transports.http_limits import Limits  # noqa: E402 - as above

LIMITS = Limits(request_timeout=5.0, response_bytes=1)
FOREIGN = {
    each
    for module in (grpc, grpc.aio, cygrpc)
    for each in vars(module).values()
    if isinstance(each, type) and issubclass(each, Exception)
}


def rpc_error(status, details="", metadata=None):
    """Return what grpc.aio raises."""
    metadata = metadata or grpc.aio.Metadata()
    return grpc.aio.AioRpcError(status, metadata, metadata, details=details)


def of(status, details="", seconds=0.0):
    foreign = rpc_error(status, details)
    error = ours(foreign, server="host:1", limits=LIMITS, seconds=seconds)
    assert error.__cause__ is foreign
    assert "\n" not in str(error)
    return error


@pytest.mark.parametrize("status", grpc.StatusCode, ids=lambda status: status.name)
def test_every_status_has_one_of_ours(status):
    """What the server says is its status, with the HTTP status that says the same and its words."""
    error = of(status, "because so")
    assert type(error) is errors.GRPCStatusError
    assert error.status == status.name
    assert error.code == HTTP_STATUSES[status]
    assert 200 <= error.code < 600
    assert str(error).startswith(f"the server answered {status.name}")
    assert str(error).endswith(". It said: because so")
    assert not is_about_connection(status, error)


@pytest.mark.parametrize("foreign", sorted(FOREIGN, key=str), ids=lambda foreign: foreign.__name__)
def test_every_exception_has_one_of_ours(foreign):
    """Every exception that grpc has, and any other; chained, with what was going on."""
    expected = {
        grpc.RpcError,
        grpc.FutureTimeoutError,
        grpc.FutureCancelledError,
        grpc.aio.AioRpcError,
        grpc.aio.UsageError,
        grpc.aio.InternalError,
        cygrpc.ExecuteBatchError,
    }
    assert expected <= FOREIGN
    with_arguments = {
        grpc.aio.AioRpcError: lambda: rpc_error(grpc.StatusCode.UNKNOWN),
        cygrpc.AioRpcStatus: lambda: cygrpc.AioRpcStatus(2, "", (), ""),
    }
    raised = with_arguments.get(foreign, lambda: foreign.__new__(foreign))()
    error = ours(raised, server="host:1", limits=LIMITS)
    assert isinstance(error, errors.TransportError)
    assert error.__cause__ is raised


def test_any_other_exception_has_one_of_ours():
    """It is nothing that AIPerf expects."""
    error = ours(RuntimeError("odd"), server="host:1", limits=LIMITS)
    assert type(error) is errors.TransportError
    assert "host:1 failed: RuntimeError: odd" in str(error)


@pytest.mark.parametrize(
    ("status", "details", "kind"),
    [
        ("UNAVAILABLE", "failed to connect to all addresses; last error: refused", "ConnectError"),
        ("UNAVAILABLE", "errors resolving no.invalid:80: [not found]", "DNSError"),
        ("UNAVAILABLE", "DNS resolution failed for no.invalid", "DNSError"),
        (
            "UNAVAILABLE",
            "failed to connect to all addresses; last error: Tls handshake failed (x)",
            "TLSError",
        ),
        (
            "UNAVAILABLE",
            "failed to connect to all addresses; last error: timed out before receiving SETTINGS",
            "ConnectTimeout",
        ),
        (
            "UNAVAILABLE",
            "failed to connect to all addresses; last error: Failed parsing HTTP/2 (x)",
            "ProtocolError",
        ),
        ("UNAVAILABLE", "Stream removed (Socket closed)", "ConnectionReset"),
        ("UNAVAILABLE", "recvmsg:Connection reset by peer", "ConnectionReset"),
        ("INTERNAL", "Stream removed (RST_STREAM (error code 2))", "ProtocolError"),
        ("UNKNOWN", "Stream removed (Failed parsing HTTP/2 (frame size))", "ProtocolError"),
        (
            "RESOURCE_EXHAUSTED",
            "CLIENT: Received message larger than max (9 vs. 1)",
            "ResponseTooLarge",
        ),
        ("RESOURCE_EXHAUSTED", "SERVER: Received message larger than max", "GRPCStatusError"),
    ],
)
def test_what_grpc_found_out_itself_is_not_the_servers_status(status, details, kind):
    """The words are the only sign of it; each message has a next step."""
    error = of(grpc.StatusCode[status], details)
    assert type(error).__name__ == kind
    gone = status == "UNAVAILABLE"
    assert is_about_connection(grpc.StatusCode[status], error) is gone


def test_a_deadline_of_ours_is_a_timeout():
    """One of the server's, which passes earlier, is its status."""
    late = of(grpc.StatusCode.DEADLINE_EXCEEDED, "Deadline Exceeded", seconds=5.0)
    assert type(late) is errors.RequestTimeout
    assert late.seconds == 5.0
    early = of(grpc.StatusCode.DEADLINE_EXCEEDED, "Deadline Exceeded", seconds=1.0)
    assert type(early) is errors.GRPCStatusError
