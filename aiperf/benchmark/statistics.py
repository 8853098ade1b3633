"""The distribution of a metric: statistics of all its values, which need not fit into memory."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from aiperf.common.models import Statistics

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import numpy as np
    from numpy.typing import NDArray

    Chunks = Callable[[], Iterable[NDArray[np.float64]]]

PERCENTILES = (1, 5, 10, 25, 50, 75, 90, 95, 99)


def summarize(
    chunks: Chunks, *, tag: str, header: str, unit: str, secondary: bool = False
) -> Statistics:
    """Return the statistics of all values.

    The standard deviation is the population's (divided by the number of values). Percentiles are
    exact, by linear interpolation: with the values sorted, percentile ``p`` is at the fractional
    index ``p / 100 * (count - 1)``.

    Args:
        chunks: yields all values in arrays, the same ones at each call; finite ones, at least one.
            An array is not changed, and not looked at after the next one has come.
        tag: The metric's tag.
        header: The metric's name for people.
        unit: The unit of the values.
        secondary: Whether a short table leaves it out.

    Raises:
        ValueError: There are no values.
        FloatingPointError: The values are too large for their sum to be a number.
    """
    import numpy as np  # noqa: PLC0415 - heavy: no run pays for it before it has results

    count, sums, least, most = 0, [], math.inf, -math.inf
    with np.errstate(over="raise", invalid="raise"):
        for chunk in chunks():
            if len(chunk):
                count += len(chunk)
                sums.append(float(chunk.sum()))
                least, most = min(least, float(chunk.min())), max(most, float(chunk.max()))
        if not count:
            msg = f"metric {tag!r} has no values to summarize"
            raise ValueError(msg)
        total = _sum(sums)
        mean = total / count
        squares = [float(np.square(chunk - mean).sum()) for chunk in chunks()]
        std = math.sqrt(_sum(squares) / count)
    return Statistics(
        tag=tag,
        header=header,
        unit=unit,
        avg=mean,
        count=count,
        min=least,
        max=most,
        std=std,
        sum=total,
        percentiles=_percentiles(chunks, count),
        secondary=secondary,
    )


def _sum(values: list[float]) -> float:
    """Return the exactly rounded sum.

    Raises:
        FloatingPointError: it is no number.
    """
    try:
        return math.fsum(values)
    except OverflowError as error:
        raise FloatingPointError(*error.args) from None


def _percentiles(chunks: Chunks, count: int) -> dict[int, float]:
    from aiperf.benchmark.quantiles import at_ranks  # noqa: PLC0415 - it imports numpy

    places = [percent / 100 * (count - 1) for percent in PERCENTILES]
    below = [math.floor(place) for place in places]
    values = at_ranks(chunks, below + [min(each + 1, count - 1) for each in below], count)
    lower, upper = values[: len(below)], values[len(below) :]
    return {
        percent: _between(low, high, place - rank)
        for percent, low, high, place, rank in zip(
            PERCENTILES, lower, upper, places, below, strict=True
        )
    }


def _between(low: float, high: float, part: float) -> float:
    """Interpolate as numpy does: from the nearer end, so that rounding leads past neither."""
    distance = high - low
    return high - distance * (1 - part) if part >= 0.5 else low + distance * part  # noqa: PLR2004
