"""How long the first byte of a response's body was waited for."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from aiperf.common.models import RequestRecord

_NS_PER_MS = 1e6


class HttpReqWaitingMetric:
    """First byte of the body - last byte of the request sent, in milliseconds.

    No value where the server answered before the request had been sent.
    """

    scope: ClassVar[Literal["record"]] = "record"
    tag: ClassVar[str] = "http_req_waiting"
    header: ClassVar[str] = "HTTP Waiting (TTFB)"
    unit: ClassVar[str] = "ms"

    def compute(self, record: RequestRecord) -> float | None:
        """Return the time, or ``None`` where it is not known."""
        raw = record.raw
        if raw is None or raw.trace is None:
            return None
        if not raw.part_ns or not 0 < raw.sent_ns <= raw.part_ns[0]:
            return None
        return (raw.part_ns[0] - raw.sent_ns) / _NS_PER_MS
