"""Errors as Anthropic's API writes them.

Source: https://docs.anthropic.com/en/api/errors.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

import orjson

from aiperf.server.reply import event

_OVERLOADED = 529
_TYPES = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    503: "overloaded_error",
    _OVERLOADED: "overloaded_error",
}


class AnthropicErrors:
    """``{"type": "error", "error": {"type": …, "message": …}}``."""

    refused = 400

    def body(
        self,
        status: int,
        message: str,
        *,
        param: str | None = None,  # noqa: ARG002 - the format has no place for it
        code: str | None = None,  # noqa: ARG002 - as above
    ) -> bytes:
        """Return an error object; its ``type`` follows from the HTTP status."""
        is_ours = status >= HTTPStatus.INTERNAL_SERVER_ERROR
        kind = _TYPES.get(status, "api_error" if is_ours else "invalid_request_error")
        return orjson.dumps({"type": "error", "error": {"type": kind, "message": message}})

    def event(self, status: int, message: str) -> bytes:
        """Return the error object as an event called ``error``."""
        return event(self.body(status, message), b"error")


ANTHROPIC_ERRORS: Final = AnthropicErrors()
