"""How many requests met every objective."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from aiperf.common.protocols import RunTotals


class GoodRequestCountMetric:
    """Valid requests that meet every objective of ``--goodput``."""

    scope: ClassVar[Literal["run"]] = "run"
    tag: ClassVar[str] = "good_request_count"
    header: ClassVar[str] = "Good Request Count"
    unit: ClassVar[str] = "requests"

    def compute(self, run: RunTotals) -> float | None:
        """Return the count, or ``None`` without objectives."""
        return run.good_count
