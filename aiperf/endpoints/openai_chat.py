"""The OpenAI chat completions format, streamed and not.

Source: https://platform.openai.com/docs/api-reference/chat, and for ``reasoning_content`` and
``reasoning`` the servers that stream a model's reasoning beside its answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiperf.common.errors import (
    AIPerfError,
    EmptyResponseError,
    IncompleteResponse,
    InvalidSSEError,
    error_details,
    excerpt_of,
)
from aiperf.common.sse import EventStream
from aiperf.endpoints.openai_chat_content import ChatContent
from aiperf.endpoints.openai_common import (
    WRONG_SHAPE,
    load_object,
    unreadable,
    url_path,
    wrong_shape,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aiperf.common.models import ModelEndpoint, ParsedResponse, RawRecord, Turn

_DONE = b"[DONE]"
_SSE_BEGINNINGS = (b"data:", b"event:", b"id:", b"retry:", b":", b"\xef\xbb\xbf")


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
        accept = "text/event-stream" if self._model.streaming else "application/json"
        return {"Content-Type": "application/json", "Accept": accept}

    def format_payload(self, turns: Sequence[Turn]) -> dict[str, Any]:
        """Return the request body: one user message for each of ``turns``.

        A system message goes before the first turn that has that system prompt. A turn with
        several texts is one message of several text parts.
        """
        model = self._model
        messages: list[dict[str, Any]] = []
        system: str | None = None
        for turn in turns:
            if turn.system is not None and turn.system != system:
                system = turn.system
                messages.append({"role": "system", "content": system})
            messages.append({"role": "user", "content": _content(turn.texts)})
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
        """Return what ``record``'s body means.

        Its content type, or else its beginning, tells whether it is a stream; some servers answer
        as a whole although a stream was asked for. An error that the transport found stays the
        error; what came before it is still parsed.
        """
        content = ChatContent()
        error: AIPerfError | None = None
        try:
            if _is_stream(record):
                _read_stream(record, content)
            else:
                _read_whole(record, content)
        except AIPerfError as exc:
            error = exc
        except Exception as exc:  # noqa: BLE001 - nothing that a server sends may end the run
            error = unreadable(exc)
        parsed = content.parsed()
        if error is None and not parsed.content_ns:
            error = EmptyResponseError(
                "the response has no content: no text, reasoning, refusal or tool call; look into "
                "the server's log, and check that the limit of output tokens leaves room for some"
            )
        parsed.error = record.error or (error_details(error) if error else None)
        return parsed


def _content(texts: Sequence[str]) -> str | list[dict[str, str]]:
    """Return the content of a user message."""
    if len(texts) == 1:
        return texts[0]
    return [{"type": "text", "text": text} for text in texts]


def _is_stream(record: RawRecord) -> bool:
    """Return whether the body is a stream of events rather than one JSON value."""
    kind = record.content_type.partition(";")[0].strip().lower()
    if kind == "text/event-stream" or kind.endswith("json"):
        return kind == "text/event-stream"
    return b"".join(record.parts[:8]).lstrip().startswith(_SSE_BEGINNINGS)


def _read_whole(record: RawRecord, content: ChatContent) -> None:
    """Read a response that is one JSON value; its content came when the last of it did."""
    body = b"".join(record.parts)
    if not body.strip():
        return
    completion = load_object(body)
    try:
        content.add(completion["choices"], completion.get("usage"), record.part_ns[-1])
    except WRONG_SHAPE as error:
        raise wrong_shape("a chat completion", body) from error


def _read_stream(record: RawRecord, content: ChatContent) -> None:
    """Read a response that is a stream of events."""
    stream = EventStream(record.parts, record.part_ns)
    is_done = False
    data = b""
    for ns, data in stream:
        if is_done or not data:
            continue
        if data == _DONE:
            is_done = True
            continue
        chunk = load_object(data)
        try:
            content.add(chunk.get("choices") or (), chunk.get("usage"), ns)
        except WRONG_SHAPE as error:
            raise wrong_shape("a chat completion chunk", data) from error
    if is_done or stream.incomplete.strip() == b"data: [DONE]":
        return
    if stream.incomplete:
        excerpt = excerpt_of(stream.incomplete)
        raise InvalidSSEError(
            f"the stream ended in the middle of an event: {excerpt}; look into the server's log",
            excerpt=excerpt,
        )
    if data and content.finish_reason is None:
        raise IncompleteResponse(
            "the stream ended without [DONE] and without a finish_reason; look into the server's "
            "log for a crash or a limit"
        )
