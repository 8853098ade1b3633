"""How many input tokens the server counted in all."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from aiperf.common.protocols import RunTotals


class TotalUsagePromptTokensMetric:
    """The sum of ``usage_prompt_tokens`` over the valid requests."""

    scope: ClassVar[Literal["run"]] = "run"
    tag: ClassVar[str] = "total_usage_prompt_tokens"
    header: ClassVar[str] = "Total Usage Prompt Tokens"
    unit: ClassVar[str] = "tokens"

    def compute(self, run: RunTotals) -> float | None:
        """Return the sum, or ``None`` where the server counted nothing."""
        return run.total("usage_prompt_tokens")
