"""How many output tokens, reasoning included, there were in all."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from aiperf.common.protocols import RunTotals


class TotalOslMetric:
    """The sum of ``output_sequence_length`` over the valid requests."""

    scope: ClassVar[Literal["run"]] = "run"
    tag: ClassVar[str] = "total_osl"
    header: ClassVar[str] = "Total Output Sequence Length"
    unit: ClassVar[str] = "tokens"

    def compute(self, run: RunTotals) -> float | None:
        """Return the sum, or ``None`` where nothing counted."""
        return run.total("output_sequence_length")
