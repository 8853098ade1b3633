"""How long the lookup of the server's name took."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from aiperf.common.models import RequestRecord

_NS_PER_MS = 1e6


class HttpReqDnsLookupMetric:
    """Begin of connecting - begin of the lookup, in milliseconds; zero without a lookup."""

    scope: ClassVar[Literal["record"]] = "record"
    tag: ClassVar[str] = "http_req_dns_lookup"
    header: ClassVar[str] = "HTTP DNS Lookup"
    unit: ClassVar[str] = "ms"

    def compute(self, record: RequestRecord) -> float | None:
        """Return the time, or ``None`` where the phases were not asked for."""
        raw = record.raw
        if raw is None or raw.trace is None:
            return None
        trace = raw.trace
        return (trace.connect_ns - trace.lookup_ns) / _NS_PER_MS if trace.lookup_ns else 0.0
