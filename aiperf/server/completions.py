"""``POST /v1/completions``.

Wire format: https://platform.openai.com/docs/api-reference/completions.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from aiperf.server import request
from aiperf.server.reply import DONE, Reply, Stream, Whole
from aiperf.server.tokens import count_all

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aiperf.server.settings import ServerSettings
    from aiperf.server.tokens import TokenSource


class Completions:
    """Completes one prompt or a batch of them, texts or token ids.

    All prompts of a batch get the same words, at the same times.
    """

    def __init__(self, settings: ServerSettings, tokens: TokenSource) -> None:
        self._tokens = tokens
        self._output = settings.output_tokens

    def answer(self, fields: Mapping[str, Any], number: int) -> Reply:
        """Return the response to request ``number``.

        Raises:
            BadRequestError: A field is missing or wrong.
        """
        model = request.model(fields)
        prompts = request.texts_or_ids(fields, "prompt")
        request.one_choice(fields)
        limit = request.output_limit(fields, "max_tokens")
        usage = request.includes_usage(fields)
        words = self._tokens.take(number, limit or self._output)
        finish = b"length" if limit else b"stop"
        head = b'"id":"cmpl-%d","object":"text_completion","created":%d,"model":%b,' % (
            number,
            time.time(),
            model,
        )
        if not request.streams(fields):
            text = b"".join(words)
            whole = b",".join(_choice(index, text, finish) for index in range(len(prompts)))
            body = b'{%b"choices":[%b],"usage":%b}' % (head, whole, _usage(prompts, len(words)))
            return Whole(body, tokens=len(words))
        null = b',"usage":null' if usage else b""
        form = b"".join(
            b'data: {%b"choices":[%b]%b}\n\n' % (head, _choice(index, b"\0", None), null)
            for index in range(len(prompts))
        )
        chunks = [form.replace(b"\0", word) for word in words]
        closing = b"".join(
            b'data: {%b"choices":[%b]%b}\n\n' % (head, _choice(index, b"", finish), null)
            for index in range(len(prompts))
        )
        if usage:
            counts = _usage(prompts, len(words))
            closing += b'data: {%b"choices":[],"usage":%b}\n\n' % (head, counts)
        return Stream(b"", chunks, closing + DONE)


def _choice(index: int, text: bytes, finish: bytes | None) -> bytes:
    reason = b"null" if finish is None else b'"%b"' % finish
    return b'{"index":%d,"text":"%b","logprobs":null,"finish_reason":%b}' % (index, text, reason)


def _usage(prompts: Sequence[str | list[int]], output: int) -> bytes:
    asked = count_all(prompts)
    said = output * len(prompts)
    return b'{"prompt_tokens":%d,"completion_tokens":%d,"total_tokens":%d}' % (
        asked,
        said,
        asked + said,
    )
