"""Inter-token latency (ITL) of a streamed response."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from aiperf.common.metric_values import scalar

if TYPE_CHECKING:
    from aiperf.common.models import RequestRecord


class InterTokenLatencyMetric:
    """(Request latency - TTFT) ÷ (output tokens - 1), in milliseconds.

    Reads ``request_latency``, ``time_to_first_token`` and ``output_sequence_length``. The mean over
    tokens, not over chunks: a server that sends several tokens in one chunk gets no worse number.
    """

    scope: ClassVar[Literal["record"]] = "record"
    tag: ClassVar[str] = "inter_token_latency"
    header: ClassVar[str] = "Inter Token Latency"
    unit: ClassVar[str] = "ms"

    def compute(self, record: RequestRecord) -> float | None:
        """Return the ITL, or ``None`` for fewer than two tokens, or if all came in one chunk."""
        tokens = scalar(record, "output_sequence_length")
        if tokens < 2 or len(record.content_ns) < 2:  # noqa: PLR2004 - a gap needs two ends
            return None
        decoding = scalar(record, "request_latency") - scalar(record, "time_to_first_token")
        return decoding / (tokens - 1)
