"""The OpenAI completions format, streamed and not.

Source: https://platform.openai.com/docs/api-reference/completions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiperf.endpoints.addressing import json_headers, url_path
from aiperf.endpoints.content import text_of
from aiperf.endpoints.media import refuse_media
from aiperf.endpoints.openai_choices import ChoicesContent
from aiperf.endpoints.plain_prompt import plain_prompt
from aiperf.endpoints.reading import read_response

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aiperf.common.models import ModelEndpoint, ParsedResponse, RawRecord, Turn


class CompletionsEndpoint:
    """Speaks ``/v1/completions``."""

    def __init__(self, *, model_endpoint: ModelEndpoint) -> None:
        self._model = model_endpoint

    @property
    def path(self) -> str:
        """The URL path that requests go to."""
        return url_path(self._model, "/v1/completions")

    @property
    def headers(self) -> Mapping[str, str]:
        """The content type sent, and the one that is wanted back."""
        return json_headers(streaming=self._model.streaming)

    def format_payload(self, turns: Sequence[Turn]) -> dict[str, Any]:
        """Return the request body: the texts of a turn that is alone are a batch of prompts.

        With a system prompt or a history, everything is one prompt.

        Raises:
            ConfigError: A turn has an image or audio.
        """
        refuse_media(turns, "completions")
        model, last = self._model, turns[-1]
        is_batch = len(turns) == 1 and len(last.texts) > 1 and last.system is None
        payload: dict[str, Any] = {
            "model": model.model,
            "prompt": list(last.texts) if is_batch else plain_prompt(turns),
            "stream": model.streaming,
        }
        if model.streaming:
            payload["stream_options"] = {"include_usage": True}
        if last.max_tokens is not None:
            payload["max_tokens"] = last.max_tokens
        payload.update(model.extra_inputs)
        return payload

    def parse_response(self, record: RawRecord) -> ParsedResponse:
        """Return what ``record``'s body means, streamed or not."""
        return read_response(record, CompletionContent())


class CompletionContent(ChoicesContent):
    """What a completion says; the choices of a batch one after the other."""

    __slots__ = ()

    whole_name = "a completion"
    event_name = "a completion chunk"

    def _add_choice(self, choice: Mapping[str, Any]) -> bool:
        """Add a text or a piece of one."""
        text = text_of(choice.get("text"))
        if text:
            self.text.append(text)
        return bool(text)
