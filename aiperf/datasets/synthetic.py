"""Generated prompts of a wanted length, the same for the same seed."""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING

from aiperf.common.errors import ConfigError
from aiperf.common.models import Conversation, Turn
from aiperf.datasets.words import WORDS

if TYPE_CHECKING:
    from aiperf.common.config import DatasetConfig
    from aiperf.common.protocols import TokenizerProtocol

_SPARE = 8
"""How many tokens more than wanted are made, so that the cut can move to the right."""
_TRIES = 12
"""How often the cut is moved before the nearest length is taken."""


class SyntheticDataset:
    """``config.entries`` conversations of one turn each, made of random words.

    The lengths of inputs and outputs are normally distributed, rounded, and at least one token. A
    text has exactly its drawn length as ``tokenizer`` counts it wherever that can be reached by
    cutting text at a token; ``Turn.input_tokens`` is in any case what the tokenizer counted.

    Input lengths, output lengths and words are drawn from three streams that all follow from
    ``config.random_seed``, so that asking for other outputs leaves the prompts as they were.

    Raises:
        ConfigError: ``config`` asks for something impossible; the message names the option.
    """

    def __init__(self, *, config: DatasetConfig, tokenizer: TokenizerProtocol) -> None:
        _check(config)
        self._config = config
        self._tokenizer = tokenizer

    def load(self) -> list[Conversation]:
        """Return the conversations; the same ones at every call if there is a seed."""
        config = self._config
        root = random.Random(config.random_seed).getrandbits(64)  # noqa: S311 - not for secrets
        words, inputs, outputs = (
            random.Random(f"{root}/{stream}")  # noqa: S311 - not for secrets
            for stream in ("words", "input lengths", "output lengths")
        )
        system = self._tokenizer.count(config.system_prompt) if config.system_prompt else 0
        conversations: list[Conversation] = []
        for index in range(config.entries):
            texts = [
                self._text(
                    _length(inputs, config.input_tokens_mean, config.input_tokens_stddev), words
                )
                for _ in range(config.batch_size)
            ]
            max_tokens = None
            if config.output_tokens_mean is not None:
                max_tokens = _length(
                    outputs, config.output_tokens_mean, config.output_tokens_stddev
                )
            turn = Turn(
                texts=tuple(text for text, _ in texts),
                system=config.system_prompt,
                max_tokens=max_tokens,
                input_tokens=system + sum(count for _, count in texts),
            )
            conversations.append(Conversation(f"session_{index:06d}", (turn,)))
        return conversations

    def _text(self, wanted: int, words: random.Random) -> tuple[str, int]:
        """Return a text of ``wanted`` tokens, or as near as can be, and its number of tokens.

        Text that is cut at a token may be counted differently than the tokens it was cut from,
        because a tokenizer adds markers or joins pieces anew; the cut moves by the difference.
        """
        tokenizer = self._tokenizer
        size = wanted + _SPARE
        source = _words(words, size)
        ids = tokenizer.encode(source)
        while len(ids) < wanted + _SPARE:
            source += " " + _words(words, size)
            size *= 2
            more = tokenizer.encode(source)
            if len(more) <= len(ids):  # twice the text and no more tokens: it has a limit
                break
            ids = more
        best = source.partition(" ")[0]
        best_count = tokenizer.count(best)
        cut = wanted
        for _ in range(_TRIES):
            text = tokenizer.decode(ids[:cut])
            if text.strip():
                count = tokenizer.count(text)
                if abs(count - wanted) < abs(best_count - wanted):
                    best, best_count = text, count
                if count == wanted:
                    break
                cut = min(max(cut + wanted - count, 1), len(ids))
            else:  # only markers: a server may refuse an empty prompt
                cut = min(cut + 1, len(ids))
        return best, best_count


def _words(rng: random.Random, count: int) -> str:
    """Return ``count`` random words."""
    return " ".join(rng.choices(WORDS, k=count))


def _length(rng: random.Random, mean: float, stddev: float) -> int:
    """Return one draw from a normal distribution, rounded, and at least 1."""
    return max(1, round(rng.gauss(mean, stddev)))


def _check(config: DatasetConfig) -> None:
    """Raise :class:`ConfigError` for the first option that makes no sense."""
    for option, least, value in (
        ("--num-dataset-entries", 1, config.entries),
        ("--prompt-batch-size", 1, config.batch_size),
        ("--synthetic-input-tokens-mean", 1, config.input_tokens_mean),
        ("--synthetic-input-tokens-stddev", 0, config.input_tokens_stddev),
        ("--output-tokens-mean", 1, config.output_tokens_mean),
        ("--output-tokens-stddev", 0, config.output_tokens_stddev),
    ):
        if value is not None and not (math.isfinite(value) and value >= least):
            msg = f"{option} must be a number of at least {least}, not {value}"
            raise ConfigError(msg, option=option)
