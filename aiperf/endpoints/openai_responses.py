"""The OpenAI responses format, streamed and not.

Source: https://platform.openai.com/docs/api-reference/responses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiperf.endpoints.addressing import json_headers, url_path
from aiperf.endpoints.media import audio_part
from aiperf.endpoints.openai_responses_content import ResponsesContent
from aiperf.endpoints.reading import read_response
from aiperf.endpoints.system_prompt import system_prompt

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aiperf.common.models import ModelEndpoint, ParsedResponse, RawRecord, Turn


class ResponsesEndpoint:
    """Speaks ``/v1/responses``; the whole history is sent each time, and nothing is chained."""

    def __init__(self, *, model_endpoint: ModelEndpoint) -> None:
        self._model = model_endpoint

    @property
    def path(self) -> str:
        """The URL path that requests go to."""
        return url_path(self._model, "/v1/responses")

    @property
    def headers(self) -> Mapping[str, str]:
        """The content type sent, and the one that is wanted back."""
        return json_headers(streaming=self._model.streaming)

    def format_payload(self, turns: Sequence[Turn]) -> dict[str, Any]:
        """Return the request body: a user message for each of ``turns``, with earlier answers.

        The system prompt that is in force at the last turn is the ``instructions``.
        """
        model = self._model
        items: list[dict[str, Any]] = []
        for number, turn in enumerate(turns, 1):
            items.append({"type": "message", "role": "user", "content": _content(turn)})
            if turn.answer is not None and number < len(turns):
                items.append({"type": "message", "role": "assistant", "content": turn.answer})
        payload: dict[str, Any] = {"model": model.model, "input": items, "stream": model.streaming}
        instructions = system_prompt(turns)
        if instructions is not None:
            payload["instructions"] = instructions
        max_tokens = turns[-1].max_tokens
        if max_tokens is not None:
            payload["max_output_tokens"] = max_tokens
        payload.update(model.extra_inputs)
        return payload

    def parse_response(self, record: RawRecord) -> ParsedResponse:
        """Return what ``record``'s body means, streamed or not."""
        return read_response(record, ResponsesContent())


def _content(turn: Turn) -> str | list[dict[str, Any]]:
    """Return the content of a user message: a text, or parts."""
    if len(turn.texts) == 1 and not turn.images and not turn.audios:
        return turn.texts[0]
    parts: list[dict[str, Any]] = [{"type": "input_text", "text": text} for text in turn.texts]
    parts += [{"type": "input_image", "image_url": url} for url in turn.images]
    parts += [audio_part(url) for url in turn.audios]
    return parts
