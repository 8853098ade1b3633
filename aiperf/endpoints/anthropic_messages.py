"""The Anthropic messages format, streamed and not.

Source: https://docs.anthropic.com/en/api/messages. The API key goes into the header ``x-api-key``,
as the metadata of this endpoint's entry says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiperf.endpoints.addressing import json_headers, url_path
from aiperf.endpoints.anthropic_content import MessageContent
from aiperf.endpoints.media import refuse_media, split_data_url
from aiperf.endpoints.reading import read_response
from aiperf.endpoints.system_prompt import system_prompt

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aiperf.common.models import ModelEndpoint, ParsedResponse, RawRecord, Turn

_VERSION = "2023-06-01"
_MAX_TOKENS = 1024  # the format demands a limit


class MessagesEndpoint:
    """Speaks ``/v1/messages``."""

    def __init__(self, *, model_endpoint: ModelEndpoint) -> None:
        self._model = model_endpoint

    @property
    def path(self) -> str:
        """The URL path that requests go to."""
        return url_path(self._model, "/v1/messages")

    @property
    def headers(self) -> Mapping[str, str]:
        """The content types, and the version of the API."""
        return {**json_headers(streaming=self._model.streaming), "anthropic-version": _VERSION}

    def format_payload(self, turns: Sequence[Turn]) -> dict[str, Any]:
        """Return the request body: a user message for each of ``turns``, with earlier answers.

        The system prompt that is in force at the last turn is the one of the request, and a turn
        without a limit of output tokens gets one of 1024.

        Raises:
            ConfigError: A turn has audio.
        """
        refuse_media(turns, "messages", images=False)
        model = self._model
        messages: list[dict[str, Any]] = []
        for number, turn in enumerate(turns, 1):
            messages.append({"role": "user", "content": _content(turn)})
            if turn.answer is not None and number < len(turns):
                messages.append({"role": "assistant", "content": turn.answer})
        max_tokens = turns[-1].max_tokens
        payload: dict[str, Any] = {
            "model": model.model,
            "messages": messages,
            "max_tokens": _MAX_TOKENS if max_tokens is None else max_tokens,
            "stream": model.streaming,
        }
        system = system_prompt(turns)
        if system is not None:
            payload["system"] = system
        payload.update(model.extra_inputs)
        return payload

    def parse_response(self, record: RawRecord) -> ParsedResponse:
        """Return what ``record``'s body means, streamed or not."""
        return read_response(record, MessageContent())


def _content(turn: Turn) -> str | list[dict[str, Any]]:
    """Return the content of a user message: a text, or blocks."""
    if len(turn.texts) == 1 and not turn.images:
        return turn.texts[0]
    blocks: list[dict[str, Any]] = [{"type": "text", "text": text} for text in turn.texts]
    blocks += [{"type": "image", "source": _source(url)} for url in turn.images]
    return blocks


def _source(url: str) -> dict[str, str]:
    """Return where an image comes from."""
    parts = split_data_url(url)
    if parts is None:
        return {"type": "url", "url": url}
    kind, data = parts
    return {"type": "base64", "media_type": kind, "data": data}
