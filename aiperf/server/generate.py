"""``POST /generate`` and ``POST /generate_stream`` of Hugging Face's Text Generation Inference.

Wire format: https://huggingface.github.io/text-generation-inference/.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiperf.server import request
from aiperf.server.reply import Stream, Whole
from aiperf.server.tokens import count_tokens

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aiperf.server.settings import ServerSettings
    from aiperf.server.tokens import TokenSource


@dataclass(frozen=True, slots=True)
class _Generated:
    """What is answered: the words, what JSON says of their end, and whether that was asked for."""

    words: Sequence[bytes]
    details: bytes
    wants_details: bool


class Generate:
    """Answers with a text; a stream's last event has all of it again."""

    def __init__(self, settings: ServerSettings, tokens: TokenSource) -> None:
        self._tokens = tokens
        self._output = settings.output_tokens

    def whole(self, fields: Mapping[str, Any], number: int) -> Whole:
        """Return the response to request ``number`` as one JSON value.

        Raises:
            BadRequestError: A field is missing or wrong.
        """
        generated = self._generate(fields, number)
        words = generated.words
        details = b""
        if generated.wants_details:
            tokens = b",".join(map(_token, range(len(words)), words))
            details = b',"details":{%b,"prefill":[],"tokens":[%b]}' % (generated.details, tokens)
        body = b'{"generated_text":"%b"%b}' % (b"".join(words), details)
        return Whole(body, tokens=len(words))

    def stream(self, fields: Mapping[str, Any], number: int) -> Stream:
        """Return the response to request ``number`` as an event for each token.

        Raises:
            BadRequestError: A field is missing or wrong.
        """
        generated = self._generate(fields, number)
        words = generated.words
        chunks = [
            _event(b'{"index":%d,"token":%b,"generated_text":null,"details":null}' % (n, token))
            for n, token in enumerate(map(_token, range(len(words)), words), 1)
        ]
        details = b"{%b}" % generated.details if generated.wants_details else b"null"
        end = b'"generated_text":"%b","details":%b}' % (b"".join(words), details)
        chunks[-1] = chunks[-1].replace(b'"generated_text":null,"details":null}', end)
        return Stream(b"", chunks, b"")

    def _generate(self, fields: Mapping[str, Any], number: int) -> _Generated:
        inputs = request.required(fields, "inputs")
        if not isinstance(inputs, str) or not inputs:
            raise request.wrong("inputs", "a string that is not empty")
        parameters = fields.get("parameters")
        if parameters is None:
            parameters = {}
        elif not isinstance(parameters, dict):
            raise request.wrong("parameters", "an object")
        wants_details = request.boolean(parameters, "details", "parameters.")
        limit = request.output_limit(parameters, "max_new_tokens")
        words = self._tokens.take(number, limit or self._output)
        details = b'"finish_reason":"%b","generated_tokens":%d,"seed":null,"input_length":%d' % (
            b"length" if limit else b"eos_token",
            len(words),
            count_tokens(inputs),
        )
        return _Generated(words, details, wants_details)


def _token(index: int, word: bytes) -> bytes:
    return b'{"id":%d,"text":"%b","logprob":0.0,"special":false}' % (index, word)


def _event(data: bytes) -> bytes:
    """Return an event the way this server writes it, without a blank."""
    return b"data:%b\n\n" % data
