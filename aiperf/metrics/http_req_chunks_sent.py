"""In how many writes a request was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from aiperf.common.models import RequestRecord


class HttpReqChunksSentMetric:
    """One: head and body go together."""

    scope: ClassVar[Literal["record"]] = "record"
    tag: ClassVar[str] = "http_req_chunks_sent"
    header: ClassVar[str] = "HTTP Chunks Sent"
    unit: ClassVar[str] = "count"

    def compute(self, record: RequestRecord) -> float | None:
        """Return the count, or ``None`` where the phases were not asked for."""
        raw = record.raw
        if raw is None or raw.trace is None:
            return None
        return 1
