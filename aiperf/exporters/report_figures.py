"""Which plots the report has, for what a run has measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from aiperf.common.objectives import good_rows
from aiperf.exporters.report_latencies import distribution_charts
from aiperf.exporters.report_timeline import (
    Timeline,
    concurrency_chart,
    error_rate_charts,
    goodput_chart,
    latency_chart,
    request_rate_chart,
    token_rate_chart,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from aiperf.common.models import RunResult
    from aiperf.common.objectives import Objective
    from aiperf.common.record_table import RecordTable
    from aiperf.pages.charts import Chart

    Floats = NDArray[np.float64]

_VALID, _CANCELLED = 0, 2
_DISTRIBUTIONS = ("time_to_first_token", "inter_token_latency", "request_latency")
_OVER_TIME = (*_DISTRIBUTIONS, "schedule_lag")
_TOKENS = "output_sequence_length"


def charts_of(
    result: RunResult, objectives: Sequence[Objective] = ()
) -> dict[str, Sequence[Chart]]:
    """Return the charts below each heading; none where no request was sent.

    Args:
        result: The run.
        objectives: What a good request must meet, if anything was asked for.
    """
    records = result.records
    if records is None:
        return {}
    timeline, sent = _timeline(records)
    if not len(timeline.starts):
        return {}
    by_tag = {each.tag: each for each in result.statistics}
    columns = {
        tag: records.column(tag)[sent]
        for tag in (*_OVER_TIME, _TOKENS)
        if tag in by_tag and tag in records.tags
    }
    over_time = {tag: columns[tag] for tag in _OVER_TIME if tag in columns}
    valid = {tag: over_time[tag] for tag in _DISTRIBUTIONS if tag in over_time}
    load = [request_rate_chart(timeline), concurrency_chart(timeline)]
    if objectives:
        is_good = good_rows(records, objectives)[sent]
        load.insert(1, goodput_chart(timeline, is_good, objectives))
    if _TOKENS in columns:
        first = columns.get("time_to_first_token", np.full(len(timeline.starts), np.nan))
        load.insert(-1, token_rate_chart(timeline, columns[_TOKENS], first))
    return {
        "Latency distributions": list(distribution_charts(by_tag, valid)),
        "Latencies over time": [
            latency_chart(by_tag[tag], timeline, values) for tag, values in over_time.items()
        ],
        "Load over time": [*load, *error_rate_charts(timeline)],
    }


def _timeline(records: RecordTable) -> tuple[Timeline, slice | NDArray[np.bool_]]:
    """Return the requests that were sent, and which of all requests these are: mostly all."""
    was_sent = records.start_ns != 0
    sent = slice(None) if was_sent.all() else was_sent  # a slice copies nothing
    starts, ends, outcome = (
        values[sent] for values in (records.start_ns, records.end_ns, records.outcome)
    )
    begin = starts.min() if len(starts) else 0
    timeline = Timeline(
        starts=(starts - begin) / 1e9,
        ends=(np.maximum(ends, starts) - begin) / 1e9,
        is_valid=outcome == _VALID,
        was_cancelled=outcome == _CANCELLED,
    )
    return timeline, sent
