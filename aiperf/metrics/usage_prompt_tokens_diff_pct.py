"""How far the counts of a prompt by server and tokenizer are apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from aiperf.common.metric_values import scalar

if TYPE_CHECKING:
    from aiperf.common.models import RequestRecord


class UsagePromptTokensDiffPctMetric:
    """|server's count - tokenizer's count| ÷ tokenizer's count, in percent.

    Reads ``usage_prompt_tokens`` and ``input_sequence_length``.
    """

    scope: ClassVar[Literal["record"]] = "record"
    tag: ClassVar[str] = "usage_prompt_tokens_diff_pct"
    header: ClassVar[str] = "Usage Prompt Diff %"
    unit: ClassVar[str] = "%"

    def compute(self, record: RequestRecord) -> float | None:
        """Return the difference, or ``None`` where the tokenizer counted nothing."""
        own = scalar(record, "input_sequence_length")
        if not own:
            return None
        return 100 * abs(scalar(record, "usage_prompt_tokens") - own) / own
