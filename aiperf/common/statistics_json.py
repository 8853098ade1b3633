"""The statistics of a metric as JSON has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aiperf.common.models import Statistics


def metric_object(statistics: Statistics) -> dict[str, Any]:
    """Return one metric; what a single value does not have is left out."""
    found: dict[str, Any] = {"unit": statistics.unit, "avg": statistics.avg}
    if statistics.min is None:
        return found
    found.update((f"p{p}", value) for p, value in statistics.percentiles.items())
    found.update(min=statistics.min, max=statistics.max, std=statistics.std)
    if statistics.sum is not None:  # else it is weighted by time: there is nothing to count
        found.update(count=statistics.count, sum=statistics.sum)
    return found
