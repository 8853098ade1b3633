"""How many requests did not succeed."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from aiperf.common.protocols import RunTotals


class ErrorRequestCountMetric:
    """The number of failed and cancelled requests, warm-up left out; zero is said too."""

    scope: ClassVar[Literal["run"]] = "run"
    tag: ClassVar[str] = "error_request_count"
    header: ClassVar[str] = "Error Request Count"
    unit: ClassVar[str] = "requests"

    def compute(self, run: RunTotals) -> float | None:
        """Return the count."""
        return run.error_count
