"""Generated conversations of wanted lengths, the same for the same seed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiperf.common.models import Conversation, Turn
from aiperf.datasets.images import ImageMaker
from aiperf.datasets.lengths import Lengths
from aiperf.datasets.sounds import SoundMaker
from aiperf.datasets.streams import Streams, whole
from aiperf.datasets.synthetic_checks import check
from aiperf.datasets.text_maker import TextMaker

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiperf.common.config import DatasetConfig
    from aiperf.common.protocols import TokenizerProtocol


class SyntheticDataset:
    """``config.entries`` conversations of random words, and of images and sounds if asked for.

    Numbers of turns and lengths are normally distributed, rounded, and at least one. A text has
    exactly its drawn length as ``tokenizer`` counts it wherever that can be reached by cutting text
    at a token; ``Turn.input_tokens`` is in any case what the tokenizer counted, the system message
    counted with the first turn.

    A prefix, and a context of the conversation's own, come before the text of its first turn and
    on top of that text's length. Where rankings are wanted, each conversation is one query with
    its passages, and the rest of the configuration but for the seed and the entries is not read.

    Each thing that is drawn has a stream of its own that follows from ``config.random_seed``, so
    that asking for other outputs, images or delays leaves the prompts as they were.

    Raises:
        ConfigError: ``config`` asks for something impossible; the message names the option.
    """

    def __init__(self, *, config: DatasetConfig, tokenizer: TokenizerProtocol) -> None:
        check(config)
        self._config = config
        self._tokenizer = tokenizer

    def load(self) -> list[Conversation]:
        """Return the conversations; the same ones at every call if there is a seed."""
        streams = Streams(self._config.random_seed)
        texts = TextMaker(self._tokenizer, streams("phrases"))
        made = (
            _rankings(self._config, streams, texts)
            if self._config.rankings.is_wanted
            else self._conversations(streams, texts)
        )
        return [Conversation(f"session_{index:06d}", turns) for index, turns in enumerate(made)]

    def _conversations(self, streams: Streams, texts: TextMaker) -> Iterator[tuple[Turn, ...]]:
        config = self._config
        prefixes, shape = config.prefixes, config.turns
        words, counts, delays = streams("words"), streams("turns"), streams("delays")
        choices, contexts = streams("prefix choices"), streams("contexts")
        lengths = Lengths(config, streams)
        images = ImageMaker(config.images, streams) if config.images.is_wanted else None
        sounds = SoundMaker(config.audio, streams) if config.audio.is_wanted else None
        system, system_tokens = self._system(streams, texts)
        pool = []
        if prefixes.pool_size and prefixes.length:
            drawn = streams("prefixes")
            pool = [texts.make(drawn, prefixes.length) for _ in range(prefixes.pool_size)]
        for _ in range(config.entries):
            turns: list[Turn] = []
            for number in range(whole(counts, shape.mean, shape.stddev)):
                before = []
                if not turns:
                    before = [choices.choice(pool)] if pool else []
                    if prefixes.context_length:
                        before.append(texts.make(contexts, prefixes.context_length))
                batch, max_tokens = lengths.draw(config.batch_size)
                made = [texts.make(words, length) for length in batch]
                if before:
                    made = [texts.join(*before, each) for each in made]
                delay = None
                if number and shape.delay_mean_ms:
                    delay = max(0.0, delays.gauss(shape.delay_mean_ms, shape.delay_stddev_ms))
                    delay *= shape.delay_ratio
                counted = sum(count for _, count in made)
                turns.append(
                    Turn(
                        texts=tuple(text for text, _ in made),
                        system=system,
                        max_tokens=max_tokens,
                        input_tokens=counted + (0 if turns else system_tokens),
                        images=_several(images, config.images.batch_size),
                        audios=_several(sounds, config.audio.batch_size),
                        delay_ms=delay,
                    )
                )
            yield tuple(turns)

    def _system(self, streams: Streams, texts: TextMaker) -> tuple[str | None, int]:
        """Return the system message of all conversations, and its number of tokens."""
        prompt, length = self._config.system_prompt, self._config.prefixes.system_length
        if length:
            return texts.make(streams("system"), length)
        return prompt, self._tokenizer.count(prompt) if prompt else 0


def _several(maker: ImageMaker | SoundMaker | None, count: int) -> tuple[str, ...]:
    return () if maker is None else tuple(maker.make() for _ in range(count))


def _rankings(
    config: DatasetConfig, streams: Streams, texts: TextMaker
) -> Iterator[tuple[Turn, ...]]:
    wanted = config.rankings
    words, counts = streams("words"), streams("passages")
    queries, passages = streams("query lengths"), streams("passage lengths")
    for _ in range(config.entries):
        length = whole(queries, wanted.query_tokens_mean, wanted.query_tokens_stddev)
        query, tokens = texts.make(words, length)
        made = [
            texts.make(
                words, whole(passages, wanted.passage_tokens_mean, wanted.passage_tokens_stddev)
            )
            for _ in range(whole(counts, wanted.passages_mean, wanted.passages_stddev))
        ]
        yield (
            Turn(
                texts=tuple(text for text, _ in made),
                query=query,
                input_tokens=tokens + sum(count for _, count in made),
            ),
        )
