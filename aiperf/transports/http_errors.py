"""The one map from what sockets, TLS and the HTTP parser raise to errors of our own."""

from __future__ import annotations

import errno
import os
import socket
import ssl
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import httptools

from aiperf.common.errors import (
    ConnectError,
    ConnectionReset,
    ConnectTimeout,
    DNSError,
    ProtocolError,
    TLSError,
    TransportError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

ErrorMap = MappingProxyType[type[BaseException], type[TransportError]]

RESOLVING: Final[ErrorMap] = MappingProxyType(
    {
        TimeoutError: ConnectTimeout,
        OSError: DNSError,
        UnicodeError: DNSError,
        Exception: TransportError,
    }
)
"""While the host's name is looked up."""

CONNECTING: Final[ErrorMap] = MappingProxyType(
    {
        TimeoutError: ConnectTimeout,
        socket.gaierror: DNSError,
        socket.herror: DNSError,
        ssl.SSLError: TLSError,
        OSError: ConnectError,
        Exception: TransportError,
    }
)
"""While a connection is made."""

CONNECTING_TLS: Final[ErrorMap] = MappingProxyType(
    {
        **CONNECTING,
        ConnectionResetError: TLSError,
        ConnectionAbortedError: TLSError,
        BrokenPipeError: TLSError,
    }
)
"""While a connection is made and TLS agreed on; what breaks a new connection has to do with TLS."""

EXCHANGING: Final[ErrorMap] = MappingProxyType(
    {
        ssl.SSLError: TLSError,
        OSError: ConnectionReset,
        httptools.HttpParserError: ProtocolError,
        httptools.HttpParserUpgrade: ProtocolError,
        Exception: TransportError,
    }
)
"""While a request is sent and its response received."""

_STEPS: Final[Mapping[type[TransportError], str]] = MappingProxyType(
    {
        ConnectError: "check that the server is running and that --url is right",
        ConnectTimeout: "check that the server is reachable and that --url is right",
        DNSError: "check the host name in --url",
        TLSError: "check that --url is right to say https, and the certificate's issuer and name",
        ConnectionReset: "look into the server's log for a crash or a limit",
        ProtocolError: "check that the port in --url speaks HTTP/1.1, and http or https rightly",
        TransportError: "this is not a failure that AIPerf expects; please report it",
    }
)

_UNTRUSTED: Final = (
    "give the file of its authority in --tls-ca-file, or check the host name in --url; "
    "--tls-insecure accepts any certificate"
)
"""What to do about a certificate that is not accepted."""

_STEPS_BY_NUMBER: Final[Mapping[int, str]] = MappingProxyType(
    dict.fromkeys(
        (errno.EMFILE, errno.ENFILE),
        "raise this machine's limit of open files (ulimit -n), or lower --concurrency",
    )
)
"""For what the client's own machine refuses: the server has no part in it."""


def error_class(stage: ErrorMap, foreign: type[BaseException]) -> type[TransportError]:
    """Return the class of ours for ``foreign``: that of its nearest ancestor in ``stage``."""
    for ancestor in foreign.__mro__:
        if ancestor in stage:
            return stage[ancestor]
    msg = f"{foreign.__name__} is not an Exception"
    raise TypeError(msg)


def ours(stage: ErrorMap, foreign: Exception, what: str, **data: object) -> TransportError:
    """Return the error of ours for ``foreign``, chained to it.

    Args:
        stage: What was going on.
        foreign: The exception that it ended with.
        what: What failed and where, to begin the message with.
        data: Attributes of the error.
    """
    kind = error_class(stage, type(foreign))
    step = _STEPS_BY_NUMBER.get(getattr(foreign, "errno", None) or 0, _STEPS[kind])
    if isinstance(foreign, ssl.SSLCertVerificationError):
        step = _UNTRUSTED
    error = kind(f"{what}: {_reason(foreign)}; {step}", **data)
    error.__cause__ = foreign
    return error


def _reason(error: Exception) -> str:
    """Return why ``error`` happened, without addresses and other things that vary."""
    if isinstance(error, ssl.SSLError):  # these attributes are there only if OpenSSL gave them
        verify_message = getattr(error, "verify_message", None)
        if verify_message:
            return f"the certificate is not trusted: {verify_message}"
        reason = getattr(error, "reason", None)
        return str(reason or error.strerror or "TLS failed").replace("_", " ").lower()
    if isinstance(error, socket.gaierror | socket.herror):
        return str(error.strerror or error)
    if isinstance(error, OSError) and error.errno:
        return os.strerror(error.errno)
    if isinstance(error, httptools.HttpParserUpgrade):  # its text is a number of bytes
        return "the server changed to another protocol"
    name, said = type(error).__name__, str(error)
    is_expected = isinstance(error, OSError | httptools.HttpParserError)
    return said or name if is_expected else f"{name}: {said}"
