"""Which part of all prompts the server had in its cache."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from aiperf.common.protocols import RunTotals


class OverallUsagePromptCacheReadPctMetric:
    """Sum of the cached input tokens ÷ sum of the input tokens, as the server counts, in percent.

    Reads the totals of ``usage_prompt_cache_read_tokens`` and ``usage_prompt_tokens``.
    """

    scope: ClassVar[Literal["run"]] = "run"
    tag: ClassVar[str] = "overall_usage_prompt_cache_read_pct"
    header: ClassVar[str] = "Overall Usage Prompt Cache Read %"
    unit: ClassVar[str] = "%"

    def compute(self, run: RunTotals) -> float | None:
        """Return the part, or ``None`` where the server says nothing of a cache."""
        cached = run.total("usage_prompt_cache_read_tokens")
        every = run.total("usage_prompt_tokens")
        if cached is None or not every:
            return None
        return 100 * cached / every
