"""How long all phases of a request took."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from aiperf.common.metric_values import scalar

if TYPE_CHECKING:
    from aiperf.common.models import RequestRecord

_PHASES = (
    "http_req_blocked",
    "http_req_dns_lookup",
    "http_req_connecting",
    "http_req_sending",
    "http_req_waiting",
    "http_req_receiving",
)


class HttpReqTotalMetric:
    """Blocked + lookup + connecting + sending + waiting + receiving, in milliseconds.

    Reads the metrics of these phases.
    """

    scope: ClassVar[Literal["record"]] = "record"
    tag: ClassVar[str] = "http_req_total"
    header: ClassVar[str] = "HTTP Total Time"
    unit: ClassVar[str] = "ms"

    def compute(self, record: RequestRecord) -> float | None:
        """Return the sum."""
        return sum(scalar(record, tag) for tag in _PHASES)
