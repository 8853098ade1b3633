"""How many requests got tokens at each moment."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from aiperf.common.over_time import OverTime
    from aiperf.common.protocols import RunTotals


class EffectiveDecodeConcurrencyMetric:
    """Valid requests between their first token and their last, weighted by time."""

    scope: ClassVar[Literal["run"]] = "run"
    tag: ClassVar[str] = "effective_decode_concurrency"
    header: ClassVar[str] = "Effective Decode Concurrency"
    unit: ClassVar[str] = "requests"

    def compute(self, run: RunTotals) -> OverTime | None:
        """Return the distribution, ``None`` for a time slice."""
        return run.over_time("decode_concurrency")
