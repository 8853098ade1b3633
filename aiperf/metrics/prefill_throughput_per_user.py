"""How fast one user's prompt is read by the model."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from aiperf.common.metric_values import scalar

if TYPE_CHECKING:
    from aiperf.common.models import RequestRecord

_MS_PER_SECOND = 1e3


class PrefillThroughputPerUserMetric:
    """Input tokens ÷ TTFT, in tokens per second and user.

    Reads ``input_sequence_length`` and ``time_to_first_token``.
    """

    scope: ClassVar[Literal["record"]] = "record"
    tag: ClassVar[str] = "prefill_throughput_per_user"
    header: ClassVar[str] = "Prefill Throughput Per User"
    unit: ClassVar[str] = "tokens/sec/user"

    def compute(self, record: RequestRecord) -> float | None:
        """Return the speed, or ``None`` for a TTFT of zero."""
        ttft_ms = scalar(record, "time_to_first_token")
        if ttft_ms <= 0:
            return None
        return scalar(record, "input_sequence_length") * _MS_PER_SECOND / ttft_ms
