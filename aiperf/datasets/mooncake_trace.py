"""A recorded trace of lengths, times and hashes of prompts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from aiperf.common.input_file import BadLineError, read_objects
from aiperf.common.models import Turn
from aiperf.datasets.hashed_prompts import HashedPrompts
from aiperf.datasets.input_path import input_path
from aiperf.datasets.sessions import Sessions
from aiperf.datasets.streams import Streams
from aiperf.datasets.text_maker import TextMaker
from aiperf.datasets.turn_fields import TurnFields, count_field, text_field, time_field

if TYPE_CHECKING:
    from aiperf.common.config import DatasetConfig
    from aiperf.common.models import Conversation
    from aiperf.common.protocols import TokenizerProtocol

BLOCK_SIZE = 512
"""Tokens for which a hash of Mooncake's own traces stands."""
_UNSUPPORTED = ("messages", "payload", "tools", "extra")


class MooncakeTraceDataset:
    """Each line is a request of ``input_length`` tokens, or with the text ``text_input``.

    ``hash_ids`` stand for the blocks of the prompt, ``config.block_size`` tokens each but the last:
    prompts whose lists begin alike begin with the same text. ``timestamp`` and ``delay`` are
    milliseconds. Lines of one ``session_id`` are the turns of one conversation.

    Sources of the format: https://github.com/kvcache-ai/Mooncake and
    https://github.com/ai-dynamo/aiperf/blob/main/docs/tutorials/trace-replay.md.

    Raises:
        ConfigError: there is no file.
    """

    is_trace: ClassVar[bool] = True
    """Whether a run without another end sends each request once."""

    def __init__(self, *, config: DatasetConfig, tokenizer: TokenizerProtocol) -> None:
        self._config = config
        self._tokenizer = tokenizer
        self._path = input_path(config, "mooncake_trace")

    def load(self) -> list[Conversation]:
        """Return the conversations in the order of the file; the same texts for the same seed.

        Raises:
            ConfigError: the file cannot be read, or has bad lines.
        """
        streams = Streams(self._config.random_seed)
        texts = TextMaker(self._tokenizer, streams("phrases"))
        hashed = HashedPrompts(texts, streams, self._config.block_size or BLOCK_SIZE)
        words = streams("words")
        sessions = Sessions(self._config)

        def read(row: dict[str, Any]) -> None:
            length = count_field(row, "input_length")
            text = text_field(row, "text_input")
            _check(row, length, text)
            hash_ids = _hash_ids(row, length, hashed.block_size)
            count: int | None = None
            if hash_ids and length is not None:
                text, count = hashed.make(hash_ids, length)
            elif length is not None:
                text, count = texts.make(words, length)
            turn = Turn(
                texts=(text or "",),
                input_tokens=count,
                max_tokens=count_field(row, "output_length"),
                delay_ms=time_field(row, "delay"),
                timestamp_ms=time_field(row, "timestamp"),
            )
            session_id = text_field(row, "session_id")
            sessions.get(session_id).add(TurnFields(turn, "user", session_id))

        for _ in read_objects(self._path, read):
            pass
        return sessions.conversations()


def _check(row: dict[str, Any], length: int | None, text: str | None) -> None:
    for field in _UNSUPPORTED:
        if row.get(field) is not None:
            raise BadLineError(f"AIPerf does not send the field {field!r}; leave it out")
    if (length is None) == (text is None):
        raise BadLineError("give one of input_length and text_input")
    if row.get("hash_ids") and length is None:
        raise BadLineError("hash_ids need an input_length")


def _hash_ids(row: dict[str, Any], length: int | None, block_size: int) -> list[int]:
    hash_ids = row.get("hash_ids")
    if hash_ids is None or length is None:
        return []
    if not isinstance(hash_ids, list) or not all(type(each) is int for each in hash_ids):
        raise BadLineError("hash_ids is no list of whole numbers")
    needed = -(-length // block_size)
    if hash_ids and len(hash_ids) != needed:
        raise BadLineError(
            f"input_length {length} is {needed} blocks of {block_size} tokens, and there are "
            f"{len(hash_ids)} hash_ids; another --isl-block-size?"
        )
    return hash_ids
