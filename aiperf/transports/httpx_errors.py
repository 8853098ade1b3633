"""The map from what httpx raises to errors of our own."""

from __future__ import annotations

import socket
import ssl
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import httpx

from aiperf.common.errors import (
    ConnectError,
    ConnectionReset,
    ConnectTimeout,
    DNSError,
    IdleTimeout,
    IncompleteResponse,
    ProtocolError,
    TLSError,
    TransportError,
)

if TYPE_CHECKING:
    from aiperf.common.models import RawRecord

HTTPX: Final = MappingProxyType[type[BaseException], type[TransportError]](
    {
        httpx.ConnectTimeout: ConnectTimeout,
        httpx.PoolTimeout: ConnectTimeout,
        httpx.TimeoutException: IdleTimeout,
        httpx.ConnectError: ConnectError,
        httpx.ProxyError: ConnectError,
        httpx.NetworkError: ConnectionReset,
        httpx.ProtocolError: ProtocolError,
        httpx.UnsupportedProtocol: ProtocolError,
        httpx.DecodingError: ProtocolError,
        ssl.SSLError: TLSError,
        socket.gaierror: DNSError,
        OSError: ConnectionReset,
        Exception: TransportError,
    }
)

_STEPS: Final = MappingProxyType[type[TransportError], str](
    {
        ConnectError: "check that the server is running, and that --url and --proxy are right",
        ConnectTimeout: "check that the server is reachable, or raise --connect-timeout-seconds",
        DNSError: "check the host name in --url",
        TLSError: "check that --url is right to say https, the certificate's name, and its "
        "authority, which --tls-ca-file can name",
        IdleTimeout: "raise --idle-timeout-seconds or look into the server's log",
        ConnectionReset: "look into the server's log for a crash or a limit",
        IncompleteResponse: "look into the server's log for a crash or a limit",
        ProtocolError: "check that the port in --url speaks HTTP, and http or https rightly",
        TransportError: "this is not a failure that AIPerf expects; please report it",
    }
)


def error_class(foreign: type[BaseException]) -> type[TransportError]:
    """Return the class of ours for ``foreign``: that of its nearest ancestor in the map."""
    return next(HTTPX[ancestor] for ancestor in foreign.__mro__ if ancestor in HTTPX)


def ours(foreign: Exception, record: RawRecord, server: str) -> TransportError:
    """Return the error of ours for ``foreign``, chained to it.

    httpx has one class for all that keeps it from connecting, and one for a connection that ends
    too early and for what is no HTTP: the cause, and how far the response had come, tell which.
    """
    kind = error_class(type(foreign))
    if kind is ConnectError:
        causes = {error_class(type(cause)) for cause in _causes(foreign)}
        kind = next((each for each in (TLSError, DNSError) if each in causes), kind)
    elif isinstance(foreign, httpx.RemoteProtocolError):
        if "disconnected" in str(foreign):
            kind = ConnectionReset
        elif "closed" in str(foreign):
            kind = IncompleteResponse if record.status else ConnectionReset
    reason = " ".join(str(foreign).split()) or type(foreign).__name__
    error = kind(f"a request to {server} failed: {reason}; {_STEPS[kind]}")
    error.__cause__ = foreign
    return error


def _causes(error: BaseException) -> list[BaseException]:
    """Return what ``error`` came from, the nearest first."""
    found: list[BaseException] = []
    cause = error.__cause__ or error.__context__
    while cause is not None and cause not in found:
        found.append(cause)
        cause = cause.__cause__ or cause.__context__
    return found
