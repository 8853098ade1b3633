"""How many tokens, read and written, the server handled each second."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from aiperf.common.protocols import RunTotals


class TotalTokenThroughputMetric:
    """Input and output tokens of all valid requests ÷ benchmark duration, in tokens per second.

    Reads the totals of ``input_sequence_length`` and ``output_sequence_length``.
    """

    scope: ClassVar[Literal["run"]] = "run"
    tag: ClassVar[str] = "total_token_throughput"
    header: ClassVar[str] = "Total Token Throughput"
    unit: ClassVar[str] = "tokens/sec"

    def compute(self, run: RunTotals) -> float | None:
        """Return the throughput, or ``None`` where either kind of token was not counted."""
        read = run.total("input_sequence_length")
        written = run.total("output_sequence_length")
        if read is None or written is None or run.duration_s <= 0:
            return None
        return (read + written) / run.duration_s
