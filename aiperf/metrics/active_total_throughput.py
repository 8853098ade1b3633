"""How fast tokens were read and written while a request was under way."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from aiperf.common.over_time import OverTime
    from aiperf.common.protocols import RunTotals


class ActiveTotalThroughputMetric:
    """Total throughput over the time in which a request was under way."""

    scope: ClassVar[Literal["run"]] = "run"
    tag: ClassVar[str] = "active_total_throughput"
    header: ClassVar[str] = "Active Total Throughput"
    unit: ClassVar[str] = "tokens/sec"

    def compute(self, run: RunTotals) -> OverTime | None:
        """Return the distribution, ``None`` for a time slice."""
        return run.over_time("total_throughput", active=True)
