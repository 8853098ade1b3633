"""How many requests waited for their first token at each moment."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from aiperf.common.over_time import OverTime
    from aiperf.common.protocols import RunTotals


class EffectivePrefillConcurrencyMetric:
    """Valid requests between their start and their first token, weighted by time."""

    scope: ClassVar[Literal["run"]] = "run"
    tag: ClassVar[str] = "effective_prefill_concurrency"
    header: ClassVar[str] = "Effective Prefill Concurrency"
    unit: ClassVar[str] = "requests"

    def compute(self, run: RunTotals) -> OverTime | None:
        """Return the distribution, ``None`` for a time slice."""
        return run.over_time("prefill_concurrency")
