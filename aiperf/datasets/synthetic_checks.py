"""What a synthetic dataset cannot be asked for, each by the name of its option."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from aiperf.common.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aiperf.common.config import DatasetConfig


def check(config: DatasetConfig) -> None:
    """Raise :class:`ConfigError` for the first option that makes no sense."""
    for option, least, value in _numbers(config):
        if value is not None and not (math.isfinite(value) and value >= least):
            msg = f"{option} must be a number of at least {least}, not {value}"
            raise ConfigError(msg, option=option)
    prefixes = config.prefixes
    has_context = prefixes.system_length is not None or prefixes.context_length is not None
    if has_context and (prefixes.pool_size or prefixes.length):
        raise ConfigError(
            "--shared-system-prompt-length and --user-context-prompt-length do not go with "
            "--prompt-prefix-pool-size and --prompt-prefix-length. Take the ones or the others",
            option="--prompt-prefix-pool-size",
        )
    if config.system_prompt is not None and prefixes.system_length is not None:
        raise ConfigError(
            "--system-prompt and --shared-system-prompt-length are two system messages. Take one",
            option="--shared-system-prompt-length",
        )
    if bool(prefixes.pool_size) != bool(prefixes.length):
        given, missing = "--prompt-prefix-pool-size", "--prompt-prefix-length"
        if prefixes.length:
            given, missing = missing, given
        raise ConfigError(f"{given} needs {missing}, too", option=missing)
    images = config.images
    if bool(images.width_mean) != bool(images.height_mean):
        given, missing = "--image-width-mean", "--image-height-mean"
        if images.height_mean:
            given, missing = missing, given
        raise ConfigError(f"{given} needs {missing}, too", option=missing)


def _numbers(config: DatasetConfig) -> Iterator[tuple[str, float, float | None]]:
    """Yield the option, the least value and the value of everything that is a number."""
    yield "--num-dataset-entries", 1, config.entries
    yield "--prompt-batch-size", 1, config.batch_size
    yield "--synthetic-input-tokens-mean", 1, config.input_tokens_mean
    yield "--synthetic-input-tokens-stddev", 0, config.input_tokens_stddev
    yield "--output-tokens-mean", 1, config.output_tokens_mean
    yield "--output-tokens-stddev", 0, config.output_tokens_stddev
    prefixes, turns = config.prefixes, config.turns
    yield "--prompt-prefix-pool-size", 0, prefixes.pool_size
    yield "--prompt-prefix-length", 0, prefixes.length
    yield "--shared-system-prompt-length", 1, prefixes.system_length
    yield "--user-context-prompt-length", 1, prefixes.context_length
    yield "--conversation-turn-mean", 1, turns.mean
    yield "--conversation-turn-stddev", 0, turns.stddev
    yield "--conversation-turn-delay-mean", 0, turns.delay_mean_ms
    yield "--conversation-turn-delay-stddev", 0, turns.delay_stddev_ms
    yield "--conversation-turn-delay-ratio", 0, turns.delay_ratio
    images, audio, rankings = config.images, config.audio, config.rankings
    yield "--image-width-mean", 0, images.width_mean
    yield "--image-width-stddev", 0, images.width_stddev
    yield "--image-height-mean", 0, images.height_mean
    yield "--image-height-stddev", 0, images.height_stddev
    yield "--image-batch-size", 0, images.batch_size
    yield "--audio-length-mean", 0, audio.length_mean
    yield "--audio-length-stddev", 0, audio.length_stddev
    yield "--audio-batch-size", 0, audio.batch_size
    yield "--audio-num-channels", 1, audio.num_channels
    yield "--rankings-passages-mean", 1, rankings.passages_mean
    yield "--rankings-passages-stddev", 0, rankings.passages_stddev
    yield "--rankings-passages-prompt-token-mean", 1, rankings.passage_tokens_mean
    yield "--rankings-passages-prompt-token-stddev", 0, rankings.passage_tokens_stddev
    yield "--rankings-query-prompt-token-mean", 1, rankings.query_tokens_mean
    yield "--rankings-query-prompt-token-stddev", 0, rankings.query_tokens_stddev
