"""Computes the metrics of each request as it ends, and of the run when it has ended."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from aiperf.benchmark.curves import Curves
from aiperf.benchmark.metric_order import in_order, name_of
from aiperf.benchmark.plain_values import finite, plain
from aiperf.benchmark.record_table import CANCELLED as ROW_CANCELLED
from aiperf.benchmark.record_table import FAILED, VALID, Table
from aiperf.benchmark.run_totals import TableTotals
from aiperf.benchmark.statistics import summarize
from aiperf.benchmark.time_slices import Slicer
from aiperf.common.errors import RequestCancellationError, error_details
from aiperf.common.models import PROFILING, ErrorCount, Statistics
from aiperf.common.objectives import good_rows
from aiperf.common.over_time import OverTime

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from pathlib import Path

    from aiperf.common.models import ErrorDetails, RequestRecord, TimeSlice
    from aiperf.common.objectives import Objective
    from aiperf.common.protocols import MetricProtocol

CANCELLED = error_details(
    RequestCancellationError("The request was cancelled before its response was complete")
)
"""The error of a record that was cancelled and says no more."""

_NS_PER_SECOND = 1e9

_MOST_KINDS = 1000
"""So many errors are told apart; a server that gives each its own number could fill memory."""
_OTHERS = "further messages, which are not told apart here; the record of each request has its own"


class MetricsEngine:
    """Runs metrics over the records of one benchmark.

    A metric that raises, or whose value is not a finite number, is left out of the results as a
    whole, together with the metrics that read it, and becomes one line of :attr:`warnings`. It
    never ends the run.

    Args:
        metrics: One instance for each metric, in the order in which results are shown.
        requires: For a metric's tag, the tags whose values it reads (``requires`` in the metadata
            of its registry entry). A metric is computed only for records that have all of them.
        objectives: What a good request meets; none: there is no goodput.
        secondary: The tags of the metrics that a short table leaves out.
        directory: Where values go that are too many for memory; ``None``: nowhere.

    Raises:
        MetricOrderError: The requirements cannot be met; see
            :func:`~aiperf.benchmark.metric_order.in_order`.
    """

    def __init__(
        self,
        metrics: Sequence[MetricProtocol],
        requires: Mapping[str, Sequence[str]] | None = None,
        *,
        objectives: Sequence[Objective] = (),
        secondary: Collection[str] = (),
        directory: Path | None = None,
    ) -> None:
        requires = requires or {}
        self.request_count = 0
        """Valid requests so far, warm-up left out."""
        self.error_count = 0
        """Failed and cancelled requests so far, warm-up left out."""
        self._objectives = tuple(objectives)
        self._secondary = frozenset(secondary)
        self._shown = tuple(metrics)
        self._ordered = in_order(metrics, requires)
        self._requires = {metric.tag: tuple(requires.get(metric.tag, ())) for metric in metrics}
        self.records = Table(directory)
        """The ended requests, warm-up left out."""
        self._by_tag = {metric.tag: metric for metric in metrics}
        self._running = self._record_metrics()
        self._dropped: set[str] = set()
        self._warnings: list[str] = []
        self._errors: Counter[ErrorDetails] = Counter()
        self._first_start_ns = 0
        self._last_end_ns = 0

    @property
    def errors(self) -> tuple[ErrorCount, ...]:
        """How often each kind of error ended a request, the most frequent first."""
        return tuple(ErrorCount(error, count) for error, count in self._errors.most_common())

    @property
    def errors_by_type(self) -> dict[str, int]:
        """How many requests ended with each type of error."""
        found: Counter[str] = Counter()
        for error, count in self._errors.items():
            found[error.type] += count
        return dict(found)

    @property
    def warnings(self) -> tuple[str, ...]:
        """One line for each metric that failed, or whose values memory had to hold."""
        spilled = (
            f"The values of metric {tag!r} are in memory: they could not be put into a temporary "
            f"file in the artifact directory ({error.strerror or error})"
            for tag, error in self.records.failures.items()
        )
        return (*self._warnings, *spilled)

    @property
    def duration_s(self) -> float:
        """From the first request's start to the last response's end; 0 without a valid one.

        Failed requests count: a server that fails for half of a run has half its throughput.
        """
        if not self.request_count:
            return 0.0
        return max(0, self._last_end_ns - self._first_start_ns) / _NS_PER_SECOND

    def add(self, record: RequestRecord) -> None:
        """Take in one ended request: fill ``record.metrics`` and count it.

        A cancelled record without an error gets :data:`CANCELLED`. Failed and cancelled records
        are counted and have no metrics; warm-up is left as it is.
        """
        if record.phase != PROFILING:
            return
        start = record.start_ns
        if start and (not self._first_start_ns or start < self._first_start_ns):
            self._first_start_ns = start
        if record.was_cancelled and record.error is None:
            record.error = CANCELLED
        if record.error is not None:
            self._errors[self._kind_of(record.error)] += 1
            self.error_count += 1
            outcome = ROW_CANCELLED if record.was_cancelled else FAILED
            self.records.add(start, record.end_ns, outcome, {})
            if not record.was_cancelled:
                self._last_end_ns = max(self._last_end_ns, record.end_ns)
            return
        self._compute(record)
        self.request_count += 1
        self._last_end_ns = max(self._last_end_ns, record.end_ns)
        self.records.add(start, record.end_ns, VALID, record.metrics)

    def _kind_of(self, error: ErrorDetails) -> ErrorDetails:
        """Return what an error is counted as: itself, or the others of its type and code."""
        if error in self._errors or len(self._errors) < _MOST_KINDS:
            return error
        return replace(error, message=_OTHERS)

    def _compute(self, record: RequestRecord) -> None:
        """Compute every metric that the record has what it takes for; drop those that fail."""
        values = record.metrics
        for tag, compute, required in self._running:
            for each in required:
                if each not in values:
                    break
            else:
                try:
                    value = compute(record)
                    if value is None:
                        continue
                    kind = type(value)
                    if kind is int or (kind is float and math.isfinite(value)):
                        values[tag] = value
                        continue
                    value = plain(value)
                    if value != []:
                        values[tag] = value
                except KeyboardInterrupt:
                    raise
                except BaseException as error:  # noqa: BLE001 - whatever a plugin's metric raises, the run goes on
                    where = f"on request {record.session_num} ({record.x_request_id})"
                    self._drop(self._by_tag[tag], where, error)

    def finish(self) -> tuple[Statistics, ...]:
        """Return the statistics of every metric that has values, in the order given."""
        totals = TableTotals(
            duration_s=self.duration_s,
            request_count=self.request_count,
            error_count=self.error_count,
            records=self.records,
            good_count=self._good_count(),
            curves=Curves(self.records, self.duration_s),
        )
        run_values = self._run_values(totals)
        found: list[Statistics] = []
        for metric in self._shown:
            tag, header, unit = metric.tag, metric.header, metric.unit
            if tag in run_values:
                value = run_values[tag]
                whole = value._asdict() if isinstance(value, OverTime) else {"avg": value}
                is_secondary = tag in self._secondary
                found.append(Statistics(tag, header, unit, **whole, secondary=is_secondary))
            elif self.records.has(tag):
                try:
                    chunks = partial(self.records.chunks, tag)
                    found.append(
                        summarize(
                            chunks,
                            tag=tag,
                            header=header,
                            unit=unit,
                            secondary=tag in self._secondary,
                        )
                    )
                except FloatingPointError as error:
                    self._drop(metric, "on the run as a whole", error)
        return tuple(each for each in found if each.tag not in self._dropped)

    def slices(self, seconds: float | None) -> tuple[TimeSlice, ...]:
        """Return the run in slices of ``seconds``, none for ``None``; what fails is a warning."""
        if seconds is None:
            return ()
        metrics = [metric for metric in self._shown if metric.tag not in self._dropped]
        objectives = () if self._good_count() is None else self._objectives
        slicer = Slicer(metrics, objectives, self._secondary)
        found = slicer.slices(self.records, seconds)
        self._warnings += slicer.warnings
        return found

    def _good_count(self) -> int | None:
        """Return how many requests are good, unless nobody asked or a metric for it failed."""
        if not self._objectives or any(each.tag in self._dropped for each in self._objectives):
            return None
        return int(good_rows(self.records, self._objectives).sum())

    def _record_metrics(
        self,
    ) -> tuple[tuple[str, Callable[[RequestRecord], Any], tuple[str, ...]], ...]:
        """Return each metric of single requests: its tag, how it is computed, what it requires."""
        return tuple(
            (metric.tag, metric.compute, self._requires[metric.tag])
            for metric in self._ordered
            if metric.scope == "record"
        )

    def _run_values(self, totals: TableTotals) -> dict[str, float | OverTime]:
        """Return the value of each metric of the whole run that has one."""
        values: dict[str, float | OverTime] = {}
        for metric in self._ordered:
            if metric.scope != "run" or metric.tag in self._dropped:
                continue
            try:
                value = metric.compute(totals)
                if value is None:
                    continue
                if not isinstance(value, OverTime):
                    value = float(finite(value))
                values[metric.tag] = value
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # noqa: BLE001 - whatever a plugin's metric raises, the run goes on
                self._drop(metric, "on the run as a whole", error)
        return values

    def _drop(self, metric: MetricProtocol, where: str, error: BaseException) -> None:
        """Leave ``metric``, and all that read it, out of the results; say so once."""
        lost = {metric.tag}
        for later in self._ordered:
            if not lost.isdisjoint(self._requires[later.tag]):
                lost.add(later.tag)
        self._dropped |= lost
        for tag in lost:
            self.records.drop(tag)
        self._running = tuple(r for r in self._record_metrics() if r[0] not in self._dropped)
        followers = [m.tag for m in self._shown if m.tag in lost and m is not metric]
        also = f", and so are {', '.join(followers)}, which read it" if followers else ""
        self._warnings.append(
            f"{name_of(metric)} failed {where}: {type(error).__name__}: {error}. It is left out of "
            f"the results{also}. Correct the metric, or select another implementation of it"
        )
