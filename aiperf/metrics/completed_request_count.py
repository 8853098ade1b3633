"""How many requests ended, in whatever way."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from aiperf.common.protocols import RunTotals


class CompletedRequestCountMetric:
    """Valid, failed and cancelled requests, warm-up left out."""

    scope: ClassVar[Literal["run"]] = "run"
    tag: ClassVar[str] = "completed_request_count"
    header: ClassVar[str] = "Completed Requests (Success + Error)"
    unit: ClassVar[str] = "requests"

    def compute(self, run: RunTotals) -> float | None:
        """Return the count."""
        return run.request_count + run.error_count
