"""The encodings of OpenAI's models, by the library ``tiktoken``.

Source: https://github.com/openai/tiktoken. An encoding's file is fetched when it is first used, and
kept in ``TIKTOKEN_CACHE_DIR``; what is there is read without a network.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import tiktoken

from aiperf.common.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_OPTION = "--tokenizer"
_DEFAULT = "o200k_base"


class TiktokenTokenizer:
    """Counts with one encoding; what looks like a special token is text like any other.

    Args:
        name: an encoding, such as ``cl100k_base``, or a model, such as ``gpt-4o``.

    Raises:
        ConfigError: there is none of that name, or its file cannot be had.
    """

    def __init__(self, *, name: str | None = None) -> None:
        name = name or _DEFAULT
        encoding_name = _encoding_name(name)
        try:
            self._encoding = tiktoken.get_encoding(encoding_name)
        except Exception as error:  # of requests, or that the file is not the right one
            reason = " ".join(str(error).split())
            raise ConfigError(
                f"the encoding {encoding_name} cannot be loaded: {reason}. Connect to the network "
                "once, or set TIKTOKEN_CACHE_DIR to a directory that has it, or take --tokenizer "
                "builtin, which needs no file",
                option=_OPTION,
            ) from error
        self.about: Mapping[str, Any] = {
            "name": name,
            "encoding": self._encoding.name,
            "library": "tiktoken",
            "vocabulary_size": self._encoding.n_vocab,
        }
        """Which tokenizer it is, for the provenance."""

    def count(self, text: str) -> int:
        """Return the number of tokens in ``text``."""
        return len(self._encoding.encode_ordinary(text))

    def count_all(self, texts: Sequence[str]) -> list[int]:
        """Return the number of tokens in each text."""
        encode = self._encoding.encode_ordinary
        return [len(encode(text)) for text in texts]

    def encode(self, text: str) -> list[int]:
        """Return the token ids of ``text``."""
        return self._encoding.encode_ordinary(text)

    def decode(self, token_ids: Sequence[int]) -> str:
        """Return the text of ``token_ids``; a part of a character becomes a replacement."""
        return self._encoding.decode(token_ids)


def _encoding_name(name: str) -> str:
    """Return the encoding that ``name`` is, or that the model of that name has."""
    encodings = tiktoken.list_encoding_names()
    if name in encodings:
        return name
    try:
        return tiktoken.encoding_name_for_model(name)
    except KeyError:
        near = get_close_matches(name, encodings, n=1)
        hint = f"Did you mean {near[0]!r}? " if near else ""
        raise ConfigError(
            f"tiktoken has no encoding or model {name!r}. {hint}"
            f"The encodings: {', '.join(sorted(encodings))}",
            option=_OPTION,
        ) from None
