"""What a metric of the whole run may ask about it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from aiperf.benchmark.curves import Curves
    from aiperf.benchmark.record_table import Table
    from aiperf.common.over_time import OverTime


@dataclass(frozen=True, slots=True)
class TableTotals:
    """The :class:`~aiperf.common.protocols.RunTotals` of a run whose values are in ``records``."""

    duration_s: float
    request_count: int
    error_count: int
    records: Table
    good_count: int | None = None
    curves: Curves | None = None

    def total(self, tag: str) -> float | None:
        """Return the exactly rounded sum of all values of ``tag``, ``None`` if it has none."""
        if not self.records.has(tag):
            return None
        chunks = self.records.chunks(tag)
        return math.fsum(value for chunk in chunks for value in chunk.tolist())

    def column(self, tag: str) -> NDArray[np.float64] | None:
        """Return the values of ``tag``, a row for each request, ``None`` if it has none."""
        return self.records.column(tag) if tag in self.records.tags else None

    def over_time(self, curve: str, *, active: bool = False) -> OverTime | None:
        """Return the distribution of a curve; see ``RunTotals.over_time``."""
        return None if self.curves is None else self.curves.over_time(curve, active=active)
