"""How many tokens of prompts the server read each second."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from aiperf.common.protocols import RunTotals


class InputTokenThroughputMetric:
    """Input tokens of all valid requests ÷ benchmark duration, in tokens per second.

    Reads the total of ``input_sequence_length``.
    """

    scope: ClassVar[Literal["run"]] = "run"
    tag: ClassVar[str] = "input_token_throughput"
    header: ClassVar[str] = "Input Token Throughput"
    unit: ClassVar[str] = "tokens/sec"

    def compute(self, run: RunTotals) -> float | None:
        """Return the throughput, or ``None`` for a run without input tokens."""
        tokens = run.total("input_sequence_length")
        if tokens is None or run.duration_s <= 0:
            return None
        return tokens / run.duration_s
