"""How many tokens the requests under way had at each moment."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from aiperf.common.over_time import OverTime
    from aiperf.common.protocols import RunTotals


class TokensInFlightMetric:
    """Input tokens from start to end, and output tokens from the first one on, weighted by time."""

    scope: ClassVar[Literal["run"]] = "run"
    tag: ClassVar[str] = "tokens_in_flight"
    header: ClassVar[str] = "Tokens In Flight"
    unit: ClassVar[str] = "tokens"

    def compute(self, run: RunTotals) -> OverTime | None:
        """Return the distribution, ``None`` for a time slice."""
        return run.over_time("tokens_in_flight")
