"""Whether a whole response is a good one, as far as HTTP can tell."""

from __future__ import annotations

import re
from http import HTTPStatus
from types import MappingProxyType
from typing import TYPE_CHECKING

from aiperf.common.errors import HTTPStatusError, ProtocolError, TransportError, excerpt_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiperf.common.models import RawRecord

_CODING = b"content-encoding"
_USER = re.compile(r"//[^/?#]*@")
_SHOWS_TARGET = frozenset({404, 405})
_OF_SERVER = "look into the server's log"
_STEPS = MappingProxyType(
    {
        401: "check --api-key",
        403: "check --api-key",
        404: "check --url, --endpoint and --model",
        405: "check --url and --endpoint",
        413: "send shorter prompts, or raise the server's limit",
        429: "lower the load, or raise the server's limit",
    }
)


def response_error(
    record: RawRecord, headers: Mapping[bytes, bytes], request: bytes = b""
) -> TransportError | None:
    """Return why a response is of no use, ``None`` if it may be.

    Args:
        record: What came.
        headers: Its headers, as they came.
        request: What it answers, from its first line on, to say what was not found.
    """
    status = record.status
    if not 200 <= status < 300:  # noqa: PLR2004 - the range of success
        return _status_error(record, headers, request)
    if len(_CODING) in map(len, headers):  # hardly ever, and cheaper than a look at each
        coding = _value(headers, _CODING)
        if coding.lower() not in {"", "identity"}:
            return ProtocolError(
                f"the response is compressed ({coding}) though none was asked to be; switch that "
                "off in the server or in the proxy before it"
            )
    return None


def _status_error(
    record: RawRecord, headers: Mapping[bytes, bytes], request: bytes
) -> HTTPStatusError:
    """Return the error for a status that is not 2xx."""
    status = record.status
    try:
        name = f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        name = str(status)
    excerpt = excerpt_of(b"".join(record.parts))
    message = f"the server answered {name}"
    if status in _SHOWS_TARGET and request:
        message += f" to {_asked(request)}"
    location = _target(headers) if 300 <= status < 400 else ""  # noqa: PLR2004 - 3xx
    if location:
        message += f", a redirect to {location}; it is not followed: give that server in --url"
    elif 300 <= status < 400:  # noqa: PLR2004 - 3xx
        message += ", a redirect; it is not followed: check --url"
    elif status in _STEPS or status >= 500:  # noqa: PLR2004 - 5xx
        message += f"; {_STEPS.get(status, _OF_SERVER)}"
    wait = _value(headers, b"retry-after")
    if wait:
        message += f" (Retry-After: {wait}; a benchmark does not retry)"
    if excerpt:
        message += f". It said: {excerpt}"
    return HTTPStatusError(message, code=status, excerpt=excerpt)


def _asked(request: bytes) -> str:
    """Return the method and the target of a request, without its query, which may be secret."""
    line = request.partition(b"\r\n")[0].rpartition(b" ")[0]
    return excerpt_of(line.partition(b"?")[0])


def _target(headers: Mapping[bytes, bytes]) -> str:
    """Return where a redirect leads, without what may be secret: user, password and query."""
    return _USER.sub("//***@", _value(headers, b"location")).partition("?")[0]


def _value(headers: Mapping[bytes, bytes], name: bytes) -> str:
    """Return a header's value as one short line; ``name`` is in lower case."""
    size = len(name)
    for key, value in headers.items():
        if len(key) == size and key.lower() == name:
            return excerpt_of(value)
    return ""
