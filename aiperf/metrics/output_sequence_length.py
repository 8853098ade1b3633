"""Output sequence length (OSL): all tokens that a response is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from aiperf.common.models import RequestRecord


class OutputSequenceLengthMetric:
    """Output tokens + reasoning tokens."""

    scope: ClassVar[Literal["record"]] = "record"
    tag: ClassVar[str] = "output_sequence_length"
    header: ClassVar[str] = "Output Sequence Length"
    unit: ClassVar[str] = "tokens"

    def compute(self, record: RequestRecord) -> float | None:
        """Return the sum of what was counted, or ``None`` where neither was."""
        if record.output_tokens is None and record.reasoning_tokens is None:
            return None
        return (record.output_tokens or 0) + (record.reasoning_tokens or 0)
