"""Per-request times and values as series over time: exact sums, means and quantiles of time bins.

Times are seconds since the run began. Bins are given by their ``edges``, ascending; all functions
take arrays in any order and change none of them. An empty bin's quantile is NaN.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_NICE = (1.0, 2.0, 5.0)
_FEWEST, _MOST = 5, 100


def time_edges(duration_s: float, count: int) -> Floats:
    """Return the edges of bins for ``count`` requests: of a round width, the last one cut short.

    The number of bins grows with the square root of ``count``, from 5 to at most 100.
    """
    wanted = min(_MOST, max(_FEWEST, 2 * count**0.5))
    width = _round_up(max(duration_s, 1e-6) / wanted)
    edges = np.arange(0.0, duration_s, width)
    if len(edges) > 1 and duration_s - edges[-1] < width / 2:
        edges = edges[:-1]  # a sliver of a bin says nothing: the last one gets it
    return np.append(edges, duration_s) if duration_s > 0 else np.array([0.0, width])


def centres(edges: Floats) -> Floats:
    """Return the middle of each bin."""
    middles: Floats = (edges[:-1] + edges[1:]) / 2
    return middles


def rates(times: Floats, edges: Floats) -> Floats:
    """Return how many of ``times`` there are in each bin, for each second of it."""
    found: Floats = np.histogram(times, edges)[0] / np.diff(edges)
    return found


def counts(times: Floats, edges: Floats) -> NDArray[np.int64]:
    """Return how many of ``times`` there are in each bin."""
    found: NDArray[np.int64] = np.histogram(times, edges)[0].astype(np.int64)
    return found


def spread_rates(starts: Floats, ends: Floats, amounts: Floats, edges: Floats) -> Floats:
    """Return the rate in each bin of ``amounts`` that each arrive evenly from start to end.

    One whose end is not after its start arrives at once.
    """
    spans = ends - starts
    is_spread = spans > 0
    speeds = amounts[is_spread] / spans[is_spread]
    arrived = _sum_of_ramps(starts[is_spread], speeds, edges) - _sum_of_ramps(
        ends[is_spread], speeds, edges
    )
    at_once = np.histogram(ends[~is_spread], edges, weights=amounts[~is_spread])[0]
    found: Floats = np.maximum(0.0, np.diff(arrived) + at_once) / np.diff(edges)
    return found


def in_flight(starts: Floats, ends: Floats) -> tuple[Floats, Floats]:
    """Return each moment at which the number in flight changes, and the number from then on."""
    moments = np.concatenate((starts, ends))
    changes = np.concatenate((np.ones(len(starts)), -np.ones(len(ends))))
    order = np.lexsort((changes, moments))  # at the same moment, ends come first
    return moments[order], np.cumsum(changes[order])


def in_flight_bins(starts: Floats, ends: Floats, edges: Floats) -> tuple[Floats, Floats]:
    """Return the mean number in flight in each bin, weighted by time, and the highest."""
    ones = np.ones(len(starts))
    busy = _sum_of_ramps(starts, ones, edges) - _sum_of_ramps(ends, ones, edges)
    mean: Floats = np.maximum(0.0, np.diff(busy)) / np.diff(edges)
    # The number rises at starts alone, so that the highest is found there, or at a bin's begin.
    rises, falls = np.sort(starts, kind="stable"), np.sort(ends, kind="stable")
    levels = np.arange(1, len(rises) + 1) - np.searchsorted(falls, rises, side="right")
    before = np.searchsorted(rises, edges[:-1]) - np.searchsorted(falls, edges[:-1])
    highest = before.astype(np.float64)
    first = np.searchsorted(rises, edges)
    for index, (begin, end) in enumerate(pairwise(first)):
        highest[index] = max(highest[index], levels[begin:end].max(initial=0))
    return mean, highest


def quantiles(
    times: Floats, values: Floats, edges: Floats, wanted: Sequence[float]
) -> tuple[Floats, ...]:
    """Return a series for each of ``wanted`` (0 to 1): that quantile of each bin's values.

    By linear interpolation, as the statistics of the whole run are.
    """
    bins = np.clip(np.searchsorted(edges, times, side="right") - 1, 0, len(edges) - 2)
    # At most 101 bins, so that bytes will do, which numpy sorts in linear time.
    ordered = values[np.argsort(bins.astype(np.uint8), kind="stable")]
    last = np.cumsum(np.bincount(bins, minlength=len(edges) - 1))
    found = np.full((len(wanted), len(edges) - 1), np.nan)
    for index, (begin, end) in enumerate(pairwise((0, *last))):
        if end > begin:
            found[:, index] = np.quantile(ordered[begin:end], wanted)
    return tuple(found)


def value_edges(values: Floats) -> tuple[Floats, int]:
    """Return the edges of a histogram, and how many values lie beyond the last of them.

    The width of a bin follows Freedman and Diaconis (https://doi.org/10.1007/BF01025868), 10 to 60
    of them. A tail that is more than twice as long as all below the 99th percentile is not drawn.
    """
    low, first, third, high, top = np.percentile(values, (0, 25, 75, 99, 100))
    reach = high - low
    end = float(top if top - low <= 2 * reach or reach == 0 else low + 1.5 * reach)
    if end <= low:
        margin = max(abs(float(low)) * 0.05, 1e-3)
        return np.linspace(low - margin, low + margin, 12), 0
    width = 2 * (third - first) / len(values) ** (1 / 3)
    number = (end - low) / width if width > 0 else _MOST
    edges: Floats = np.linspace(low, end, int(min(60, max(10, number))) + 1)
    return edges, int((values > end).sum())


def percentile_curve(values: Floats) -> tuple[Floats, Floats]:
    """Return shares from 0 towards 1, closer together near 1, and the exact value at each.

    The last one is 1 - 1 / count, beyond which there is only the maximum.
    """
    last = max(1.0, np.log10(len(values)))
    shares = 1 - 10 ** -np.linspace(0, last, int(30 * last) + 1)
    return shares, np.quantile(values, shares)


def _sum_of_ramps(begins: Floats, slopes: Floats, at: Floats) -> Floats:
    """Return, at each of ``at``, the sum of ramps that are 0 until they begin and then rise."""
    order = np.argsort(begins)
    sorted_begins = begins[order]
    rise = np.concatenate(([0.0], np.cumsum(slopes[order])))
    offset = np.concatenate(([0.0], np.cumsum(slopes[order] * sorted_begins)))
    started = np.searchsorted(sorted_begins, at, side="right")
    total: Floats = rise[started] * at - offset[started]
    return total


def _round_up(width: float) -> float:
    """Return the next larger 1, 2 or 5 times a power of ten."""
    power = 10.0 ** np.floor(np.log10(width))
    return float(next((nice * power for nice in _NICE if nice * power >= width), 10 * power))
