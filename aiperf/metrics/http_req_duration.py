"""How long a request and its response took, without connecting."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from aiperf.common.models import RequestRecord

_NS_PER_MS = 1e6


class HttpReqDurationMetric:
    """End of the response - connection there, in milliseconds."""

    scope: ClassVar[Literal["record"]] = "record"
    tag: ClassVar[str] = "http_req_duration"
    header: ClassVar[str] = "HTTP Duration (excl. conn)"
    unit: ClassVar[str] = "ms"

    def compute(self, record: RequestRecord) -> float | None:
        """Return the time, or ``None`` where the phases were not asked for."""
        raw = record.raw
        if raw is None or raw.trace is None:
            return None
        return (raw.end_ns - (raw.trace.connected_ns or raw.start_ns)) / _NS_PER_MS
