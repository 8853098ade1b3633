"""What a metric of the whole run may ask about it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from array import array
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class ColumnTotals:
    """The :class:`~aiperf.common.protocols.RunTotals` of a run whose values are in ``columns``."""

    duration_s: float
    request_count: int
    error_count: int
    columns: Mapping[str, array[float]]

    def total(self, tag: str) -> float | None:
        """Return the exactly rounded sum of all values of ``tag``, ``None`` if it has none."""
        column = self.columns.get(tag)
        return math.fsum(column) if column else None
