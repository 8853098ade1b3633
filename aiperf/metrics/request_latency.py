"""How long a request took, to the last byte of content."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from aiperf.common.models import RequestRecord

_NS_PER_MS = 1e6


class RequestLatencyMetric:
    """Last content - request start, in milliseconds.

    The end of the content counts, not the end of the connection's work: a closing ``[DONE]`` or a
    usage-only event after the last content is not latency that a user sees.
    """

    scope: ClassVar[Literal["record"]] = "record"
    tag: ClassVar[str] = "request_latency"
    header: ClassVar[str] = "Request Latency"
    unit: ClassVar[str] = "ms"

    def compute(self, record: RequestRecord) -> float | None:
        """Return the latency, or ``None`` for a response without content."""
        if not record.content_ns:
            return None
        return (record.content_ns[-1] - record.start_ns) / _NS_PER_MS
