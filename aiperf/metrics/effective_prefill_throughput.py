"""How fast prompts were read at each moment."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from aiperf.common.over_time import OverTime
    from aiperf.common.protocols import RunTotals


class EffectivePrefillThroughputMetric:
    """Input tokens per second, each request's at an even speed until its first token."""

    scope: ClassVar[Literal["run"]] = "run"
    tag: ClassVar[str] = "effective_prefill_throughput"
    header: ClassVar[str] = "Effective Prefill Throughput"
    unit: ClassVar[str] = "tokens/sec"

    def compute(self, run: RunTotals) -> OverTime | None:
        """Return the distribution, ``None`` for a time slice."""
        return run.over_time("prefill_throughput")
