"""How many output tokens without reasoning there were in all."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from aiperf.common.protocols import RunTotals


class TotalOutputTokensMetric:
    """The sum of ``output_token_count`` over the valid requests."""

    scope: ClassVar[Literal["run"]] = "run"
    tag: ClassVar[str] = "total_output_tokens"
    header: ClassVar[str] = "Total Output Tokens"
    unit: ClassVar[str] = "tokens"

    def compute(self, run: RunTotals) -> float | None:
        """Return the sum, or ``None`` where nothing counted."""
        return run.total("output_token_count")
