"""``POST /v1/completions``.

Wire format: https://platform.openai.com/docs/api-reference/completions.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from aiperf.server import request
from aiperf.server.reply import DONE, Reply, Stream, Whole
from aiperf.server.tokens import count_tokens

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiperf.server.settings import ServerSettings
    from aiperf.server.tokens import TokenSource


class Completions:
    """Answers requests to complete one prompt, a text or token ids."""

    def __init__(self, settings: ServerSettings, tokens: TokenSource) -> None:
        self._tokens = tokens
        self._output = settings.output_tokens

    def answer(self, fields: Mapping[str, Any], number: int) -> Reply:
        """Return the response to request ``number``.

        Raises:
            BadRequestError: A field is missing or wrong.
        """
        model = request.model(fields)
        prompt = _prompt(request.required(fields, "prompt"))
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
        choice = b'"choices":[{"index":0,"text":"'
        if not request.streams(fields):
            body = b'{%b%b%b","logprobs":null,"finish_reason":"%b"}],"usage":%b}' % (
                head,
                choice,
                b"".join(words),
                finish,
                _usage(prompt, len(words)),
            )
            return Whole(body, tokens=len(words))
        null = b',"usage":null' if usage else b""
        before = b"data: {%b%b" % (head, choice)
        after = b'","logprobs":null,"finish_reason":null}]%b}\n\n' % null
        closing = b'%b","logprobs":null,"finish_reason":"%b"}]%b}\n\n' % (before, finish, null)
        if usage:
            closing += b'data: {%b"choices":[],"usage":%b}\n\n' % (
                head,
                _usage(prompt, len(words)),
            )
        return Stream(b"", [before + word + after for word in words], closing + DONE)


def _prompt(prompt: Any) -> str | list[int]:
    if isinstance(prompt, list) and len(prompt) == 1 and not request.is_token_ids(prompt):
        (prompt,) = prompt
    if isinstance(prompt, str):
        return prompt
    if request.is_token_ids(prompt):
        return list(prompt)
    raise request.wrong("prompt", "one string or one list of token ids")


def _usage(prompt: str | list[int], output: int) -> bytes:
    tokens = count_tokens(prompt) if isinstance(prompt, str) else len(prompt)
    return b'{"prompt_tokens":%d,"completion_tokens":%d,"total_tokens":%d}' % (
        tokens,
        output,
        tokens + output,
    )
