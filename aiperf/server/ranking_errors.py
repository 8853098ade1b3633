"""Errors as the servers for rankings write them; none of their responses is a stream."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

import orjson

from aiperf.server.reply import event


class NIMErrors:
    """``{"object": "error", "message": …, "detail": {}, "type": …}``.

    Source: https://docs.nvidia.com/nim/nemo-retriever/text-reranking/latest/reference.html.
    """

    refused = 422

    def body(
        self, status: int, message: str, *, param: str | None = None, code: str | None = None
    ) -> bytes:
        """Return an error object; ``detail`` has the field that is wrong."""
        is_ours = status >= HTTPStatus.INTERNAL_SERVER_ERROR
        kind = "internal_server_error" if is_ours else "invalid_request_error"
        given = {"param": param, "code": code}
        detail = {name: value for name, value in given.items() if value is not None}
        return orjson.dumps({"object": "error", "message": message, "detail": detail, "type": kind})

    def event(self, status: int, message: str) -> bytes:
        """Return the error object as an event."""
        return event(self.body(status, message))


class CohereErrors:
    """``{"message": …}``.

    Source: https://docs.cohere.com/reference/errors.
    """

    refused = 400

    def body(
        self,
        status: int,  # noqa: ARG002 - the format has no place for it
        message: str,
        *,
        param: str | None = None,  # noqa: ARG002 - as above
        code: str | None = None,  # noqa: ARG002 - as above
    ) -> bytes:
        """Return the message."""
        return orjson.dumps({"message": message})

    def event(self, status: int, message: str) -> bytes:
        """Return the message as an event."""
        return event(self.body(status, message))


NIM_ERRORS: Final = NIMErrors()
COHERE_ERRORS: Final = CohereErrors()
