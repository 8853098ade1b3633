"""The format of Hugging Face's Text Generation Inference, streamed and not.

Source: https://huggingface.github.io/text-generation-inference/.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiperf.common.models import Usage
from aiperf.endpoints.addressing import json_headers, url_path
from aiperf.endpoints.content import Content, text_of
from aiperf.endpoints.json_body import load_object
from aiperf.endpoints.media import refuse_media
from aiperf.endpoints.plain_prompt import plain_prompt
from aiperf.endpoints.reading import read_response
from aiperf.endpoints.usage import count_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aiperf.common.models import ModelEndpoint, ParsedResponse, RawRecord, Turn


class HuggingFaceGenerateEndpoint:
    """Speaks ``/generate``, and ``/generate_stream`` for streams.

    The server has one model, so that its name is not sent. Token counts are asked for only where
    they are to be used.
    """

    def __init__(self, *, model_endpoint: ModelEndpoint) -> None:
        self._model = model_endpoint

    @property
    def path(self) -> str:
        """The URL path that requests go to."""
        own = "/generate_stream" if self._model.streaming else "/generate"
        return url_path(self._model, own)

    @property
    def headers(self) -> Mapping[str, str]:
        """The content type sent, and the one that is wanted back."""
        return json_headers(streaming=self._model.streaming)

    def format_payload(self, turns: Sequence[Turn]) -> dict[str, Any]:
        """Return the request body: all that was said as one text.

        ``model_endpoint.extra_inputs`` come last in its ``parameters``.

        Raises:
            ConfigError: A turn has an image or audio.
        """
        refuse_media(turns, "text generation")
        parameters: dict[str, Any] = {}
        max_tokens = turns[-1].max_tokens
        if max_tokens is not None:
            parameters["max_new_tokens"] = max_tokens
        if self._model.use_server_token_count:
            parameters["details"] = True
        parameters.update(self._model.extra_inputs)
        return {"inputs": plain_prompt(turns), "parameters": parameters}

    def parse_response(self, record: RawRecord) -> ParsedResponse:
        """Return what ``record``'s body means, streamed or not."""
        return read_response(record, GeneratedContent())


class GeneratedContent(Content):
    """What was generated; special tokens, such as that of the end, are no part of it."""

    __slots__ = ()

    whole_name = "a generated text"
    event_name = "a generated token"

    def load(self, body: bytes) -> dict[str, Any]:
        """Return the object, also where it is alone in a list, as of the path ``/``."""
        text = body.strip()
        if text.startswith(b"[") and text.endswith(b"]"):
            return load_object(text[1:-1])
        return load_object(body)

    def add_whole(self, response: dict[str, Any], ns: int) -> None:
        """Add a response."""
        text = text_of(response["generated_text"])
        if text:
            self.text.append(text)
            self.content_ns.append(ns)
        self._add_details(response.get("details"))

    def add_event(self, event: dict[str, Any], ns: int) -> None:
        """Add an event: a token, and with the last one the whole text again."""
        token = event["token"]
        text = "" if token.get("special") else text_of(token["text"])
        if text:
            self.text.append(text)
            self.content_ns.append(ns)
        if event.get("generated_text") is not None:
            self.is_over = True
            self._add_details(event.get("details"))

    def _add_details(self, details: Mapping[str, Any] | None) -> None:
        """Take the counts and why the model stopped, if the server says so."""
        if not details:
            return
        self.finish_reason = str(details["finish_reason"])
        self.usage = Usage(
            input_tokens=count_of(details.get("input_length", len(details.get("prefill") or ())))
            or None,
            output_tokens=count_of(details.get("generated_tokens")),
        )
