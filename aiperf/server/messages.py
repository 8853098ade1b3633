"""``POST /v1/messages``.

Wire format: https://docs.anthropic.com/en/api/messages and, for streams,
https://docs.anthropic.com/en/docs/build-with-claude/streaming.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiperf.server import request
from aiperf.server.prompt import Prompt
from aiperf.server.reply import Reply, Stream, Whole, event

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aiperf.server.settings import ServerSettings
    from aiperf.server.tokens import TokenSource

_EMPTY_TEXT = b'{"type":"text","text":""}'
_EMPTY_THINKING = b'{"type":"thinking","thinking":"","signature":""}'
_SIGNATURE = b"c2lnbmF0dXJl"


class Messages:
    """Answers with a text of exactly ``max_tokens``; thinking comes first if there is any."""

    def __init__(self, settings: ServerSettings, tokens: TokenSource) -> None:
        self._tokens = tokens
        self._reasoning = settings.reasoning_tokens

    def answer(self, fields: Mapping[str, Any], number: int) -> Reply:
        """Return the response to request ``number``.

        Raises:
            BadRequestError: A field is missing or wrong.
        """
        model = request.model(fields)
        prompt = Prompt()
        prompt.add_messages(request.required(fields, "messages"), "messages")
        prompt.add(fields.get("system"), "system")
        request.required(fields, "max_tokens")
        words = self._tokens.take(number, request.output_limit(fields, "max_tokens") or 1)
        head = b'"id":"msg_%d","type":"message","role":"assistant","model":%b' % (number, model)
        thinking, text = words[: self._reasoning], words[self._reasoning :]
        if request.streams(fields):
            return _stream(head, thinking, text, prompt)
        blocks = b'{"type":"text","text":"%b"}' % b"".join(text)
        if thinking:
            blocks = b'{"type":"thinking","thinking":"%b","signature":"%b"},%b' % (
                b"".join(thinking),
                _SIGNATURE,
                blocks,
            )
        body = b'{%b,"content":[%b],%b,"usage":%b}' % (
            head,
            blocks,
            b'"stop_reason":"max_tokens","stop_sequence":null',
            _usage(prompt, len(words)),
        )
        return Whole(body, tokens=len(words), images=prompt.images, audios=prompt.audios)


def _stream(
    head: bytes, thinking: Sequence[bytes], text: Sequence[bytes], prompt: Prompt
) -> Stream:
    start = b'{"type":"message_start","message":{%b,"content":[],%b,"usage":%b}}' % (
        head,
        b'"stop_reason":null,"stop_sequence":null',
        _usage(prompt, 1),
    )
    begin, end = _block_start(0, _EMPTY_TEXT), _block_stop(0)
    chunks = _deltas(0, b'"text_delta","text"', text)
    if thinking:
        signature = _deltas(0, b'"signature_delta","signature"', [_SIGNATURE])
        between = b"".join([*signature, _block_stop(0), _block_start(1, _EMPTY_TEXT)])
        chunks = _deltas(1, b'"text_delta","text"', text)
        begin, end = _block_start(0, _EMPTY_THINKING), _block_stop(1)
        if chunks:
            chunks[0] = between + chunks[0]
        else:
            end = between + end
        chunks[:0] = _deltas(0, b'"thinking_delta","thinking"', thinking)
    stop = b'{"type":"message_delta","delta":{%b},"usage":{"output_tokens":%d}}' % (
        b'"stop_reason":"max_tokens","stop_sequence":null',
        len(thinking) + len(text),
    )
    return Stream(
        event(start, b"message_start") + begin + event(b'{"type":"ping"}', b"ping"),
        chunks,
        end + event(stop, b"message_delta") + event(b'{"type":"message_stop"}', b"message_stop"),
        images=prompt.images,
        audios=prompt.audios,
    )


def _deltas(index: int, kind: bytes, words: Sequence[bytes]) -> list[bytes]:
    """Return an event for each word; ``kind`` has the delta's type and its text's name."""
    head = b'{"type":"content_block_delta","index":%d,"delta":{"type":%b:"' % (index, kind)
    before, after = event(head + b"\0" + b'"}}', b"content_block_delta").split(b"\0")
    return [before + word + after for word in words]


def _block_start(index: int, block: bytes) -> bytes:
    body = b'{"type":"content_block_start","index":%d,"content_block":%b}' % (index, block)
    return event(body, b"content_block_start")


def _block_stop(index: int) -> bytes:
    return event(b'{"type":"content_block_stop","index":%d}' % index, b"content_block_stop")


def _usage(prompt: Prompt, output: int) -> bytes:
    return (
        b'{"input_tokens":%d,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,'
        b'"output_tokens":%d}'
    ) % (prompt.tokens, output)
