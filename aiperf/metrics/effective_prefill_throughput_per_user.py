"""How fast a prompt was read at each moment."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from aiperf.common.over_time import OverTime
    from aiperf.common.protocols import RunTotals


class EffectivePrefillThroughputPerUserMetric:
    """Prefill throughput ÷ requests before their first token; 0 where there is none."""

    scope: ClassVar[Literal["run"]] = "run"
    tag: ClassVar[str] = "effective_prefill_throughput_per_user"
    header: ClassVar[str] = "Effective Prefill Throughput Per User"
    unit: ClassVar[str] = "tokens/sec/user"

    def compute(self, run: RunTotals) -> OverTime | None:
        """Return the distribution, ``None`` for a time slice."""
        return run.over_time("prefill_throughput_per_user")
