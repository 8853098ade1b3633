"""Time to the first token of a streamed response that is no reasoning."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from aiperf.common.models import RequestRecord

_NS_PER_MS = 1e6


class TimeToFirstOutputTokenMetric:
    """First content chunk with more than reasoning - request start, in milliseconds.

    The time to first token of a model that does not reason.
    """

    scope: ClassVar[Literal["record"]] = "record"
    tag: ClassVar[str] = "time_to_first_output_token"
    header: ClassVar[str] = "Time to First Output Token"
    unit: ClassVar[str] = "ms"

    def compute(self, record: RequestRecord) -> float | None:
        """Return the time, or ``None`` for a response that was all reasoning."""
        times, place = record.content_ns, record.reasoning_chunks
        if place >= len(times):
            return None
        return (times[place] - record.start_ns) / _NS_PER_MS
