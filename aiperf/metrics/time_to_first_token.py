"""Time to first token (TTFT) of a streamed response."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from aiperf.common.models import RequestRecord

_NS_PER_MS = 1e6


class TimeToFirstTokenMetric:
    """First content chunk - request start, in milliseconds.

    Empty and role-only chunks are no content; reasoning and tool calls are.
    """

    scope: ClassVar[Literal["record"]] = "record"
    tag: ClassVar[str] = "time_to_first_token"
    header: ClassVar[str] = "Time to First Token"
    unit: ClassVar[str] = "ms"

    def compute(self, record: RequestRecord) -> float | None:
        """Return the TTFT, or ``None`` for a response without content."""
        if not record.content_ns:
            return None
        return (record.content_ns[0] - record.start_ns) / _NS_PER_MS
