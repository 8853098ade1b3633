"""How long the body of a response came."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from aiperf.common.models import RequestRecord

_NS_PER_MS = 1e6


class HttpReqReceivingMetric:
    """End of the response - first byte of the body, in milliseconds; zero if it came at once."""

    scope: ClassVar[Literal["record"]] = "record"
    tag: ClassVar[str] = "http_req_receiving"
    header: ClassVar[str] = "HTTP Receiving"
    unit: ClassVar[str] = "ms"

    def compute(self, record: RequestRecord) -> float | None:
        """Return the time, or ``None`` without a body."""
        raw = record.raw
        if raw is None or raw.trace is None:
            return None
        if not raw.part_ns:
            return None
        return (raw.end_ns - raw.part_ns[0]) / _NS_PER_MS
