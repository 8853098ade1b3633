"""A small finished benchmark: records, totals and a result, as metrics and exporters get them."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiperf.benchmark.record_table import CANCELLED, FAILED, VALID, Table
from aiperf.common.factories import MetricFactory
from aiperf.common.models import (
    PROFILING,
    WARMUP,
    ClockAnchor,
    ErrorCount,
    ErrorDetails,
    RequestRecord,
    RunResult,
    Statistics,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MS = 1_000_000
"""Nanoseconds in a millisecond."""
TIMEOUT = ErrorDetails("RequestTimeout", "no whole response came within 5 s")


def record(**changes: Any) -> RequestRecord:
    """Return a valid streamed request: sent at 1 s, three chunks at 100, 150 and 200 ms after it.

    Ten tokens in, five out, and the value 10.0 for each metric of single requests that AIPerf has.
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
    """A ``RunTotals`` of given numbers; :meth:`total` knows the tags in ``totals``."""

    duration_s: float = 2.0
    request_count: int = 4
    error_count: int = 1
    totals: Mapping[str, float] = field(default_factory=dict)
    good_count: int | None = None

    def total(self, tag: str) -> float | None:
        """Return the sum of a metric's values."""
        return self.totals.get(tag)


@dataclass(frozen=True)
class Context:
    """A ``RunContext`` of a small run."""

    config: Mapping[str, Any] = field(default_factory=lambda: {"model": "test-model"})
    provenance: Mapping[str, Any] = field(
        default_factory=lambda: {"aiperf_version": "0", "implementations": [], "plugins": []}
    )

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
    }
    return RunResult(**{**plain, **changes})


def table(records_of_it: Iterable[RequestRecord]) -> Table:
    """Return the table that a run with these records would have."""
    made = Table()
    for each in records_of_it:
        if each.phase != PROFILING:
            continue
        failed = CANCELLED if each.was_cancelled else FAILED
        made.begin(each.start_ns, each.end_ns, failed if each.error else VALID)
        for tag, value in each.metrics.items():
            if isinstance(value, list):
                made.put_list(tag, array("d", value))
            else:
                made.put(tag, value)
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
