"""How long it took until a request had a connection."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from aiperf.common.metric_values import scalar

if TYPE_CHECKING:
    from aiperf.common.models import RequestRecord

_PHASES = (
    "http_req_blocked",
    "http_req_dns_lookup",
    "http_req_connecting",
)


class HttpReqConnectionOverheadMetric:
    """Blocked + lookup + connecting, in milliseconds.

    Reads the metrics of these phases.
    """

    scope: ClassVar[Literal["record"]] = "record"
    tag: ClassVar[str] = "http_req_connection_overhead"
    header: ClassVar[str] = "HTTP Connection Overhead"
    unit: ClassVar[str] = "ms"

    def compute(self, record: RequestRecord) -> float | None:
        """Return the sum."""
        return sum(scalar(record, tag) for tag in _PHASES)
