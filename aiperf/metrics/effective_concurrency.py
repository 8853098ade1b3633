"""How many requests were under way at each moment."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from aiperf.common.over_time import OverTime
    from aiperf.common.protocols import RunTotals


class EffectiveConcurrencyMetric:
    """Valid requests between their start and their last content, weighted by time.

    For a time slice, their latencies ÷ its length: the mean, by Little's law. Reads
    ``request_latency``.
    """

    scope: ClassVar[Literal["run"]] = "run"
    tag: ClassVar[str] = "effective_concurrency"
    header: ClassVar[str] = "Effective Concurrency"
    unit: ClassVar[str] = "requests"

    def compute(self, run: RunTotals) -> float | OverTime | None:
        """Return the distribution, of a slice the mean, or ``None`` without a latency."""
        found = run.over_time("concurrency")
        if found is not None:
            return found
        latency_ms = run.total("request_latency")
        if latency_ms is None or run.duration_s <= 0:
            return None
        return latency_ms / 1e3 / run.duration_s
