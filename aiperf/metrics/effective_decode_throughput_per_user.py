"""How fast a user got tokens at each moment."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from aiperf.common.over_time import OverTime
    from aiperf.common.protocols import RunTotals


class EffectiveDecodeThroughputPerUserMetric:
    """Decode throughput ÷ requests after their first token; 0 where there is none."""

    scope: ClassVar[Literal["run"]] = "run"
    tag: ClassVar[str] = "effective_decode_throughput_per_user"
    header: ClassVar[str] = "Effective Decode Throughput Per User"
    unit: ClassVar[str] = "tokens/sec/user"

    def compute(self, run: RunTotals) -> OverTime | None:
        """Return the distribution, ``None`` for a time slice."""
        return run.over_time("decode_throughput_per_user")
