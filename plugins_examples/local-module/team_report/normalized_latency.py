"""Normalized latency: how long a whole request took for each token that it gave."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from aiperf.common.metric_values import scalar

if TYPE_CHECKING:
    from aiperf.common.models import RequestRecord


class NormalizedLatencyMetric:
    """Request latency ÷ output tokens, in milliseconds for each token.

    Unlike inter-token latency it includes the time to the first token, and a response need not be
    streamed to have it.
    """

    scope: ClassVar[Literal["record"]] = "record"
    tag: ClassVar[str] = "normalized_latency"
    header: ClassVar[str] = "Normalized Latency"
    unit: ClassVar[str] = "ms/token"

    def compute(self, record: RequestRecord) -> float | None:
        """Return the quotient, or ``None`` for a response without a token."""
        tokens = scalar(record, "output_sequence_length")
        return scalar(record, "request_latency") / tokens if tokens else None
