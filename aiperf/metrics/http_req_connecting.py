"""How long it took to open a connection."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from aiperf.common.models import RequestRecord

_NS_PER_MS = 1e6


class HttpReqConnectingMetric:
    """End - begin of connecting, TLS included, in milliseconds; zero on an open connection."""

    scope: ClassVar[Literal["record"]] = "record"
    tag: ClassVar[str] = "http_req_connecting"
    header: ClassVar[str] = "HTTP Connecting"
    unit: ClassVar[str] = "ms"

    def compute(self, record: RequestRecord) -> float | None:
        """Return the time, or ``None`` where the phases were not asked for."""
        raw = record.raw
        if raw is None or raw.trace is None:
            return None
        trace = raw.trace
        return (trace.connected_ns - trace.connect_ns) / _NS_PER_MS if trace.connect_ns else 0.0
