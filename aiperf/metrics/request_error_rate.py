"""Which part of the requests did not succeed."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from aiperf.common.protocols import RunTotals


class RequestErrorRateMetric:
    """Failed and cancelled requests ÷ all requests, in percent."""

    scope: ClassVar[Literal["run"]] = "run"
    tag: ClassVar[str] = "request_error_rate"
    header: ClassVar[str] = "Request Error Rate"
    unit: ClassVar[str] = "%"

    def compute(self, run: RunTotals) -> float | None:
        """Return the rate, or ``None`` without a request."""
        ended = run.request_count + run.error_count
        return 100 * run.error_count / ended if ended else None
