"""Errors as each API writes them: as a whole response, and as the last event of a stream."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Protocol

import orjson

from aiperf.server.reply import Whole, event

if TYPE_CHECKING:
    from aiperf.server.errors import BadRequestError

_TYPES = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    429: "rate_limit_error",
}


class ErrorShape(Protocol):
    """How one API says that something went wrong."""

    @property
    def refused(self) -> int:
        """The status of a request with a wrong field."""
        ...

    def body(
        self, status: int, message: str, *, param: str | None = None, code: str | None = None
    ) -> bytes:
        """Return the body of a response with ``status``."""
        ...

    def event(self, status: int, message: str) -> bytes:
        """Return what ends a stream that had begun well."""
        ...


def refusal(error: BadRequestError, shape: ErrorShape) -> Whole:
    """Return the response to a request that is refused."""
    status = error.status or shape.refused
    return Whole(shape.body(status, str(error), param=error.param, code=error.code), status)


class OpenAIErrors:
    """``{"error": {"message": …, "type": …, "param": …, "code": …}}``.

    Source: https://platform.openai.com/docs/guides/error-codes.
    """

    refused = 400

    def body(
        self, status: int, message: str, *, param: str | None = None, code: str | None = None
    ) -> bytes:
        """Return an error object; its ``type`` follows from the HTTP status."""
        kind = "server_error" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else _TYPES.get(status)
        error = {
            "message": message,
            "type": kind or "invalid_request_error",
            "param": param,
            "code": code,
        }
        return orjson.dumps({"error": error})

    def event(self, status: int, message: str) -> bytes:
        """Return the error object as an event."""
        return event(self.body(status, message))


OPENAI_ERRORS = OpenAIErrors()
"""What answers also where no API is meant, as on a path that there is not."""
