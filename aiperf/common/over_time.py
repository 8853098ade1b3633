"""The distribution of something that has a value at each moment of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class OverTime(NamedTuple):
    """Statistics weighted by time: a value that held for two seconds counts twice.

    Percentile ``p`` is the least value that was not exceeded for ``p`` percent of the time.
    """

    avg: float
    min: float
    max: float
    std: float
    percentiles: Mapping[int, float]
