"""What an endpoint answers, rendered to bytes before any of it is sent."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiperf.server.errors import BadRequestError

DONE = b"data: [DONE]\n\n"
"""The event that ends an OpenAI stream."""

_TYPES = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    429: "rate_limit_error",
}


@dataclass(frozen=True, slots=True)
class Whole:
    """A response that is sent at once, when its last token is due; an error is never delayed."""

    body: bytes
    status: int = 200
    tokens: int = 0
    headers: Sequence[tuple[bytes, bytes]] = ()


@dataclass(frozen=True, slots=True)
class Stream:
    """Server-sent events: ``opening`` at once, each of ``chunks`` when its token is due."""

    opening: bytes
    chunks: Sequence[bytes]
    closing: bytes
    status: int = 200

    @property
    def tokens(self) -> int:
        """The number of tokens, one to a chunk."""
        return len(self.chunks)


Reply = Whole | Stream


def error_body(
    status: int, message: str, *, param: str | None = None, code: str | None = None
) -> bytes:
    """Return an OpenAI error object; its ``type`` follows from the HTTP status."""
    kind = "server_error" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else _TYPES.get(status)
    error = {
        "message": message,
        "type": kind or "invalid_request_error",
        "param": param,
        "code": code,
    }
    return orjson.dumps({"error": error})


def refusal(error: BadRequestError) -> Whole:
    """Return the response to a request that is refused."""
    body = error_body(error.status, str(error), param=error.param, code=error.code)
    return Whole(body, error.status)


def event(data: bytes) -> bytes:
    """Return ``data`` as one server-sent event."""
    return b"data: %b\n\n" % data
