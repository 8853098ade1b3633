"""How fast a user got tokens while any did."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from aiperf.common.over_time import OverTime
    from aiperf.common.protocols import RunTotals


class ActiveDecodeThroughputPerUserMetric:
    """Decode throughput per user over the time in which a request was after its first token."""

    scope: ClassVar[Literal["run"]] = "run"
    tag: ClassVar[str] = "active_decode_throughput_per_user"
    header: ClassVar[str] = "Active Decode Throughput Per User"
    unit: ClassVar[str] = "tokens/sec/user"

    def compute(self, run: RunTotals) -> OverTime | None:
        """Return the distribution, ``None`` for a time slice."""
        return run.over_time("decode_throughput_per_user", active=True)
