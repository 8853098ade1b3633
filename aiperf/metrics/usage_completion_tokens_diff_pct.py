"""How far the counts of a response by server and tokenizer are apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from aiperf.common.metric_values import scalar

if TYPE_CHECKING:
    from aiperf.common.models import RequestRecord


class UsageCompletionTokensDiffPctMetric:
    """|server's count - tokenizer's count| ÷ tokenizer's count, in percent.

    Reads ``usage_completion_tokens`` and ``output_sequence_length``.
    """

    scope: ClassVar[Literal["record"]] = "record"
    tag: ClassVar[str] = "usage_completion_tokens_diff_pct"
    header: ClassVar[str] = "Usage Completion Diff %"
    unit: ClassVar[str] = "%"

    def compute(self, record: RequestRecord) -> float | None:
        """Return the difference, or ``None`` where the tokenizer counted nothing."""
        own = scalar(record, "output_sequence_length")
        if not own:
            return None
        return 100 * abs(scalar(record, "usage_completion_tokens") - own) / own
