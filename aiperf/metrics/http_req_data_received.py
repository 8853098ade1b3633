"""How large the body of a response was."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from aiperf.common.models import RequestRecord

_BYTES_PER_KB = 1024


class HttpReqDataReceivedMetric:
    """The bytes of the body, without its transfer coding, ÷ 1024."""

    scope: ClassVar[Literal["record"]] = "record"
    tag: ClassVar[str] = "http_req_data_received"
    header: ClassVar[str] = "HTTP Data Received"
    unit: ClassVar[str] = "KB"

    def compute(self, record: RequestRecord) -> float | None:
        """Return the size, or ``None`` where the phases were not asked for."""
        raw = record.raw
        if raw is None or raw.trace is None:
            return None
        return sum(map(len, raw.parts)) / _BYTES_PER_KB
