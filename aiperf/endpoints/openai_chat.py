"""The OpenAI chat completions format, streamed and not.

Source: https://platform.openai.com/docs/api-reference/chat, and for ``reasoning_content`` and
``reasoning`` the servers that stream a model's reasoning beside its answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiperf.endpoints.addressing import json_headers, url_path
from aiperf.endpoints.media import audio_part
from aiperf.endpoints.openai_chat_content import ChatContent
from aiperf.endpoints.reading import read_response

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aiperf.common.models import ModelEndpoint, ParsedResponse, RawRecord, Turn


class ChatEndpoint:
    """Speaks ``/v1/chat/completions``."""

    def __init__(self, *, model_endpoint: ModelEndpoint) -> None:
        self._model = model_endpoint

    @property
    def path(self) -> str:
        """The URL path that requests go to."""
        return url_path(self._model, "/v1/chat/completions")

    @property
    def headers(self) -> Mapping[str, str]:
        """The content type sent, and the one that is wanted back."""
        return json_headers(streaming=self._model.streaming)

    def format_payload(self, turns: Sequence[Turn]) -> dict[str, Any]:
        """Return the request body: one user message for each of ``turns``.

        A system message goes before the first turn that has that system prompt, and what an
        earlier turn was answered after it. A turn with several texts, images or audio is one
        message of several parts.
        """
        model = self._model
        messages: list[dict[str, Any]] = []
        system: str | None = None
        for number, turn in enumerate(turns, 1):
            if turn.system is not None and turn.system != system:
                system = turn.system
                messages.append({"role": "system", "content": system})
            messages.append({"role": "user", "content": _content(turn)})
            if turn.answer is not None and number < len(turns):
                messages.append({"role": "assistant", "content": turn.answer})
        payload: dict[str, Any] = {
            "model": model.model,
            "messages": messages,
            "stream": model.streaming,
        }
        if model.streaming:
            payload["stream_options"] = {"include_usage": True}
        max_tokens = turns[-1].max_tokens
        if max_tokens is not None:
            name = "max_tokens" if model.use_legacy_max_tokens else "max_completion_tokens"
            payload[name] = max_tokens
        payload.update(model.extra_inputs)
        return payload

    def parse_response(self, record: RawRecord) -> ParsedResponse:
        """Return what ``record``'s body means, streamed or not."""
        return read_response(record, ChatContent())


def _content(turn: Turn) -> str | list[dict[str, Any]]:
    """Return the content of a user message: a text, or parts."""
    if len(turn.texts) == 1 and not turn.images and not turn.audios:
        return turn.texts[0]
    parts: list[dict[str, Any]] = [{"type": "text", "text": text} for text in turn.texts]
    parts += [{"type": "image_url", "image_url": {"url": url}} for url in turn.images]
    parts += [audio_part(url) for url in turn.audios]
    return parts
