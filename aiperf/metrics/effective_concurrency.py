"""How many requests were under way at a time, on average."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from aiperf.common.protocols import RunTotals


class EffectiveConcurrencyMetric:
    """The latencies of all valid requests ÷ benchmark duration: Little's law.

    Reads the total of ``request_latency``.
    """

    scope: ClassVar[Literal["run"]] = "run"
    tag: ClassVar[str] = "effective_concurrency"
    header: ClassVar[str] = "Effective Concurrency"
    unit: ClassVar[str] = "requests"

    def compute(self, run: RunTotals) -> float | None:
        """Return the average, or ``None`` for a run without a latency."""
        latency_ms = run.total("request_latency")
        if latency_ms is None or run.duration_s <= 0:
            return None
        return latency_ms / 1e3 / run.duration_s
