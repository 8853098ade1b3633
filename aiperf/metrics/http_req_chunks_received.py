"""In how many reads the body of a response came."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from aiperf.common.models import RequestRecord


class HttpReqChunksReceivedMetric:
    """The reads that carried bytes of the body."""

    scope: ClassVar[Literal["record"]] = "record"
    tag: ClassVar[str] = "http_req_chunks_received"
    header: ClassVar[str] = "HTTP Chunks Received"
    unit: ClassVar[str] = "count"

    def compute(self, record: RequestRecord) -> float | None:
        """Return the count, or ``None`` where the phases were not asked for."""
        raw = record.raw
        if raw is None or raw.trace is None:
            return None
        return len(raw.parts)
