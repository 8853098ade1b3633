"""The distribution of a metric: a column of its values, and the statistics of a column.

A column is an ``array('d')``: eight bytes a value, appended to as requests end. Numpy reads it in
place once the run is over, and is imported only then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiperf.common.models import Statistics

if TYPE_CHECKING:
    from array import array

PERCENTILES = (1, 5, 10, 25, 50, 75, 90, 95, 99)


def summarize(column: array[float], *, tag: str, header: str, unit: str) -> Statistics:
    """Return the statistics of all values in ``column``.

    The standard deviation is the population's (divided by the number of values). Percentiles are
    exact, by linear interpolation: with the values sorted, percentile ``p`` is at the fractional
    index ``p / 100 * (count - 1)``.

    Args:
        column: At least one finite value; it is read in place and not changed.
        tag: The metric's tag.
        header: The metric's name for people.
        unit: The unit of the values.

    Raises:
        ValueError: ``column`` is empty.
        FloatingPointError: The values are too large for their sum to be a number.
    """
    if not column:
        msg = f"metric {tag!r} has no values to summarize"
        raise ValueError(msg)
    import numpy as np  # noqa: PLC0415 - heavy: no run pays for it before it has results

    values = np.frombuffer(column, dtype=np.float64)
    with np.errstate(over="raise", invalid="raise"):
        return Statistics(
            tag=tag,
            header=header,
            unit=unit,
            avg=float(values.mean()),
            count=len(column),
            min=float(values.min()),
            max=float(values.max()),
            std=float(values.std()),
            percentiles=dict(
                zip(PERCENTILES, np.percentile(values, PERCENTILES).tolist(), strict=True)
            ),
        )
