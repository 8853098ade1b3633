"""What a person asked to be sent: one frozen value for each group of options."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

SamplingStrategy = Literal["sequential", "random", "shuffle"]


@dataclass(frozen=True, slots=True)
class LengthPair:
    """The lengths of ``percent`` of all prompts and answers, in tokens."""

    input_mean: float
    output_mean: float
    percent: float
    input_stddev: float = 0.0
    output_stddev: float = 0.0


@dataclass(frozen=True, slots=True)
class PrefixConfig:
    """What prompts begin with in common; lengths are tokens, which come on top of a prompt's own.

    One of ``pool_size`` prefixes begins each conversation. ``system_length`` is that of a system
    message that all have, ``context_length`` that of a text which is each conversation's own.
    """

    pool_size: int = 0
    length: int = 0
    system_length: int | None = None
    context_length: int | None = None


@dataclass(frozen=True, slots=True)
class TurnsConfig:
    """How many turns a conversation has, and the milliseconds of think time between them."""

    mean: float = 1.0
    stddev: float = 0.0
    delay_mean_ms: float = 0.0
    delay_stddev_ms: float = 0.0
    delay_ratio: float = 1.0


@dataclass(frozen=True, slots=True)
class ImageConfig:
    """The images of each turn; sizes are pixels, and without a width or a height there is none.

    ``source`` is ``noise``, or a directory of images to take at these sizes.
    """

    width_mean: float = 0.0
    width_stddev: float = 0.0
    height_mean: float = 0.0
    height_stddev: float = 0.0
    batch_size: int = 1
    format: Literal["png", "jpeg", "random"] = "png"
    source: str = "noise"

    @property
    def is_wanted(self) -> bool:
        """Whether turns are to have images."""
        return self.width_mean > 0 and self.height_mean > 0 and self.batch_size > 0


@dataclass(frozen=True, slots=True)
class AudioConfig:
    """The sounds of each turn: lengths are seconds, sample rates kHz, depths bits."""

    length_mean: float = 0.0
    length_stddev: float = 0.0
    batch_size: int = 1
    format: Literal["wav", "mp3"] = "wav"
    sample_rates: tuple[float, ...] = (16.0,)
    depths: tuple[int, ...] = (16,)
    num_channels: int = 1

    @property
    def is_wanted(self) -> bool:
        """Whether turns are to have sounds."""
        return self.length_mean > 0 and self.batch_size > 0


@dataclass(frozen=True, slots=True)
class RankingsConfig:
    """A query and its passages in place of a prompt, if ``is_wanted``; lengths are tokens."""

    is_wanted: bool = False
    passages_mean: float = 1.0
    passages_stddev: float = 0.0
    passage_tokens_mean: float = 550.0
    passage_tokens_stddev: float = 0.0
    query_tokens_mean: float = 550.0
    query_tokens_stddev: float = 0.0


@dataclass(frozen=True, slots=True)
class DatasetConfig:
    """What is sent; lengths are tokens.

    ``input_file`` is the file or the directory of a dataset that reads one, and ``block_size`` how
    many tokens a hash of a trace stands for (``None``: the format's own). ``length_pairs``, if
    there are any, take the place of the means and deviations. ``sampling_strategy`` is the order
    in which conversations are sent.
    """

    entries: int = 100
    input_tokens_mean: float = 550.0
    input_tokens_stddev: float = 0.0
    output_tokens_mean: float | None = None
    output_tokens_stddev: float = 0.0
    batch_size: int = 1
    system_prompt: str | None = None
    random_seed: int | None = None
    length_pairs: tuple[LengthPair, ...] = ()
    input_file: str | None = None
    block_size: int | None = None
    sampling_strategy: SamplingStrategy = "sequential"
    prefixes: PrefixConfig = field(default_factory=PrefixConfig)
    turns: TurnsConfig = field(default_factory=TurnsConfig)
    images: ImageConfig = field(default_factory=ImageConfig)
    audio: AudioConfig = field(default_factory=AudioConfig)
    rankings: RankingsConfig = field(default_factory=RankingsConfig)
