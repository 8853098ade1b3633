"""How many input tokens there were in all."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from aiperf.common.protocols import RunTotals


class TotalIslMetric:
    """The sum of ``input_sequence_length`` over the valid requests."""

    scope: ClassVar[Literal["run"]] = "run"
    tag: ClassVar[str] = "total_isl"
    header: ClassVar[str] = "Total Input Sequence Length"
    unit: ClassVar[str] = "tokens"

    def compute(self, run: RunTotals) -> float | None:
        """Return the sum, or ``None`` where nothing counted."""
        return run.total("input_sequence_length")
