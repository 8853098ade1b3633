"""Time from the first to the second token (TTST) of a streamed response."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from aiperf.common.models import RequestRecord

_NS_PER_MS = 1e6


class TimeToSecondTokenMetric:
    """Second content chunk - first content chunk, in milliseconds."""

    scope: ClassVar[Literal["record"]] = "record"
    tag: ClassVar[str] = "time_to_second_token"
    header: ClassVar[str] = "Time to Second Token"
    unit: ClassVar[str] = "ms"

    def compute(self, record: RequestRecord) -> float | None:
        """Return the TTST, or ``None`` for fewer than two content chunks."""
        if len(record.content_ns) < 2:  # noqa: PLR2004 - a gap needs two ends
            return None
        return (record.content_ns[1] - record.content_ns[0]) / _NS_PER_MS
