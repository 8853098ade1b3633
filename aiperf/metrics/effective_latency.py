"""How long a request took from when it was due, whenever it was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from aiperf.common.metric_values import scalar

if TYPE_CHECKING:
    from aiperf.common.models import RequestRecord


class EffectiveLatencyMetric:
    """Schedule lag + request latency, in milliseconds; open-loop modes only.

    The latency without coordinated omission: what a user would have waited who came on time. Reads
    ``schedule_lag`` and ``request_latency``.
    """

    scope: ClassVar[Literal["record"]] = "record"
    tag: ClassVar[str] = "effective_latency"
    header: ClassVar[str] = "Effective Latency (CO-aware)"
    unit: ClassVar[str] = "ms"

    def compute(self, record: RequestRecord) -> float | None:
        """Return the sum."""
        return scalar(record, "schedule_lag") + scalar(record, "request_latency")
