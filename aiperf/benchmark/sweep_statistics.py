"""Statistics over equal runs: the mean, its interval, and how much the runs differ."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiperf.benchmark.sweep import SweptRun

_HALVINGS = 60


@dataclass(frozen=True, slots=True)
class OverRuns:
    """One statistic of a metric over equal runs.

    What needs two runs, all from ``std`` on, is ``None`` for one: nothing is known of it then.
    ``cv`` is ``std`` as a share of the mean, also ``None`` where that is 0.
    """

    mean: float
    min: float
    max: float
    unit: str
    std: float | None = None
    cv: float | None = None
    se: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    t_critical: float | None = None


def over_runs(values: Sequence[float], unit: str, confidence: float) -> OverRuns:
    """Return the statistics of ``values``, one for each run.

    The interval is that of Student's t distribution.
    """
    mean = fmean(values)
    if len(values) == 1:
        return OverRuns(mean, mean, mean, unit)
    spread = stdev(values)
    error = spread / math.sqrt(len(values))
    critical = student_t(confidence, len(values) - 1)
    return OverRuns(
        mean=mean,
        min=min(values),
        max=max(values),
        unit=unit,
        std=spread,
        cv=spread / abs(mean) if mean else None,
        se=error,
        ci_low=mean - critical * error,
        ci_high=mean + critical * error,
        t_critical=critical,
    )


def statistics_of(runs: Sequence[SweptRun], confidence: float) -> dict[str, OverRuns]:
    """Return each metric's statistics over ``runs``, by ``TAG_STATISTIC``.

    One that not every run has is left out.
    """
    found = {}
    for tag, first in runs[0].metrics.items():
        for name in first:
            all_have = all(name in each.metrics.get(tag, {}) for each in runs)
            if name != "unit" and all_have:
                values = [each.metrics[tag][name] for each in runs]
                found[f"{tag}_{name}"] = over_runs(values, first["unit"], confidence)
    return found


def student_t(confidence: float, freedom: int) -> float:
    """Return the two-sided critical value of Student's t distribution.

    By bisecting the exact distribution function for whole degrees of freedom: Abramowitz and
    Stegun, 26.7.3 and 26.7.4 (https://personal.math.ubc.ca/~cbm/aands/page_948.htm).
    """
    low, high = 0.0, math.pi / 2
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if _probability(middle, freedom) < confidence:
            low = middle
        else:
            high = middle
    return math.tan(low) * math.sqrt(freedom)


def _probability(angle: float, freedom: int) -> float:
    """Return the probability that t is between plus and minus tan(angle) * sqrt(freedom)."""
    sine, cosine = math.sin(angle), math.cos(angle)
    is_odd = freedom % 2
    term, total = (cosine, 0.0) if is_odd else (1.0, 0.0)
    for number in range(2 if is_odd else 1, freedom, 2):
        total += term
        term *= cosine**2 * number / (number + 1)
    if is_odd:
        return (angle + sine * total) * 2 / math.pi
    return sine * total
