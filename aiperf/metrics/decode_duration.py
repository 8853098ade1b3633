"""How long the content of a streamed response came."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from aiperf.common.metric_values import scalar

if TYPE_CHECKING:
    from aiperf.common.models import RequestRecord


class DecodeDurationMetric:
    """Last content chunk - first content chunk, in milliseconds.

    Reads ``request_latency`` and ``time_to_first_token``.
    """

    scope: ClassVar[Literal["record"]] = "record"
    tag: ClassVar[str] = "decode_duration"
    header: ClassVar[str] = "Decode Duration"
    unit: ClassVar[str] = "ms"

    def compute(self, record: RequestRecord) -> float | None:
        """Return the duration; zero where all content came in one chunk."""
        return scalar(record, "request_latency") - scalar(record, "time_to_first_token")
