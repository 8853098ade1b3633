"""How long a request waited until a connection for it was begun."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from aiperf.common.models import RequestRecord

_NS_PER_MS = 1e6


class HttpReqBlockedMetric:
    """Begin of the lookup, or of connecting without one - request start, in milliseconds.

    Zero on a connection that was open already. The transport ``http`` never lets a request wait for
    another one; what is here is a try on a connection that the server had closed.
    """

    scope: ClassVar[Literal["record"]] = "record"
    tag: ClassVar[str] = "http_req_blocked"
    header: ClassVar[str] = "HTTP Blocked"
    unit: ClassVar[str] = "ms"

    def compute(self, record: RequestRecord) -> float | None:
        """Return the time, or ``None`` where the phases were not asked for."""
        raw = record.raw
        if raw is None or raw.trace is None:
            return None
        began = raw.trace.lookup_ns or raw.trace.connect_ns
        return (began - raw.start_ns) / _NS_PER_MS if began else 0.0
