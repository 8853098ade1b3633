"""How long the run was."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from aiperf.common.protocols import RunTotals


class BenchmarkDurationMetric:
    """First request's start to the last response's end, failed ones too, in seconds."""

    scope: ClassVar[Literal["run"]] = "run"
    tag: ClassVar[str] = "benchmark_duration"
    header: ClassVar[str] = "Benchmark Duration"
    unit: ClassVar[str] = "sec"

    def compute(self, run: RunTotals) -> float | None:
        """Return the duration, or ``None`` for a run without a valid response."""
        return run.duration_s if run.duration_s > 0 else None
