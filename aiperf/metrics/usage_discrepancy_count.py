"""Of how many requests the counts of server and tokenizer differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from aiperf.common.protocols import RunTotals

_PERCENT = 10
_TAGS = tuple(f"usage_{each}_tokens_diff_pct" for each in ("prompt", "completion", "reasoning"))


class UsageDiscrepancyCountMetric:
    """Requests of which any count by server and tokenizer is more than 10 % apart.

    Reads ``usage_prompt_tokens_diff_pct``, ``usage_completion_tokens_diff_pct`` and
    ``usage_reasoning_tokens_diff_pct``.
    """

    scope: ClassVar[Literal["run"]] = "run"
    tag: ClassVar[str] = "usage_discrepancy_count"
    header: ClassVar[str] = "Usage Discrepancy Count"
    unit: ClassVar[str] = "requests"

    def compute(self, run: RunTotals) -> float | None:
        """Return the count, or ``None`` where the server counted nothing."""
        columns = [column for tag in _TAGS if (column := run.column(tag)) is not None]
        if not columns:
            return None
        is_far = columns[0] > _PERCENT
        for column in columns[1:]:
            is_far = is_far | (column > _PERCENT)
        return int(is_far.sum())
