"""How many reasoning tokens there were in all."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from aiperf.common.protocols import RunTotals


class TotalReasoningTokensMetric:
    """The sum of ``reasoning_token_count`` over the valid requests."""

    scope: ClassVar[Literal["run"]] = "run"
    tag: ClassVar[str] = "total_reasoning_tokens"
    header: ClassVar[str] = "Total Reasoning Tokens"
    unit: ClassVar[str] = "tokens"

    def compute(self, run: RunTotals) -> float | None:
        """Return the sum, or ``None`` where nothing counted."""
        return run.total("reasoning_token_count")
