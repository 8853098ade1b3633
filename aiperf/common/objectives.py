"""Which requests are good: those that meet every objective of ``--goodput``.

As in DistServe (https://arxiv.org/abs/2401.09670), where goodput is the rate of such requests.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from aiperf.common.record_table import RecordTable


@dataclass(frozen=True, slots=True)
class Objective:
    """The value of a metric, in its unit, that is still good."""

    tag: str
    value: float
    larger_is_better: bool = False


def good_rows(records: RecordTable, asked: Sequence[Objective]) -> NDArray[np.bool_]:
    """Return which requests are valid and meet every objective; one without the value does not."""
    import numpy as np  # noqa: PLC0415 - heavy: no run pays for it before it has results

    is_good: NDArray[np.bool_] = records.outcome == 0
    for objective in asked:
        if objective.tag not in records.tags:
            return np.zeros(len(records), dtype=np.bool_)
        values = records.column(objective.tag)  # a comparison with NaN is false
        meets = np.greater_equal if objective.larger_is_better else np.less_equal
        is_good &= meets(values, objective.value)
    return is_good
