"""How many output tokens the server gave each second, to all users together."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from aiperf.common.protocols import RunTotals


class OutputTokenThroughputMetric:
    """Output tokens of all valid requests ÷ benchmark duration, in tokens per second.

    Reads the total of ``output_sequence_length``, so reasoning tokens count.
    """

    scope: ClassVar[Literal["run"]] = "run"
    tag: ClassVar[str] = "output_token_throughput"
    header: ClassVar[str] = "Output Token Throughput"
    unit: ClassVar[str] = "tokens/sec"

    def compute(self, run: RunTotals) -> float | None:
        """Return the throughput, or ``None`` for a run without output tokens."""
        tokens = run.total("output_sequence_length")
        if tokens is None or run.duration_s <= 0:
            return None
        return tokens / run.duration_s
