"""How long prompts and answers are: by mean and deviation, or by a distribution of pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiperf.datasets.streams import whole

if TYPE_CHECKING:
    from aiperf.common.config import DatasetConfig
    from aiperf.datasets.streams import Streams


class Lengths:
    """Draws the lengths of a turn, in tokens.

    Args:
        config: the means and deviations, or the pairs.
        streams: inputs, outputs and the choice of a pair are drawn from streams of their own.
    """

    def __init__(self, config: DatasetConfig, streams: Streams) -> None:
        self._config = config
        self._inputs = streams("input lengths")
        self._outputs = streams("output lengths")
        self._choices = streams("length pairs")
        self._weights = [pair.percent for pair in config.length_pairs]

    def draw(self, batch_size: int) -> tuple[list[int], int | None]:
        """Return the length of each text of a turn, and the most output tokens to ask for."""
        config = self._config
        if config.length_pairs:
            (pair,) = self._choices.choices(config.length_pairs, self._weights)
            length = whole(self._inputs, pair.input_mean, pair.input_stddev)
            output = whole(self._outputs, pair.output_mean, pair.output_stddev)
            return [length] * batch_size, output
        batch = [
            whole(self._inputs, config.input_tokens_mean, config.input_tokens_stddev)
            for _ in range(batch_size)
        ]
        return batch, self.draw_output()

    def draw_output(self) -> int | None:
        """Return the most output tokens to ask for, ``None`` to leave it to the server."""
        config = self._config
        if config.output_tokens_mean is None:
            return None
        return whole(self._outputs, config.output_tokens_mean, config.output_tokens_stddev)
