"""Whether a request went out on a connection that was open already."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from aiperf.common.models import RequestRecord


class HttpReqConnectionReusedMetric:
    """One if it did, zero if the connection was new."""

    scope: ClassVar[Literal["record"]] = "record"
    tag: ClassVar[str] = "http_req_connection_reused"
    header: ClassVar[str] = "HTTP Connection Reused"
    unit: ClassVar[str] = "ratio"

    def compute(self, record: RequestRecord) -> float | None:
        """Return it, or ``None`` where the phases were not asked for."""
        raw = record.raw
        if raw is None or raw.trace is None:
            return None
        return int(raw.connection_reused)
