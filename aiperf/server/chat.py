"""``POST /v1/chat/completions``.

Wire format: https://platform.openai.com/docs/api-reference/chat, with ``reasoning_content`` for
reasoning as vLLM and DeepSeek have it.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from aiperf.server import request
from aiperf.server.prompt import Prompt
from aiperf.server.reply import DONE, Reply, Stream, Whole

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
        prompt = Prompt()
        prompt.add_messages(request.required(fields, "messages"), "messages")
        request.one_choice(fields)
        limit = request.output_limit(fields, "max_completion_tokens", "max_tokens")
        usage = request.includes_usage(fields)
        words = self._tokens.take(number, limit or self._output)
        finish = b"length" if limit else b"stop"
        if request.streams(fields):
            return self._stream(_head(number, model, b".chunk"), words, finish, prompt, usage=usage)
        return self._whole(_head(number, model, b""), words, finish, prompt)

    def _whole(self, head: bytes, words: Sequence[bytes], finish: bytes, prompt: Prompt) -> Whole:
        split = self._reasoning
        reasoning = b'"reasoning_content":"%b",' % b"".join(words[:split]) if split else b""
        body = (
            b'{%b"choices":[{"index":0,"message":{"role":"assistant",%b"content":"%b",'
            b'"refusal":null},"logprobs":null,"finish_reason":"%b"}],"usage":%b}'
        ) % (head, reasoning, b"".join(words[split:]), finish, self._usage(words, prompt))
        return Whole(body, tokens=len(words), images=prompt.images, audios=prompt.audios)

    def _stream(
        self,
        head: bytes,
        words: Sequence[bytes],
        finish: bytes,
        prompt: Prompt,
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
            closing += b'data: {%b"choices":[],"usage":%b}\n\n' % (head, self._usage(words, prompt))
        return Stream(
            start + b'"role":"assistant","content":""' + end,
            chunks,
            closing + DONE,
            images=prompt.images,
            audios=prompt.audios,
        )

    def _usage(self, words: Sequence[bytes], prompt: Prompt) -> bytes:
        output = len(words)
        return (
            b'{"prompt_tokens":%d,"completion_tokens":%d,"total_tokens":%d,'
            b'"completion_tokens_details":{"reasoning_tokens":%d}}'
        ) % (prompt.tokens, output, prompt.tokens + output, min(self._reasoning, output))


def _head(number: int, model: bytes, suffix: bytes) -> bytes:
    return b'"id":"chatcmpl-%d","object":"chat.completion%b","created":%d,"model":%b,' % (
        number,
        suffix,
        time.time(),
        model,
    )
