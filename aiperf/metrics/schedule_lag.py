"""How late a request started, where a schedule said when."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from aiperf.common.models import RequestRecord

_NS_PER_MS = 1e6


class ScheduleLagMetric:
    """Actual start - scheduled start, in milliseconds; open-loop modes only."""

    scope: ClassVar[Literal["record"]] = "record"
    tag: ClassVar[str] = "schedule_lag"
    header: ClassVar[str] = "Schedule Lag"
    unit: ClassVar[str] = "ms"

    def compute(self, record: RequestRecord) -> float | None:
        """Return the lag, or ``None`` for a request that had no schedule."""
        if record.scheduled_ns is None:
            return None
        return (record.start_ns - record.scheduled_ns) / _NS_PER_MS
