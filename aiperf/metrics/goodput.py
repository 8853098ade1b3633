"""How many requests that met every objective there were each second."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from aiperf.common.protocols import RunTotals


class GoodputMetric:
    """Good requests ÷ benchmark duration, in requests per second; only with ``--goodput``.

    As in DistServe (https://arxiv.org/abs/2401.09670).
    """

    scope: ClassVar[Literal["run"]] = "run"
    tag: ClassVar[str] = "goodput"
    header: ClassVar[str] = "Goodput"
    unit: ClassVar[str] = "requests/sec"

    def compute(self, run: RunTotals) -> float | None:
        """Return the goodput, or ``None`` without objectives or a valid request."""
        if run.good_count is None or run.duration_s <= 0:
            return None
        return run.good_count / run.duration_s
