"""How fast tokens were written while any were."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from aiperf.common.over_time import OverTime
    from aiperf.common.protocols import RunTotals


class ActiveDecodeThroughputMetric:
    """Decode throughput over the time in which a request was after its first token."""

    scope: ClassVar[Literal["run"]] = "run"
    tag: ClassVar[str] = "active_decode_throughput"
    header: ClassVar[str] = "Active Decode Throughput"
    unit: ClassVar[str] = "tokens/sec"

    def compute(self, run: RunTotals) -> OverTime | None:
        """Return the distribution, ``None`` for a time slice."""
        return run.over_time("decode_throughput", active=True)
