"""How fast prompts were read while any was."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from aiperf.common.over_time import OverTime
    from aiperf.common.protocols import RunTotals


class ActivePrefillThroughputMetric:
    """Prefill throughput over the time in which a request was before its first token."""

    scope: ClassVar[Literal["run"]] = "run"
    tag: ClassVar[str] = "active_prefill_throughput"
    header: ClassVar[str] = "Active Prefill Throughput"
    unit: ClassVar[str] = "tokens/sec"

    def compute(self, run: RunTotals) -> OverTime | None:
        """Return the distribution, ``None`` for a time slice."""
        return run.over_time("prefill_throughput", active=True)
