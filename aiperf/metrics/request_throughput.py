"""How many requests the server answered each second."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from aiperf.common.protocols import RunTotals


class RequestThroughputMetric:
    """Valid requests ÷ benchmark duration, in requests per second."""

    scope: ClassVar[Literal["run"]] = "run"
    tag: ClassVar[str] = "request_throughput"
    header: ClassVar[str] = "Request Throughput"
    unit: ClassVar[str] = "requests/sec"

    def compute(self, run: RunTotals) -> float | None:
        """Return the throughput, or ``None`` for a run without a valid request."""
        if run.duration_s <= 0:
            return None
        return run.request_count / run.duration_s
