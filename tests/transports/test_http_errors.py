"""The map of foreign exceptions is complete, and its messages say what a person can do."""

from __future__ import annotations

import errno
import socket
import ssl

import httptools
import httptools.parser.errors
import pytest

from aiperf.common import errors
from aiperf.transports.http_errors import (
    CONNECTING,
    CONNECTING_TLS,
    EXCHANGING,
    RESOLVING,
    error_class,
    ours,
)

STAGES = {
    "resolving": RESOLVING,
    "connecting": CONNECTING,
    "connecting with TLS": CONNECTING_TLS,
    "exchanging": EXCHANGING,
}


def with_subclasses(root):
    yield root
    for child in root.__subclasses__():
        yield from with_subclasses(child)


_SOURCES = ("builtins", "socket", "ssl", "_socket", "_ssl")


def exceptions_of(module):
    return [
        each
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, Exception)
    ]


FOREIGN = {
    # Those of other libraries, which another test may have loaded, are raised by those alone.
    *(each for each in with_subclasses(OSError) if each.__module__ in _SOURCES),
    *exceptions_of(ssl),
    *exceptions_of(httptools.parser.errors),
    UnicodeError,
    RuntimeError,
}


@pytest.mark.parametrize("stage", STAGES)
def test_every_foreign_exception_has_one_of_ours(stage):
    """Every subclass of OSError, of ssl's errors and of the parser's, whenever it is raised."""
    expected = {
        ssl.SSLError,
        ssl.SSLEOFError,
        ssl.SSLCertVerificationError,
        ssl.SSLWantReadError,
        socket.gaierror,
        ConnectionResetError,
        httptools.HttpParserError,
        httptools.HttpParserCallbackError,
        httptools.HttpParserInvalidStatusError,
        httptools.HttpParserUpgrade,
    }
    assert expected <= FOREIGN
    for foreign in FOREIGN:
        error = ours(STAGES[stage], foreign.__new__(foreign), "it failed")
        assert isinstance(error, errors.TransportError)
        assert str(error).startswith("it failed: ")
        if issubclass(foreign, OSError) or (stage == "exchanging" and "Parser" in foreign.__name__):
            assert type(error) is not errors.TransportError


@pytest.mark.parametrize(
    ("stage", "foreign", "kind"),
    [
        (RESOLVING, socket.gaierror, errors.DNSError),
        (RESOLVING, UnicodeEncodeError, errors.DNSError),
        (RESOLVING, TimeoutError, errors.ConnectTimeout),
        (CONNECTING, ConnectionRefusedError, errors.ConnectError),
        (CONNECTING, PermissionError, errors.ConnectError),
        (CONNECTING, TimeoutError, errors.ConnectTimeout),
        (CONNECTING, ConnectionResetError, errors.ConnectError),
        (CONNECTING_TLS, ConnectionResetError, errors.TLSError),
        (CONNECTING_TLS, ConnectionRefusedError, errors.ConnectError),
        (CONNECTING_TLS, ssl.SSLCertVerificationError, errors.TLSError),
        (CONNECTING_TLS, ssl.SSLEOFError, errors.TLSError),
        (EXCHANGING, ConnectionResetError, errors.ConnectionReset),
        (EXCHANGING, BrokenPipeError, errors.ConnectionReset),
        (EXCHANGING, ssl.SSLError, errors.TLSError),
        (EXCHANGING, httptools.HttpParserInvalidStatusError, errors.ProtocolError),
        (EXCHANGING, httptools.HttpParserUpgrade, errors.ProtocolError),
        (EXCHANGING, RuntimeError, errors.TransportError),
    ],
)
def test_the_nearest_class_is_taken(stage, foreign, kind):
    """The same exception means different things at different stages."""
    assert error_class(stage, foreign) is kind


def test_what_is_no_failure_is_not_mapped():
    """A keyboard interrupt is nobody's network error."""
    with pytest.raises(TypeError, match="KeyboardInterrupt"):
        error_class(EXCHANGING, KeyboardInterrupt)


def test_the_error_is_chained_and_says_the_next_step():
    """The original is the cause; its address, which varies, is not in the message."""
    foreign = OSError(errno.ECONNREFUSED, "Connect call failed ('127.0.0.1', 43210)")
    error = ours(CONNECTING, foreign, "no connection to h:1", server="h:1")
    assert error.__cause__ is foreign
    assert error.server == "h:1"
    assert str(error) == (
        "no connection to h:1: Connection refused; check that the server is running and that --url "
        "is right"
    )


@pytest.mark.parametrize(
    ("foreign", "reason"),
    [
        (ssl.SSLError(1, "wrong version number"), "wrong version number"),
        (ssl.SSLError(), "tls failed"),
        (socket.gaierror(-2, "Name or service not known"), "Name or service not known"),
        (ConnectionAbortedError("the handshake took too long"), "the handshake took too long"),
        (OSError(), "OSError"),
        (httptools.HttpParserError("Expected HTTP/"), "Expected HTTP/"),
        (httptools.HttpParserUpgrade(77), "the server changed to another protocol;"),
        (RuntimeError("what"), "RuntimeError: what"),
    ],
)
def test_the_reason_is_readable(foreign, reason):
    """Each kind of exception has its own place for what it has to say."""
    assert f"it failed: {reason}" in str(ours(EXCHANGING, foreign, "it failed"))


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE])
def test_a_lack_of_open_files_is_not_blamed_on_the_server(number):
    """With many connections the client's own limit comes first."""
    error = ours(CONNECTING, OSError(number, "raw"), "no connection to h:1")
    assert type(error) is errors.ConnectError
    assert "(ulimit -n), or lower --concurrency" in str(error)
    assert "server" not in str(error)
