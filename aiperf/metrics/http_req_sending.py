"""How long it took to send a request."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from aiperf.common.models import RequestRecord

_NS_PER_MS = 1e6


class HttpReqSendingMetric:
    """Last byte handed to the operating system - connection there, in milliseconds."""

    scope: ClassVar[Literal["record"]] = "record"
    tag: ClassVar[str] = "http_req_sending"
    header: ClassVar[str] = "HTTP Sending"
    unit: ClassVar[str] = "ms"

    def compute(self, record: RequestRecord) -> float | None:
        """Return the time, or ``None`` where it is not known."""
        raw = record.raw
        if raw is None or raw.trace is None:
            return None
        if not raw.sent_ns:
            return None
        return (raw.sent_ns - (raw.trace.connected_ns or raw.start_ns)) / _NS_PER_MS
