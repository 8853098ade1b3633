"""Which part of the requests met every objective."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from aiperf.common.protocols import RunTotals


class GoodRequestFractionMetric:
    """Good requests ÷ all requests, failed and cancelled ones too; only with ``--goodput``."""

    scope: ClassVar[Literal["run"]] = "run"
    tag: ClassVar[str] = "good_request_fraction"
    header: ClassVar[str] = "GoodRequestFraction"
    unit: ClassVar[str] = "ratio"

    def compute(self, run: RunTotals) -> float | None:
        """Return the fraction, or ``None`` without objectives or a request."""
        attempted = run.request_count + run.error_count
        if run.good_count is None or not attempted:
            return None
        return run.good_count / attempted
