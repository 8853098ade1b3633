"""Statistics of values with weights, read several times and never held at once."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, ClassVar

from aiperf.benchmark.statistics import PERCENTILES
from aiperf.common.over_time import OverTime

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_BINS = 4096


class Weighted:
    """Takes all values :attr:`READINGS` times, the same ones in the same order.

    The first reading finds their range, the second how much weight is in each of many bins of it,
    and the third the values of those bins in which a percentile is. So percentiles are exact.
    """

    READINGS: ClassVar[int] = 3

    def __init__(self) -> None:
        self._weight, self._sum, self._squares = 0.0, 0.0, 0.0
        self._least, self._most = math.inf, -math.inf
        self._bins: Floats
        self._wanted: NDArray[np.intp] | None = None
        self._kept: list[tuple[Floats, Floats]] = []

    @property
    def has_any(self) -> bool:
        """Whether there was any value with a weight."""
        return self._weight > 0

    def read(self, reading: int, values: Floats, weights: Floats) -> None:
        """Take some values and their weights, all above 0, for the reading of this number."""
        if len(values):
            (self._range, self._spread, self._collect)[reading](values, weights)

    def over_time(self) -> OverTime:
        """Return the statistics, after the last reading."""
        return OverTime(
            avg=self._sum / self._weight,
            min=self._least,
            max=self._most,
            std=math.sqrt(self._squares / self._weight),
            percentiles=self._percentiles(),
        )

    def _range(self, values: Floats, weights: Floats) -> None:
        if not self._weight:
            import numpy as np  # noqa: PLC0415 - heavy: no run pays for it before it has results

            self._bins = np.zeros(_BINS)
        self._weight += float(weights.sum())
        self._sum += float((values * weights).sum())
        self._least = min(self._least, float(values.min()))
        self._most = max(self._most, float(values.max()))

    def _spread(self, values: Floats, weights: Floats) -> None:
        import numpy as np  # noqa: PLC0415 - as above

        mean = self._sum / self._weight
        self._squares += float((np.square(values - mean) * weights).sum())
        self._bins += np.bincount(self._bin(values), weights, _BINS)

    def _collect(self, values: Floats, weights: Floats) -> None:
        import numpy as np  # noqa: PLC0415 - as above

        if self._wanted is None:
            self._wanted = np.unique(self._bins_of_percentiles())
        has = np.isin(self._bin(values), self._wanted)
        if has.any():
            self._kept.append(_merged(values[has], weights[has]))

    def _bin(self, values: Floats) -> NDArray[np.intp]:
        """Return the bin of each value."""
        import numpy as np  # noqa: PLC0415 - as above

        width = self._most - self._least
        if width <= 0:
            return np.zeros(len(values), dtype=np.intp)
        places = (values - self._least) * ((_BINS - 1) / width)
        return places.clip(0, _BINS - 1).astype(np.intp)

    def _bins_of_percentiles(self) -> NDArray[np.intp]:
        """Return the bin in which each percentile is."""
        import numpy as np  # noqa: PLC0415 - as above

        below = np.cumsum(self._bins)
        return np.minimum(np.searchsorted(below, self._shares(below[-1])), _BINS - 1)

    def _shares(self, weight: float) -> Floats:
        import numpy as np  # noqa: PLC0415 - as above

        return np.array(PERCENTILES) / 100 * weight

    def _percentiles(self) -> dict[int, float]:
        import numpy as np  # noqa: PLC0415 - as above

        values, weights = _merged(*map(np.concatenate, zip(*self._kept, strict=True)))
        bins = self._bin(values)
        below = np.concatenate([[0.0], np.cumsum(self._bins)])
        found: dict[int, float] = {}
        places = self._bins_of_percentiles()
        shares = self._shares(below[-1])
        for percent, place, share in zip(PERCENTILES, places, shares, strict=True):
            within = bins == place
            cumulated = below[place] + np.cumsum(weights[within])
            number = min(int(np.searchsorted(cumulated, share)), len(cumulated) - 1)
            found[percent] = float(values[within][number])
        return found


def _merged(values: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Return each value once, in order, with its whole weight."""
    import numpy as np  # noqa: PLC0415 - as above

    found, places = np.unique(values, return_inverse=True)
    return found, np.bincount(places, weights).astype(np.float64, copy=False)
