"""How fast one user gets tokens, the wait for the first one included."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from aiperf.common.metric_values import scalar

if TYPE_CHECKING:
    from aiperf.common.models import RequestRecord

_MS_PER_SECOND = 1e3


class E2eOutputTokenThroughputMetric:
    """Output sequence length ÷ request latency, in tokens per second and user.

    Reads ``output_sequence_length`` and ``request_latency``.
    """

    scope: ClassVar[Literal["record"]] = "record"
    tag: ClassVar[str] = "e2e_output_token_throughput"
    header: ClassVar[str] = "E2E Output Token Throughput"
    unit: ClassVar[str] = "tokens/sec/user"

    def compute(self, record: RequestRecord) -> float | None:
        """Return the speed, or ``None`` for a latency of zero."""
        latency_ms = scalar(record, "request_latency")
        if latency_ms <= 0:
            return None
        return scalar(record, "output_sequence_length") * _MS_PER_SECOND / latency_ms
