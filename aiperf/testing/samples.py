"""A small finished benchmark: records, totals and a result, as metrics and exporters get them."""

from __future__ import annotations

import heapq
import random
from array import array
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from aiperf.benchmark.record_table import CANCELLED, FAILED, VALID, Table
from aiperf.benchmark.statistics import summarize
from aiperf.common.factories import MetricFactory
from aiperf.common.models import (
    PROFILING,
    WARMUP,
    ClockAnchor,
    ErrorCount,
    ErrorDetails,
    RawRecord,
    RequestRecord,
    RunResult,
    Statistics,
    TimeSlice,
    Usage,
)
from aiperf.common.request_trace import RequestTrace

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from aiperf.common.over_time import OverTime
    from aiperf.common.record_table import RecordTable

MS = 1_000_000
"""Nanoseconds in a millisecond."""
TIMEOUT = ErrorDetails("RequestTimeout", "no whole response came within 5 s")


def record(**changes: Any) -> RequestRecord:
    """Return a valid streamed request: sent at 1 s, three chunks at 100, 150 and 200 ms after it.

    Ten tokens in, five out, of four that were asked for; as the server counts, twelve in, four of
    them from its cache, and six out. The first chunk is reasoning. It went out on a new connection,
    after 1 ms of waiting, 2 ms of looking up and 17 ms of connecting. And the value 10.0 for each
    metric of single requests that AIPerf has.
    """
    start = 1000 * MS
    plain: dict[str, Any] = {
        "session_num": 0,
        "x_request_id": "request-0",
        "x_correlation_id": "session-0",
        "conversation_id": "conversation-0",
        "turn_index": 0,
        "phase": PROFILING,
        "start_ns": start,
        "ack_ns": start + 50 * MS,
        "end_ns": start + 210 * MS,
        "scheduled_ns": start - 1 * MS,
        "content_ns": array("q", [start + 100 * MS, start + 150 * MS, start + 200 * MS]),
        "input_tokens": 10,
        "output_tokens": 5,
        "reasoning_tokens": 0,
        "usage": Usage(12, 6, 1, 18, 4, 2),
        "max_tokens": 4,
        "reasoning_chunks": 1,
        "raw": RawRecord(
            start_ns=start,
            sent_ns=start + 30 * MS,
            ack_ns=start + 50 * MS,
            end_ns=start + 210 * MS,
            status=200,
            parts=[b" " * 1024, b" " * 512],
            part_ns=array("q", [start + 100 * MS, start + 200 * MS]),
            trace=RequestTrace(2048, start + 1 * MS, start + 3 * MS, start + 20 * MS),
        ),
        "metrics": {tag: 10.0 for tag, entry in metric_entries().items() if is_record(entry)},
    }
    return RequestRecord(**{**plain, **changes})


def records() -> list[RequestRecord]:
    """Return requests of every kind: warm-up, valid, failed, cancelled, and with odd text."""
    return [
        record(phase=WARMUP, metrics={}),
        record(session_num=1, x_request_id="request-1"),
        record(
            session_num=2, x_request_id="request-2", scheduled_ns=None, metrics={"a": [1.0, 2.5]}
        ),
        record(session_num=3, content_ns=array("q"), error=TIMEOUT, metrics={}, ack_ns=0),
        record(session_num=4, was_cancelled=True, error=TIMEOUT, metrics={}),
        record(session_num=5, conversation_id='ü "quoted", 你好\n', output_tokens=None),
    ]


@dataclass(frozen=True)
class Totals:
    """A ``RunTotals`` of given numbers.

    :meth:`total` knows the tags in ``totals``, :meth:`column` those in ``columns``: a value for
    each request, NaN where it has none. :meth:`over_time` knows the names in ``curves``, and in
    ``active`` what they are with ``active=True``.
    """

    duration_s: float = 2.0
    request_count: int = 4
    error_count: int = 1
    totals: Mapping[str, float] = field(default_factory=dict)
    good_count: int | None = None
    columns: Mapping[str, Sequence[float]] = field(default_factory=dict)
    curves: Mapping[str, OverTime] = field(default_factory=dict)
    active: Mapping[str, OverTime] = field(default_factory=dict)

    def total(self, tag: str) -> float | None:
        """Return the sum of a metric's values."""
        return self.totals.get(tag)

    def column(self, tag: str) -> NDArray[np.float64] | None:
        """Return a metric's values."""
        return np.array(self.columns[tag], dtype=np.float64) if tag in self.columns else None

    def over_time(self, curve: str, *, active: bool = False) -> OverTime | None:
        """Return a curve's distribution."""
        return (self.active if active else self.curves).get(curve)


@dataclass(frozen=True)
class Context:
    """A ``RunContext`` of a small run."""

    config: Mapping[str, Any] = field(default_factory=lambda: {"model": "test-model"})
    provenance: Mapping[str, Any] = field(
        default_factory=lambda: {"aiperf_version": "0", "implementations": [], "plugins": []}
    )

    @property
    def description(self) -> Mapping[str, Any]:
        """Return what the run computes: nothing."""
        return {"metrics": [], "objectives": []}

    def to_wall(self, perf_ns: int) -> int:
        """Return the Unix time of a reading: it is 2001-09-09 at 0."""
        return 10**18 + perf_ns

    def unit_of(self, tag: str) -> str:
        """Return the unit of a metric, ``ms`` for one that nobody knows."""
        return str(metric_entries().get(tag, {}).get("unit", "ms"))


def result(**changes: Any) -> RunResult:
    """Return what a run that ended well comes to."""
    statistics = (
        Statistics(
            tag="request_latency",
            header="Request Latency",
            unit="ms",
            avg=200.0,
            count=3,
            min=190.0,
            max=210.0,
            std=8.2,
            sum=600.0,
            percentiles=dict.fromkeys((1, 5, 10, 25, 50, 75, 90, 95, 99), 200.0),
        ),
        Statistics(tag="request_count", header="Request Count", unit="requests", avg=3.0),
    )
    plain: dict[str, Any] = {
        "statistics": statistics,
        "errors": (ErrorCount(TIMEOUT, 1),),
        "anchor": ClockAnchor(wall_ns=10**18, perf_ns=0),
        "start_ns": 1000 * MS,
        "end_ns": 3000 * MS,
        "was_cancelled": False,
        "config": Context().config,
        "provenance": Context().provenance,
        "client_health": {"warnings": []},
        "warnings": ("the client was the bottleneck, “perhaps”",),
        "records": table(records()),
        "slices": (
            TimeSlice(1000 * MS, 2000 * MS, is_complete=True, statistics=statistics),
            TimeSlice(2000 * MS, 3000 * MS, is_complete=False, statistics=()),
        ),
    }
    return RunResult(**{**plain, **changes})


def long_result(count: int, *, fail_every: int = 20, **changes: Any) -> RunResult:
    """Return a run of ``count`` streamed requests, eight in flight, as it was measured.

    Latencies spread around 400 ms, the same in every call. Of each ``fail_every`` requests the last
    one failed, or was cancelled; 0: none.
    """
    rng = random.Random(7)  # noqa: S311 - made-up latencies
    free = [1000 * MS] * 8
    made = []
    for number in range(count):
        first, gap, tokens = rng.gammavariate(4, 8) + 20, rng.gammavariate(9, 0.6), 64
        start = heapq.heappop(free)
        end = start + round((first + gap * (tokens - 1)) * MS)
        heapq.heappush(free, end)
        is_bad = bool(fail_every) and number % fail_every == fail_every - 1
        values: dict[str, float | list[float]] = {
            "time_to_first_token": first,
            "request_latency": (end - start) / MS,
            "inter_token_latency": gap,
            "output_sequence_length": float(tokens),
            "schedule_lag": rng.expovariate(5),
        }
        made.append(
            record(
                session_num=number,
                start_ns=start,
                end_ns=end,
                error=TIMEOUT if is_bad else None,
                was_cancelled=is_bad and number % (2 * fail_every) < fail_every,
                metrics={} if is_bad else values,
            )
        )
    made.sort(key=lambda each: each.end_ns)
    kept = table(made)
    entries = metric_entries()
    bad = sum(each.error is not None for each in made)
    seconds = (max(each.end_ns for each in made) - 1000 * MS) / 1e9
    totals = {
        "output_token_throughput": 64 * (count - bad) / seconds,
        "request_throughput": (count - bad) / seconds,
        "request_count": float(count - bad),
        "error_request_count": float(bad),
        "benchmark_duration": seconds,
    }
    statistics = [
        summarize(
            partial(kept.chunks, tag),
            tag=tag,
            header=entries[tag]["header"],
            unit=entries[tag]["unit"],
        )
        for tag in kept.tags
    ]
    statistics += [
        Statistics(tag=tag, header=entries[tag]["header"], unit=entries[tag]["unit"], avg=value)
        for tag, value in totals.items()
    ]
    return result(
        **{
            "statistics": tuple(statistics),
            "errors": (ErrorCount(TIMEOUT, bad),) if bad else (),
            "end_ns": max(each.end_ns for each in made),
            "client_health": {"cpu_share": 0.25, "loop_lag_ms": {"p99": 0.5, "max": 1.5}},
            "warnings": (),
            "records": kept,
            **changes,
        }
    )


def table(records_of_it: Iterable[RequestRecord]) -> RecordTable:
    """Return the table that a run with these records would have."""
    made = Table()
    for each in records_of_it:
        if each.phase != PROFILING:
            continue
        failed = CANCELLED if each.was_cancelled else FAILED
        made.add(each.start_ns, each.end_ns, failed if each.error else VALID, each.metrics)
    return made


def metric_entries() -> dict[str, Mapping[str, Any]]:
    """Return the metadata of the selected metrics, by tag."""
    return {
        each.class_type: each.metadata
        for each in MetricFactory.list_implementations()
        if each.is_selected
    }


def is_record(metadata: Mapping[str, Any]) -> bool:
    """Say whether a metric has a value for each request."""
    return metadata.get("scope") == "record"
