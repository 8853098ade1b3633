"""How large the body of a request was."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from aiperf.common.models import RequestRecord

_BYTES_PER_KB = 1024


class HttpReqDataSentMetric:
    """The bytes of the body ÷ 1024."""

    scope: ClassVar[Literal["record"]] = "record"
    tag: ClassVar[str] = "http_req_data_sent"
    header: ClassVar[str] = "HTTP Data Sent"
    unit: ClassVar[str] = "KB"

    def compute(self, record: RequestRecord) -> float | None:
        """Return the size, or ``None`` where the phases were not asked for."""
        raw = record.raw
        if raw is None or raw.trace is None:
            return None
        return raw.trace.sent_bytes / _BYTES_PER_KB
