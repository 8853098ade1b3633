"""How sure a difference between two runs is: an interval from the variation within each of them.

Requests of one run that follow each other are not independent: they wait in the same queue. So the
values are not taken one by one. In the order of their ending they are cut into a few batches, long
enough to be nearly independent; the statistic is computed of each batch, and the spread of these
is the evidence. This is the method of batch means (B. Schmeiser, "Batch size effects in the
analysis of simulation output", Operations Research 30 (1982),
https://doi.org/10.1287/opre.30.3.556), and for percentiles that of sectioning (M. K. Nakayama,
"Confidence intervals for quantiles using sectioning", ACM TOMACS 24 (2014),
https://doi.org/10.1145/2558328). A rate has slices of time for batches. The two runs' batches are
then compared by Welch's method (https://doi.org/10.1093/biomet/34.1-2.28), which allows them
different variances.
"""

from __future__ import annotations

import math
from itertools import pairwise
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

BATCHES = 20
FEWEST_BATCHES = 10
"""With fewer, the spread of the batches says too little."""
_LEAST_OF_PERCENTILE = 5
_LEAST_PER_SLICE = 5
_REQUESTS_LONG = 2


def batch_estimates(values: Floats, percentile: int | None) -> Floats | None:
    """Return the mean of each batch of ``values``, or a percentile of it.

    Args:
        values: In the order in which the requests ended.
        percentile: 1 to 99; ``None`` for the mean.

    Returns:
        10 to 20 estimates; ``None`` if there are too few values: 10 for a mean, and for a
        percentile as many as put at least five values, and one beyond it, into each batch.
    """
    least = 1
    if percentile is not None:
        beyond = min(percentile, 100 - percentile) / 100
        least = max(_LEAST_OF_PERCENTILE, math.ceil(1 / beyond))
    number = min(BATCHES, len(values) // least)
    if number < FEWEST_BATCHES:
        return None
    batches = np.array_split(values, number)
    if percentile is None:
        return np.array([batch.mean() for batch in batches])
    return np.array([np.percentile(batch, percentile) for batch in batches])


def slice_rates(
    starts_s: Floats, ends_s: Floats, amounts: Floats, duration_s: float
) -> Floats | None:
    """Return the amount per second in each of 10 to 20 equal slices of the run's time.

    What a request adds is spread over the time that it took, so that requests which end in waves do
    not look like a server that falters.

    Returns:
        ``None`` where slices would have fewer than five requests, or be shorter than two requests.
    """
    spans = np.maximum(ends_s - starts_s, 1e-9)
    longest = duration_s / (_REQUESTS_LONG * max(float(spans.mean()), 1e-9))
    number = int(min(BATCHES, len(ends_s) // _LEAST_PER_SLICE, longest))
    if number < FEWEST_BATCHES:
        return None
    edges = np.linspace(0, duration_s, number + 1)
    speeds = amounts / spans
    rates = [
        (speeds * np.maximum(0, np.minimum(ends_s, high) - np.maximum(starts_s, low))).sum()
        for low, high in pairwise(edges)
    ]
    return np.array(rates) / np.diff(edges)


def difference_interval(
    difference: float, base: Floats, other: Floats, confidence: float
) -> tuple[float, float]:
    """Return the interval around ``difference`` that Welch's method gives for two runs' batches.

    Args:
        difference: That of the statistic over the whole runs.
        base: The estimates of the first run's batches, at least two.
        other: The other run's.
        confidence: Between 0 and 1, such as 0.95.
    """
    first, second = (float(each.var(ddof=1)) / len(each) for each in (base, other))
    error = first + second
    if error == 0:
        return difference, difference
    freedom = error**2 / (first**2 / (len(base) - 1) + second**2 / (len(other) - 1))
    half = student_t(confidence, freedom) * math.sqrt(error)
    return difference - half, difference + half


def student_t(confidence: float, freedom: float) -> float:
    """Return the two-sided critical value of Student's t distribution.

    By the expansion of Abramowitz and Stegun, 26.7.5 (https://dlmf.nist.gov), whose error is below
    0.001 for 9 degrees of freedom or more and a confidence of up to 99 %.
    """
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + sum(term / freedom**power for power, term in enumerate(terms, 1))
