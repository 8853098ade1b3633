"""Errors as Hugging Face's servers for text generation and for embeddings write them.

Source: ``ErrorResponse`` of https://huggingface.github.io/text-generation-inference/ and of
https://huggingface.github.io/text-embeddings-inference/.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import orjson

from aiperf.server.reply import event

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class HuggingFaceErrors:
    """``{"error": …, "error_type": …}``.

    ``kinds`` has the error types of some HTTP statuses; of the others, a status below 500 is
    ``wrong`` and any above is ``failed``.
    """

    wrong: str
    failed: str
    kinds: Mapping[int, str]
    refused: int = 422

    def body(
        self,
        status: int,
        message: str,
        *,
        param: str | None = None,  # noqa: ARG002 - the format has no place for it
        code: str | None = None,  # noqa: ARG002 - as above
    ) -> bytes:
        """Return the message and the kind of error, which follows from the HTTP status."""
        is_ours = status >= HTTPStatus.INTERNAL_SERVER_ERROR
        kind = self.kinds.get(status, self.failed if is_ours else self.wrong)
        return orjson.dumps({"error": message, "error_type": kind})

    def event(self, status: int, message: str) -> bytes:
        """Return the error as an event."""
        return event(self.body(status, message))


TGI_ERRORS: Final = HuggingFaceErrors(
    "validation", "generation", {429: "overloaded", 503: "unhealthy"}
)
TEI_ERRORS: Final = HuggingFaceErrors(
    "Validation", "Backend", {429: "Overloaded", 503: "Unhealthy"}
)
