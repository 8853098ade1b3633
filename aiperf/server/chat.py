"""``POST /v1/chat/completions``.

Wire format: https://platform.openai.com/docs/api-reference/chat, with ``reasoning_content`` for
reasoning as vLLM and DeepSeek have it.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from aiperf.server import request
from aiperf.server.reply import DONE, Reply, Stream, Whole
from aiperf.server.tokens import count_tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from aiperf.server.settings import ServerSettings
    from aiperf.server.tokens import TokenSource


class Chat:
    """Answers chat requests: reasoning tokens first if there are any, then content."""

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
        texts = list(_texts(request.required(fields, "messages")))
        request.one_choice(fields)
        limit = request.output_limit(fields, "max_completion_tokens", "max_tokens")
        usage = request.includes_usage(fields)
        words = self._tokens.take(number, limit or self._output)
        finish = b"length" if limit else b"stop"
        if request.streams(fields):
            return self._stream(_head(number, model, b".chunk"), words, finish, texts, usage=usage)
        return self._whole(_head(number, model, b""), words, finish, texts)

    def _whole(
        self, head: bytes, words: Sequence[bytes], finish: bytes, texts: Sequence[str]
    ) -> Whole:
        split = self._reasoning
        reasoning = b'"reasoning_content":"%b",' % b"".join(words[:split]) if split else b""
        body = (
            b'{%b"choices":[{"index":0,"message":{"role":"assistant",%b"content":"%b",'
            b'"refusal":null},"logprobs":null,"finish_reason":"%b"}],"usage":%b}'
        ) % (head, reasoning, b"".join(words[split:]), finish, self._usage(words, texts))
        return Whole(body, tokens=len(words))

    def _stream(
        self,
        head: bytes,
        words: Sequence[bytes],
        finish: bytes,
        texts: Sequence[str],
        *,
        usage: bool,
    ) -> Stream:
        split = self._reasoning
        null = b',"usage":null' if usage else b""
        start = b'data: {%b"choices":[{"index":0,"delta":{' % head
        end = b'},"logprobs":null,"finish_reason":null}]%b}\n\n' % null
        before, after = start + b'"content":"', b'"' + end
        chunks = [before + word + after for word in words[split:]]
        if split:
            before = start + b'"reasoning_content":"'
            chunks[:0] = [before + word + after for word in words[:split]]
        closing = b'%b},"logprobs":null,"finish_reason":"%b"}]%b}\n\n' % (start, finish, null)
        if usage:
            closing += b'data: {%b"choices":[],"usage":%b}\n\n' % (head, self._usage(words, texts))
        return Stream(start + b'"role":"assistant","content":""' + end, chunks, closing + DONE)

    def _usage(self, words: Sequence[bytes], texts: Sequence[str]) -> bytes:
        prompt = sum(map(count_tokens, texts))
        output = len(words)
        return (
            b'{"prompt_tokens":%d,"completion_tokens":%d,"total_tokens":%d,'
            b'"completion_tokens_details":{"reasoning_tokens":%d}}'
        ) % (prompt, output, prompt + output, min(self._reasoning, output))


def _head(number: int, model: bytes, suffix: bytes) -> bytes:
    return b'"id":"chatcmpl-%d","object":"chat.completion%b","created":%d,"model":%b,' % (
        number,
        suffix,
        time.time(),
        model,
    )


def _texts(messages: Any) -> Iterator[str]:
    if not isinstance(messages, list) or not messages:
        raise request.wrong("messages", "a list that is not empty")
    for index, message in enumerate(messages):
        if not isinstance(message, dict) or not isinstance(message.get("role"), str):
            raise request.wrong(f"messages[{index}]", "an object with a 'role'")
        content = message.get("content")
        if isinstance(content, str):
            yield content
        elif isinstance(content, list):
            for part in content:
                if not isinstance(part, dict) or not isinstance(part.get("type"), str):
                    raise request.wrong(
                        f"messages[{index}].content", "a list of objects with a 'type'"
                    )
                if isinstance(text := part.get("text"), str):
                    yield text
        elif content is not None:
            raise request.wrong(f"messages[{index}].content", "a string or a list of parts")
