"""What can go wrong while a benchmark is set up and run; the registry's errors are its own.

::

    AIPerfError                          (aiperf.plugins.errors)
    ├── ConfigError                      an option's value cannot work; `option` says which
    ├── ExportError                      an artifact was not written; `path`
    ├── RequestPreparationError          a request could not be rendered before the run
    ├── RequestCancellationError         a request was cancelled before it had ended
    ├── WorkerError                      a process that generated the load failed or died
    ├── TransportError                   a request was not sent, or no whole good response came
    │   ├── ConnectError                 no connection to the server
    │   │   ├── ConnectTimeout           …within the connect timeout
    │   │   ├── DNSError                 …because the host's name has no address
    │   │   └── TLSError                 …or TLS failed, then or later
    │   ├── RequestTimeout               no whole response within the request timeout
    │   ├── FirstByteTimeout             no byte of a response within its timeout
    │   ├── IdleTimeout                  no byte came for the length of the idle timeout
    │   ├── ConnectionReset              the connection broke, or closed without an answer
    │   ├── IncompleteResponse           it closed, or the stream ended, before the end
    │   ├── ProtocolError                what came is not the protocol that we asked for
    │   ├── ResponseTooLarge             it has more bytes than it may
    │   ├── HTTPStatusError              the status is not 2xx; `code`, `excerpt`
    │   └── GRPCStatusError              the server's gRPC status is not OK; `code`, `status`
    └── ResponseError                    a whole response came, but not what was asked for
        ├── InvalidJSONError             it is not JSON; `excerpt`
        ├── InvalidSSEError              its last server-sent event is cut off; `excerpt`
        ├── InvalidResponseError         JSON of another shape than the format's
        ├── EmptyResponseError           nothing in it is content
        └── ServerReportedError          the server put an error object into it; `code`

A failed request is not raised to anyone: it becomes a record's
:class:`~aiperf.common.models.ErrorDetails`, whose ``type`` is the name of a class above. Equal
failures are counted together, so a message has nothing that differs from request to request but
what the server said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiperf.common.models import ErrorDetails
from aiperf.plugins.errors import (
    AIPerfError as AIPerfError,  # noqa: PLC0414 - exported: implementations import it from here
)

if TYPE_CHECKING:
    from pathlib import Path


class ConfigError(AIPerfError):
    """What a person asked for cannot work; ``option`` is the command-line option to change."""

    option: str = ""


class ExportError(AIPerfError):
    """An artifact could not be written; ``path`` is the file, ``None`` for standard output."""

    path: Path | None = None


class RequestPreparationError(AIPerfError):
    """A dataset's turn could not be made into a request.

    ``conversation_id`` and ``turn_index`` say which turn that was.
    """

    conversation_id: str = ""
    turn_index: int = 0


class RequestCancellationError(AIPerfError):
    """A request was cancelled before its response was complete.

    The class name and the code are those that users of NVIDIA's AIPerf look for in a record.
    """

    code: int = 499


class WorkerError(AIPerfError):
    """A process that generated a part of the load failed, or died before it had ended."""


class TransportError(AIPerfError):
    """A request could not be sent, or no whole and good response came back."""


class ConnectError(TransportError):
    """There is no connection to the server; ``server`` is its ``host:port``."""

    server: str = ""


class ConnectTimeout(ConnectError):  # noqa: N818 - the name that records show
    """The connection, TLS included, was not there within ``seconds``."""

    seconds: float = 0.0


class DNSError(ConnectError):
    """The name of the host has no address, or no name server said so."""


class TLSError(ConnectError):
    """The certificate was refused, or the two sides do not agree on TLS."""


class RequestTimeout(TransportError):  # noqa: N818 - the name that records show
    """The response was not complete within ``seconds`` of the request's start."""

    seconds: float = 0.0


class FirstByteTimeout(TransportError):  # noqa: N818 - the name that records show
    """No byte of a response came within ``seconds`` of the request's being sent."""

    seconds: float = 0.0


class IdleTimeout(TransportError):  # noqa: N818 - the name that records show
    """No byte came for ``seconds``, before the response or in the middle of it."""

    seconds: float = 0.0


class ConnectionReset(TransportError):  # noqa: N818 - the name that records show
    """The connection broke while in use, or was closed before any byte of a response came."""


class IncompleteResponse(TransportError):  # noqa: N818 - the name that records show
    """The connection was closed, or the stream of events ended, before the response's end."""


class ProtocolError(TransportError):
    """What the server sent is not the transport's protocol, or not as it was asked for."""


class ResponseTooLarge(TransportError):  # noqa: N818 - the name that records show
    """The response has more than ``limit`` bytes; what came of it is not kept."""

    limit: int = 0


class HTTPStatusError(TransportError):
    """The status is not 2xx: ``code`` is the status, ``excerpt`` the beginning of the body."""

    code: int = 0
    excerpt: str = ""


class GRPCStatusError(TransportError):
    """The server ended a call with ``status``, the name of a gRPC status that is not ``OK``.

    ``code`` is the HTTP status that says the same.
    """

    code: int = 0
    status: str = ""


class ResponseError(AIPerfError):
    """A whole response came, but it is not one that the endpoint's format allows."""


class InvalidJSONError(ResponseError):
    """What should be JSON is not; ``excerpt`` is its beginning."""

    excerpt: str = ""


class InvalidSSEError(ResponseError):
    """The stream ends within a server-sent event; ``excerpt`` is the beginning of that event."""

    excerpt: str = ""


class InvalidResponseError(ResponseError):
    """It is JSON, but not of the shape that the endpoint's format has; ``excerpt`` shows it."""

    excerpt: str = ""


class EmptyResponseError(ResponseError):
    """The response is well-formed, but nothing in it is content."""


class ServerReportedError(ResponseError):
    """A 200, or an event of a stream, holds an error object instead of an answer.

    ``code`` is the number that the server gave for it, ``None`` if it gave none.
    """

    code: int | None = None


def cannot_write(path: Path, error: OSError, **data: Any) -> ExportError:
    """Return the error that says why ``path`` could not be written, and what to do about it."""
    reason = error.strerror or str(error) or type(error).__name__
    return ExportError(
        f"cannot write {path}: {reason}. Free some space or make the directory writable, or choose "
        "another one with --output-artifact-dir",
        path=path,
        **data,
    )


def error_details(error: AIPerfError) -> ErrorDetails:
    """Return what a record keeps of ``error``: its class name, message and code."""
    return ErrorDetails(
        type=type(error).__name__, message=str(error), code=getattr(error, "code", None)
    )


def excerpt_of(data: bytes, limit: int = 200) -> str:
    """Return the beginning of ``data`` as one line of at most about ``limit`` characters."""
    text = " ".join(data[: 4 * limit].decode("utf-8", "replace").split())
    text = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
    if len(text) > limit or len(data) > 4 * limit:
        text = text[:limit] + "…"
    return text
