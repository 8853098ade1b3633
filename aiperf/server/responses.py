"""``POST /v1/responses``.

Wire format: https://platform.openai.com/docs/api-reference/responses and, for streams,
https://platform.openai.com/docs/api-reference/responses-streaming.
"""

from __future__ import annotations

import time
from itertools import count
from typing import TYPE_CHECKING, Any, Final

import orjson

from aiperf.server import request
from aiperf.server.error_shapes import OpenAIErrors
from aiperf.server.prompt import Prompt
from aiperf.server.reply import Reply, Stream, Whole, event

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from aiperf.server.settings import ServerSettings
    from aiperf.server.tokens import TokenSource

_SETTINGS = (
    b'"parallel_tool_calls":true,"tool_choice":"auto","tools":[],"temperature":1.0,"top_p":1.0,'
    b'"instructions":null,"metadata":{},"previous_response_id":null,"truncation":"disabled",'
    b'"text":{"format":{"type":"text"}},"store":false'
)
_SUMMARY = b'"type":"summary_text","text":"%b"'
_TEXT = b'"type":"output_text","text":"%b","annotations":[],"logprobs":[]'


class ResponsesErrors(OpenAIErrors):
    """OpenAI's error object; in a stream, an event with its fields."""

    def event(self, status: int, message: str) -> bytes:
        """Return the error as an event called ``error``."""
        kind = orjson.loads(self.body(status, message))["error"]["type"]
        fields = {"type": "error", "code": kind, "message": message, "param": None}
        return event(orjson.dumps({**fields, "sequence_number": 0}), b"error")


RESPONSES_ERRORS: Final = ResponsesErrors()


class Responses:
    """Answers with one message; the summary of reasoning comes first if there is any."""

    def __init__(self, settings: ServerSettings, tokens: TokenSource) -> None:
        self._tokens = tokens
        self._output = settings.output_tokens
        self._reasoning = settings.reasoning_tokens

    def answer(self, fields: Mapping[str, Any], number: int) -> Reply:
        """Return the response to request ``number``.

        Raises:
            BadRequestError: A field is missing or wrong.
        """
        model = request.model(fields)
        prompt = _prompt(fields)
        limit = request.output_limit(fields, "max_output_tokens")
        words = self._tokens.take(number, limit or self._output)
        response = _Response(number, model, prompt, words, self._reasoning, is_cut=bool(limit))
        if request.streams(fields):
            return Stream(*response.stream(), images=prompt.images, audios=prompt.audios)
        body = response.whole()
        return Whole(body, tokens=len(words), images=prompt.images, audios=prompt.audios)


class _Response:
    """One response, rendered whole or as a stream."""

    def __init__(
        self,
        number: int,
        model: bytes,
        prompt: Prompt,
        words: Sequence[bytes],
        reasoning: int,
        *,
        is_cut: bool,
    ) -> None:
        self._head = b'"id":"resp_%d","object":"response","created_at":%d,"model":%b,%b' % (
            number,
            time.time(),
            model,
            _SETTINGS,
        )
        self._prompt = prompt
        self._reasoning, self._words = words[:reasoning], words[reasoning:]
        self._ids = b"rs_%d" % number, b"msg_%d" % number
        self._status = b"incomplete" if is_cut else b"completed"
        self._sequence: Iterator[int] = count()

    def whole(self) -> bytes:
        """Return the response as one JSON value."""
        details = b'{"reason":"max_output_tokens"}' if self._status == b"incomplete" else b"null"
        items = [self._reasoning_item(self._reasoning)] if self._reasoning else []
        items.append(self._message(self._words, self._status))
        return self._render(self._status, details, b",".join(items), self._usage())

    def stream(self) -> tuple[bytes, list[bytes], bytes]:
        """Return what begins a stream, its chunks, and what ends it."""
        unfinished = self._render(b"in_progress", b"null", b"", b"null")
        opening = [
            self._event(b"response.created", b'"response":%b' % unfinished),
            self._event(b"response.in_progress", b'"response":%b' % unfinished),
        ]
        if not self._reasoning:
            opening += self._begin_message(0)
            return b"".join(opening), self._texts(0), b"".join(self._end_message(0))
        opening += self._begin_reasoning()
        chunks = self._deltas(
            b"response.reasoning_summary_text.delta", self._in_reasoning(), self._reasoning
        )
        between = b"".join([*self._end_reasoning(), *self._begin_message(1)])
        texts = self._texts(1)
        closing = b"".join(self._end_message(1))
        if texts:  # the message begins with its first token
            texts[0] = between + texts[0]
        else:
            closing = between + closing
        return b"".join(opening), chunks + texts, closing

    def _texts(self, index: int) -> list[bytes]:
        where = self._in_message(index) + b',"logprobs":[]'
        return self._deltas(b"response.output_text.delta", where, self._words)

    def _begin_reasoning(self) -> list[bytes]:
        item, part = self._reasoning_item([]), b"{%b}" % (_SUMMARY % b"")
        where = self._in_reasoning()
        return [
            self._event(b"response.output_item.added", b'"output_index":0,"item":%b' % item),
            self._event(b"response.reasoning_summary_part.added", b'%b,"part":%b' % (where, part)),
        ]

    def _end_reasoning(self) -> list[bytes]:
        text = b"".join(self._reasoning)
        item, part = self._reasoning_item(self._reasoning), b"{%b}" % (_SUMMARY % text)
        where = self._in_reasoning()
        return [
            self._event(b"response.reasoning_summary_text.done", b'%b,"text":"%b"' % (where, text)),
            self._event(b"response.reasoning_summary_part.done", b'%b,"part":%b' % (where, part)),
            self._event(b"response.output_item.done", b'"output_index":0,"item":%b' % item),
        ]

    def _begin_message(self, index: int) -> list[bytes]:
        item = b'"output_index":%d,"item":%b' % (index, self._message(None, b"in_progress"))
        part = self._in_message(index) + b',"part":{%b}' % (_TEXT % b"")
        return [
            self._event(b"response.output_item.added", item),
            self._event(b"response.content_part.added", part),
        ]

    def _end_message(self, index: int) -> list[bytes]:
        text, where = b"".join(self._words), self._in_message(index)
        item = b'"output_index":%d,"item":%b' % (index, self._message(self._words, self._status))
        return [
            self._event(b"response.output_text.done", where + b',"text":"%b","logprobs":[]' % text),
            self._event(b"response.content_part.done", where + b',"part":{%b}' % (_TEXT % text)),
            self._event(b"response.output_item.done", item),
            self._event(b"response." + self._status, b'"response":%b' % self.whole()),
        ]

    def _in_reasoning(self) -> bytes:
        return b'"item_id":"%b","output_index":0,"summary_index":0' % self._ids[0]

    def _in_message(self, index: int) -> bytes:
        return b'"item_id":"%b","output_index":%d,"content_index":0' % (self._ids[1], index)

    def _deltas(self, kind: bytes, where: bytes, words: Sequence[bytes]) -> list[bytes]:
        """Return an event for each word."""
        head = b'event: %b\ndata: {"type":"%b",%b,"delta":"' % (kind, kind, where)
        return [b'%b%b","sequence_number":%d}\n\n' % (head, w, next(self._sequence)) for w in words]

    def _event(self, kind: bytes, fields: bytes) -> bytes:
        body = b'{"type":"%b",%b,"sequence_number":%d}' % (kind, fields, next(self._sequence))
        return event(body, kind)

    def _reasoning_item(self, words: Sequence[bytes]) -> bytes:
        summary = b"{%b}" % (_SUMMARY % b"".join(words)) if words else b""
        return b'{"id":"%b","type":"reasoning","summary":[%b]}' % (self._ids[0], summary)

    def _message(self, words: Sequence[bytes] | None, status: bytes) -> bytes:
        content = b"" if words is None else b"{%b}" % (_TEXT % b"".join(words))
        return b'{"id":"%b","type":"message","role":"assistant","status":"%b","content":[%b]}' % (
            self._ids[1],
            status,
            content,
        )

    def _usage(self) -> bytes:
        prompt, output = self._prompt.tokens, len(self._reasoning) + len(self._words)
        return (
            b'{"input_tokens":%d,"input_tokens_details":{"cached_tokens":0},"output_tokens":%d,'
            b'"output_tokens_details":{"reasoning_tokens":%d},"total_tokens":%d}'
        ) % (prompt, output, len(self._reasoning), prompt + output)

    def _render(self, status: bytes, details: bytes, items: bytes, usage: bytes) -> bytes:
        return (
            b'{%b,"status":"%b","error":null,"incomplete_details":%b,"output":[%b],"usage":%b}'
        ) % (self._head, status, details, items, usage)


def _prompt(fields: Mapping[str, Any]) -> Prompt:
    """Return what is asked: a text, or messages and other items."""
    given = request.required(fields, "input")
    prompt = Prompt()
    instructions = fields.get("instructions")
    if isinstance(given, str):
        prompt.add(given, "input")
    elif isinstance(given, list) and given:
        messages = [each for each in given if not _is_other(each)]
        if messages:
            prompt.add_messages(messages, "input")
    else:
        raise request.wrong("input", "a string or a list that is not empty")
    prompt.add(instructions, "instructions")
    return prompt


def _is_other(item: Any) -> bool:
    """Return whether an item of the input is not a message, such as a call or its result."""
    return isinstance(item, dict) and item.get("type", "message") != "message"
