"""The OpenAI embeddings format.

Source: https://platform.openai.com/docs/api-reference/embeddings.
"""

from __future__ import annotations

from array import array
from functools import partial
from typing import TYPE_CHECKING, Any

from aiperf.common.errors import ConfigError, EmptyResponseError
from aiperf.common.models import ParsedResponse
from aiperf.endpoints.addressing import json_headers, url_path
from aiperf.endpoints.json_body import WRONG_SHAPE, load_object, wrong_shape
from aiperf.endpoints.media import refuse_media
from aiperf.endpoints.response_error import error_of
from aiperf.endpoints.usage import usage_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aiperf.common.models import ModelEndpoint, RawRecord, Turn


class EmbeddingsEndpoint:
    """Speaks ``/v1/embeddings``; it is never streamed."""

    def __init__(self, *, model_endpoint: ModelEndpoint) -> None:
        self._model = model_endpoint

    @property
    def path(self) -> str:
        """The URL path that requests go to."""
        return url_path(self._model, "/v1/embeddings")

    @property
    def headers(self) -> Mapping[str, str]:
        """The content type sent, and the one that is wanted back."""
        return json_headers()

    def format_payload(self, turns: Sequence[Turn]) -> dict[str, Any]:
        """Return the request body: a list of all texts of the last turn.

        Raises:
            ConfigError: The turn has a system prompt, an image or audio, which this format has no
                place for.
        """
        turn = turns[-1]
        refuse_media((turn,), "embeddings")
        if turn.system:
            raise ConfigError(
                "requests for embeddings have no system message; leave --system-prompt out",
                option="--system-prompt",
            )
        payload: dict[str, Any] = {"model": self._model.model, "input": list(turn.texts)}
        payload.update(self._model.extra_inputs)
        return payload

    def parse_response(self, record: RawRecord) -> ParsedResponse:
        """Return the usage; the content came when the last of the body did.

        A response without a single embedding is an error. One that the transport found stays.
        """
        parsed = ParsedResponse()
        parsed.error = error_of(record, partial(_read, record, parsed))
        return parsed


def _read(record: RawRecord, parsed: ParsedResponse) -> None:
    """Read the body of ``record`` into ``parsed``."""
    body = b"".join(record.parts)
    embeddings: list[Any] = []
    if body.strip():
        response = load_object(body)
        try:
            embeddings = [item["embedding"] for item in response["data"]]
            parsed.usage = usage_of(response.get("usage"))
        except WRONG_SHAPE as error:
            raise wrong_shape("a list of embeddings", body) from error
    if not any(embeddings):
        raise EmptyResponseError("the response has no embedding; look into the server's log")
    parsed.content_ns = array("q", record.part_ns[-1:])
