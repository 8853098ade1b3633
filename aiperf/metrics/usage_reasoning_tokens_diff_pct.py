"""How far the counts of the reasoning by server and tokenizer are apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from aiperf.common.metric_values import scalar

if TYPE_CHECKING:
    from aiperf.common.models import RequestRecord


class UsageReasoningTokensDiffPctMetric:
    """|server's count - tokenizer's count| ÷ tokenizer's count, in percent.

    Reads ``usage_reasoning_tokens`` and ``reasoning_token_count``.
    """

    scope: ClassVar[Literal["record"]] = "record"
    tag: ClassVar[str] = "usage_reasoning_tokens_diff_pct"
    header: ClassVar[str] = "Usage Reasoning Diff %"
    unit: ClassVar[str] = "%"

    def compute(self, record: RequestRecord) -> float | None:
        """Return the difference, or ``None`` where the tokenizer counted nothing."""
        own = scalar(record, "reasoning_token_count")
        if not own:
            return None
        return 100 * abs(scalar(record, "usage_reasoning_tokens") - own) / own
