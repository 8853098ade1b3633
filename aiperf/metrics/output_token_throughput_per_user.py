"""How fast one user sees tokens appear."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from aiperf.common.metric_values import scalar

if TYPE_CHECKING:
    from aiperf.common.models import RequestRecord

_MS_PER_SECOND = 1e3


class OutputTokenThroughputPerUserMetric:
    """1 ÷ inter-token latency, in tokens per second and user.

    Reads ``inter_token_latency``.
    """

    scope: ClassVar[Literal["record"]] = "record"
    tag: ClassVar[str] = "output_token_throughput_per_user"
    header: ClassVar[str] = "Output Token Throughput Per User"
    unit: ClassVar[str] = "tokens/sec/user"

    def compute(self, record: RequestRecord) -> float | None:
        """Return the speed, or ``None`` where all tokens came at once and it has no bound."""
        latency_ms = scalar(record, "inter_token_latency")
        return _MS_PER_SECOND / latency_ms if latency_ms > 0 else None
