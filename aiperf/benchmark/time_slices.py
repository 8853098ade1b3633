"""The statistics of a run slice by slice, each of the same length.

A request belongs to the slice in which it started, as in NVIDIA's AIPerf.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiperf.benchmark.metric_order import name_of
from aiperf.benchmark.plain_values import finite
from aiperf.benchmark.statistics import summarize
from aiperf.common.models import Statistics, TimeSlice
from aiperf.common.objectives import good_rows
from aiperf.common.over_time import OverTime

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from aiperf.common.objectives import Objective
    from aiperf.common.protocols import MetricProtocol, RunMetricProtocol
    from aiperf.common.record_table import RecordTable

MOST = 10_000
"""More slices than this are no table that anybody reads."""

_NS_PER_SECOND = 1e9


@dataclass(frozen=True, slots=True)
class SliceTotals:
    """The :class:`~aiperf.common.protocols.RunTotals` of one slice."""

    duration_s: float
    request_count: int
    error_count: int
    good_count: int | None
    rows: SlicedRows
    number: int
    totals: dict[str, float] = field(default_factory=dict)

    def total(self, tag: str) -> float | None:
        """Return the sum of all values of ``tag`` in the slice."""
        return self.totals.get(tag)

    def column(self, tag: str) -> NDArray[np.float64] | None:
        """Return the values of ``tag`` in the slice, ``None`` if it has none."""
        return self.rows.column(tag, self.number) if tag in self.totals else None

    def over_time(self, curve: str, *, active: bool = False) -> OverTime | None:  # noqa: ARG002 - the contract
        """Return ``None``: at a moment, requests are under way that began in other slices."""
        return None


class SlicedRows:
    """The columns of a table by slice; ``index`` has the slice of each row, below 0 for none."""

    def __init__(self, records: RecordTable, index: NDArray[np.int16], count: int) -> None:
        import numpy as np  # noqa: PLC0415 - heavy: no run pays for it before it has results

        self._records = records
        self._order = np.argsort(index, kind="stable")
        self._edges = np.searchsorted(index[self._order], np.arange(count + 1))
        self._columns: dict[str, NDArray[np.float64]] = {}

    def column(self, tag: str, number: int) -> NDArray[np.float64]:
        """Return the values of a metric in one slice, NaN where a request has none."""
        if tag not in self._columns:
            self._columns[tag] = self._records.column(tag)
        start, end = self._edges[number : number + 2]
        return self._columns[tag][self._order[start:end]]


class Slicer:
    """Cuts a run into slices.

    Args:
        metrics: The metrics that have a result, in its order.
        objectives: What a good request meets.
        secondary: The tags of the metrics that a short table leaves out.
    """

    def __init__(
        self,
        metrics: Sequence[MetricProtocol],
        objectives: Sequence[Objective],
        secondary: Collection[str],
    ) -> None:
        self._metrics = tuple(metrics)
        self._objectives = tuple(objectives)
        self._secondary = secondary
        self._failed: set[str] = set()
        self.warnings: list[str] = []
        """What could not be computed."""

    def slices(self, records: RecordTable, seconds: float) -> tuple[TimeSlice, ...]:
        """Return the slices from the first request's start to the last one's end, empty ones too.

        A request that never started is in none. The last slice may be shorter than ``seconds``.
        The values of a metric with several for each request are in memory meanwhile, with 18 bytes
        beside each.
        """
        import numpy as np  # noqa: PLC0415 - heavy: no run pays for it before it has results

        starts = records.start_ns
        started = np.flatnonzero(starts > 0)
        if not len(started):
            return ()
        origin, end = int(starts[started].min()), int(records.end_ns.max())
        length = max(1, round(seconds * _NS_PER_SECOND))
        count = max(1, -(-(end - origin) // length))
        if count > MOST:
            self.warnings.append(
                f"There are no time slices: {seconds:g} s would make {count} of them, and "
                f"{MOST} is the most. Raise --slice-duration"
            )
            return ()
        index = np.where(starts > 0, (starts - origin) // length, -1)
        index = np.minimum(index, count - 1).astype(np.int16)  # of MOST slices, and sorted fast
        found = self._values(records, index, count)
        counts = self._counts(records, index, count)
        rows = SlicedRows(records, index, count)
        return tuple(
            self._slice(
                (origin + number * length, min(origin + (number + 1) * length, end)),
                length,
                counts[number],
                found[number],
                (rows, number),
            )
            for number in range(count)
        )

    def _values(
        self, records: RecordTable, index: NDArray[np.int16], count: int
    ) -> list[dict[str, NDArray[np.float64]]]:
        """Return the values of the metrics of requests, for each slice by their tags."""
        import numpy as np  # noqa: PLC0415 - as above

        found: list[dict[str, NDArray[np.float64]]] = [{} for _ in range(count)]
        for metric in self._metrics:
            tag = metric.tag
            if tag in records.tags:
                values, of = records.column(tag), index
                has = ~np.isnan(values)
                values, of = values[has], of[has]
            elif tag in records.list_tags:
                values, rows = records.lists(tag)
                of = index[rows]
                del rows  # as large as the values
            else:
                continue
            for number, part in _parts(values, of, count):
                found[number][tag] = part
        return found

    def _counts(
        self, records: RecordTable, index: NDArray[np.int16], count: int
    ) -> list[tuple[int, int, int | None]]:
        """Return how many requests of each slice are valid, how many not, and how many good."""
        import numpy as np  # noqa: PLC0415 - as above

        def per_slice(rows: NDArray[np.bool_]) -> list[int]:
            numbers: list[int] = np.bincount(index[rows & (index >= 0)], minlength=count).tolist()
            return numbers

        is_valid = records.outcome == 0
        good: Sequence[int | None] = [None] * count
        if self._objectives:
            good = per_slice(good_rows(records, self._objectives))
        return list(zip(per_slice(is_valid), per_slice(~is_valid), good, strict=True))

    def _slice(
        self,
        limits: tuple[int, int],
        length: int,
        counts: tuple[int, int, int | None],
        values: dict[str, NDArray[np.float64]],
        place: tuple[SlicedRows, int],
    ) -> TimeSlice:
        start, end = limits
        valid, failed, good = counts
        totals = SliceTotals((end - start) / _NS_PER_SECOND, valid, failed, good, *place)
        found: dict[str, Statistics] = {}
        for metric in self._metrics:
            each = values.get(metric.tag)
            if each is not None:
                statistics = summarize(
                    lambda kept=each: (kept,),  # type: ignore[misc] # mypy infers no default's type
                    tag=metric.tag,
                    header=metric.header,
                    unit=metric.unit,
                    secondary=metric.tag in self._secondary,
                )
                found[metric.tag] = statistics
                totals.totals[metric.tag] = statistics.sum or 0.0
        for metric in self._metrics:
            if metric.scope == "run" and metric.tag not in self._failed:
                value = self._run_value(metric, totals)
                if value is not None:
                    found[metric.tag] = Statistics(
                        tag=metric.tag,
                        header=metric.header,
                        unit=metric.unit,
                        avg=value,
                        secondary=metric.tag in self._secondary,
                    )
        return TimeSlice(
            start_ns=start,
            end_ns=end,
            is_complete=end - start == length,
            statistics=tuple(found[each.tag] for each in self._metrics if each.tag in found),
        )

    def _run_value(self, metric: RunMetricProtocol, totals: SliceTotals) -> float | None:
        """Return the value of a metric for a slice; one that fails is in no later one."""
        try:
            value = metric.compute(totals)
            if isinstance(value, OverTime):  # of the whole run
                return None
            return None if value is None else float(finite(value))
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a plugin's; the run is over
            self._failed.add(metric.tag)
            self.warnings.append(
                f"{name_of(metric)} failed on a time slice: {type(error).__name__}: {error}. It is "
                "left out of that slice and of the later ones"
            )
            return None


def _parts(
    values: NDArray[np.float64], index: NDArray[np.int16], count: int
) -> Iterator[tuple[int, NDArray[np.float64]]]:
    """Yield the values of each slice that has any."""
    import numpy as np  # noqa: PLC0415 - as above

    edges = np.concatenate([[0], np.cumsum(np.bincount(index[index >= 0], minlength=count))])
    edges += np.count_nonzero(index < 0)
    ordered = values[np.argsort(index, kind="stable")]
    for number in range(count):
        part = ordered[edges[number] : edges[number + 1]]
        if len(part):
            yield number, part
