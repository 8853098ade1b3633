"""How many requests succeeded."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from aiperf.common.protocols import RunTotals


class RequestCountMetric:
    """The number of valid requests, warm-up left out."""

    scope: ClassVar[Literal["run"]] = "run"
    tag: ClassVar[str] = "request_count"
    header: ClassVar[str] = "Request Count"
    unit: ClassVar[str] = "requests"

    def compute(self, run: RunTotals) -> float | None:
        """Return the count."""
        return run.request_count
