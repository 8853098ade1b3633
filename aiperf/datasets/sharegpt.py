"""Conversations that people had with ChatGPT, as the ShareGPT collection has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiperf.common.errors import ConfigError
from aiperf.common.input_file import OPTION, BadLineError, read_objects
from aiperf.common.models import Turn
from aiperf.datasets.input_path import input_path
from aiperf.datasets.sessions import Sessions
from aiperf.datasets.streams import Streams
from aiperf.datasets.turn_fields import TurnFields

if TYPE_CHECKING:
    from aiperf.common.config import DatasetConfig
    from aiperf.common.models import Conversation
    from aiperf.common.protocols import TokenizerProtocol

_LEAST = 4
_MOST_INPUT = 1024
_MOST = 2048
_PEOPLE = ("human", "user")
_MODELS = ("gpt", "assistant", "chatgpt", "bing", "bard")

Pairs = list[tuple[str, str]]


class ShareGPTDataset:
    """``config.entries`` conversations, drawn without replacement from those that are fit to send.

    Each pair of a question and its answer is a turn, the recorded answer its answer in the history
    of the next one. It asks for as many output tokens as the answer has, unless
    ``config.output_tokens_mean`` says how many. As in vLLM's benchmark, a conversation with a
    question or an answer of fewer than 4 tokens, a question of more than 1024 or both of more than
    2048 is left out.

    Sources: https://huggingface.co/datasets/anon8231489123/ShareGPT_Vicuna_unfiltered for the
    format, https://github.com/vllm-project/vllm/blob/main/vllm/benchmarks/datasets.py for the
    limits.

    Raises:
        ConfigError: there is no file.
    """

    def __init__(self, *, config: DatasetConfig, tokenizer: TokenizerProtocol) -> None:
        self._config = config
        self._tokenizer = tokenizer
        self._path = input_path(config, "sharegpt")

    def load(self) -> list[Conversation]:
        """Return the conversations; the same ones at every call if there is a seed.

        Raises:
            ConfigError: the file cannot be read, has bad lines, or nothing that is fit.
        """
        offered = [pairs for pairs in read_objects(self._path, _pairs) if pairs]
        Streams(self._config.random_seed)("conversations").shuffle(offered)
        sessions = Sessions(self._config)
        count = 0
        for pairs in offered:
            turns = self._turns(pairs)
            if not turns:
                continue
            session = sessions.get(None)
            for turn in turns:
                session.add(TurnFields(turn, "user", None))
            count += 1
            if count == self._config.entries:
                break
        if not count:
            raise ConfigError(
                f"{self._path} has no conversation of {_LEAST} to {_MOST} tokens. Correct {OPTION}",
                option=OPTION,
            )
        return sessions.conversations()

    def _turns(self, pairs: Pairs) -> list[Turn]:
        """Return the turns of a conversation, none if it is not fit."""
        turns = []
        for question, answer in pairs:
            inputs, outputs = self._tokenizer.count(question), self._tokenizer.count(answer)
            is_short = inputs < _LEAST or outputs < _LEAST
            if is_short or inputs > _MOST_INPUT or inputs + outputs > _MOST:
                return []
            turns.append(
                Turn(
                    (question,),
                    input_tokens=inputs,
                    answer=answer,
                    max_tokens=None if self._config.output_tokens_mean else outputs,
                )
            )
        return turns


def _pairs(row: dict[str, Any]) -> Pairs:
    """Return the questions with their answers, without what does not belong to a pair."""
    said = row.get("conversations")
    if not isinstance(said, list):
        raise BadLineError("there is no list of conversations")
    pairs: Pairs = []
    question: str | None = None
    for each in said:
        if not isinstance(each, dict) or not isinstance(each.get("value"), str):
            raise BadLineError("a part of the conversation is no object with a value")
        text, who = each["value"], each.get("from")
        if who in _PEOPLE:
            question = text if text.strip() else None
        elif who in _MODELS and question is not None and text.strip():
            pairs.append((question, text))
            question = None
    return pairs
