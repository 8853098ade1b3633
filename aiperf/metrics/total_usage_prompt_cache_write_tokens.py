"""How many input tokens put into its cache the server counted in all."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from aiperf.common.protocols import RunTotals


class TotalUsagePromptCacheWriteTokensMetric:
    """The sum of ``usage_prompt_cache_write_tokens`` over the valid requests."""

    scope: ClassVar[Literal["run"]] = "run"
    tag: ClassVar[str] = "total_usage_prompt_cache_write_tokens"
    header: ClassVar[str] = "Total Usage Prompt Cache Write Tokens"
    unit: ClassVar[str] = "tokens"

    def compute(self, run: RunTotals) -> float | None:
        """Return the sum, or ``None`` where the server counted nothing."""
        return run.total("usage_prompt_cache_write_tokens")
