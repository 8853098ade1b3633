"""The gaps between the content chunks of a streamed response."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from aiperf.common.models import RequestRecord

_NS_PER_MS = 1e6


class InterChunkLatencyMetric:
    """Every gap between two consecutive content chunks, in milliseconds.

    Chunks that arrived in one read have a gap of zero.
    """

    scope: ClassVar[Literal["record"]] = "record"
    tag: ClassVar[str] = "inter_chunk_latency"
    header: ClassVar[str] = "Inter Chunk Latency"
    unit: ClassVar[str] = "ms"

    def compute(self, record: RequestRecord) -> list[float] | None:
        """Return the gaps in order, or ``None`` for fewer than two content chunks."""
        times = record.content_ns
        if len(times) < 2:  # noqa: PLR2004 - a gap needs two ends
            return None
        return [(later - earlier) / _NS_PER_MS for earlier, later in pairwise(times)]
