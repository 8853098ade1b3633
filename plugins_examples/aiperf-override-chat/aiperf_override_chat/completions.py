"""The OpenAI completions format, streamed and not.

Source: https://platform.openai.com/docs/api-reference/completions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from aiperf.common.errors import (
    AIPerfError,
    EmptyResponseError,
    IncompleteResponse,
    InvalidResponseError,
    error_details,
    excerpt_of,
)
from aiperf.common.models import ParsedResponse, Usage
from aiperf.common.sse import EventStream

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from aiperf.common.models import ModelEndpoint, RawRecord, Turn


class CompletionsEndpoint:
    """Speaks ``/v1/completions``: a prompt without roles, and the text that follows it."""

    def __init__(self, *, model_endpoint: ModelEndpoint) -> None:
        self._model = model_endpoint

    @property
    def path(self) -> str:
        """The URL path that requests go to."""
        path = self._model.path or "/v1/completions"
        return f"/{path.removeprefix('/')}"

    @property
    def headers(self) -> Mapping[str, str]:
        """The content type sent."""
        return {"Content-Type": "application/json"}

    def format_payload(self, turns: Sequence[Turn]) -> dict[str, Any]:
        """Return the request body; the texts of all turns are one prompt."""
        payload: dict[str, Any] = {
            "model": self._model.model,
            "prompt": "\n".join(text for turn in turns for text in turn.texts),
            "stream": self._model.streaming,
        }
        if self._model.streaming:
            payload["stream_options"] = {"include_usage": True}
        if turns[-1].max_tokens is not None:
            payload["max_tokens"] = turns[-1].max_tokens
        return payload | dict(self._model.extra_inputs)

    def parse_response(self, record: RawRecord) -> ParsedResponse:
        """Return the text, when each piece of it came, and the server's token counts."""
        parsed = ParsedResponse()
        try:
            for ns, data in _messages(record):
                _add(parsed, ns, orjson.loads(data))
            if not parsed.text:
                raise EmptyResponseError("the completion has no text; look into the server's log")
        except AIPerfError as error:
            parsed.error = error_details(error)
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            excerpt = excerpt_of(b"".join(record.parts))
            parsed.error = error_details(
                InvalidResponseError(
                    f"the server sent no completion ({type(error).__name__}: {error}): {excerpt}; "
                    "check that --endpoint-type fits it",
                    excerpt=excerpt,
                )
            )
        if record.error is not None:
            parsed.error = record.error
        return parsed


def _messages(record: RawRecord) -> Iterator[tuple[int, bytes]]:
    """Yield each JSON value in the body with its time of arrival: one, or one for each event.

    Raises:
        IncompleteResponse: a stream ends before its end.
    """
    if not record.content_type.startswith("text/event-stream"):
        yield record.part_ns[-1], b"".join(record.parts)
        return
    for ns, data in EventStream(record.parts, record.part_ns):
        if data == b"[DONE]":
            return
        yield ns, data
    raise IncompleteResponse("the stream ended without [DONE]; look into the server's log")


def _add(parsed: ParsedResponse, ns: int, message: dict[str, Any]) -> None:
    """Add what ``message``, which arrived at ``ns``, says."""
    for choice in message["choices"]:
        if reason := choice.get("finish_reason"):
            parsed.finish_reason = str(reason)
        if choice["text"]:
            parsed.text += choice["text"]
            parsed.content_ns.append(ns)
    if usage := message.get("usage"):
        parsed.usage = Usage(_count(usage, "prompt_tokens"), _count(usage, "completion_tokens"))


def _count(usage: dict[str, Any], name: str) -> int | None:
    """Return a number of tokens, ``None`` if the server did not say.

    Raises:
        TypeError: what it said is no number of tokens.
    """
    count = usage.get(name)
    if count is not None and (type(count) is not int or count < 0):
        raise TypeError(f"{name} is {count!r}")
    return count
