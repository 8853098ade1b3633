"""The report's plots over the time of the run: latencies, throughput, concurrency and errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from aiperf.exporters.report_series import (
    centres,
    counts,
    in_flight,
    in_flight_bins,
    quantiles,
    rates,
    spread_rates,
    time_edges,
)
from aiperf.pages.charts import (
    ACCENT,
    BAD,
    SECOND,
    THIRD,
    Chart,
    bars,
    dots,
    line,
    over_time,
    steps,
    table_rows,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from aiperf.common.models import Statistics
    from aiperf.common.objectives import Objective

    Floats = NDArray[np.float64]

_MOST_DOTS = 1000
_MOST_STEPS = 1000
_QUANTILES = (0.5, 0.9, 0.99)


@dataclass(frozen=True, slots=True)
class Timeline:
    """When the requests of a run started and ended, in seconds since it began.

    ``is_valid`` and ``was_cancelled`` have an item for each; those that are neither have failed.
    """

    starts: Floats
    ends: Floats
    is_valid: NDArray[np.bool_]
    was_cancelled: NDArray[np.bool_]

    @property
    def duration_s(self) -> float:
        """Return the end of the last request."""
        return float(self.ends.max(initial=0.0))

    def edges(self) -> Floats:
        """Return the time bins that fit this many requests."""
        return time_edges(self.duration_s, len(self.starts))


def latency_chart(metric: Statistics, timeline: Timeline, values: Floats) -> Chart:
    """Return how ``metric`` changed: each request where they are few, percentiles where not.

    Args:
        metric: The metric's statistics over the run.
        timeline: All requests.
        values: The metric's value for each of them, NaN where it has none.
    """
    has_value = np.isfinite(values)
    times, found = timeline.starts[has_value], values[has_value]
    axis_title = f"{metric.header} ({metric.unit})"
    key = f"{metric.tag}-over-time"
    title = f"{metric.header} over time"
    if len(found) <= _MOST_DOTS:
        order = np.argsort(times)
        return Chart(
            key=key,
            title=title,
            note=f"A dot for each of {len(found):,} requests, at the time when it was sent.",
            traces=[dots(metric.header, times[order], found[order], ACCENT)],
            layout=over_time(axis_title, timeline.duration_s, legend=False, hovermode="closest"),
            columns=("sent at (s)", axis_title),
            rows=table_rows(times[order], found[order]),
        )
    edges = timeline.edges()
    p50, p90, p99 = quantiles(times, found, edges, _QUANTILES)
    middle = centres(edges)
    return Chart(
        key=key,
        title=title,
        note=(
            f"The median, 90th and 99th percentile of the requests that were sent in each "
            f"{_width(edges)}, {len(found):,} in all."
        ),
        traces=[
            line("p99", middle, p99, BAD, dash="dot", width=1.5),
            line("p90", middle, p90, SECOND, dash="dash", width=1.5),
            line("p50", middle, p50, ACCENT),
        ],
        layout=over_time(axis_title, timeline.duration_s, legend=True),
        columns=("from (s)", "to (s)", *(f"p{q} ({metric.unit})" for q in (50, 90, 99))),
        rows=table_rows(edges[:-1], edges[1:], p50, p90, p99),
    )


def request_rate_chart(timeline: Timeline) -> Chart:
    """Return how many requests a second were sent and how many were answered well."""
    edges = timeline.edges()
    sent = rates(timeline.starts, edges)
    done = rates(timeline.ends[timeline.is_valid], edges)
    return Chart(
        key="requests-over-time",
        title="Request throughput over time",
        note=(
            f"Requests sent, and requests whose valid response ended, in each {_width(edges)}, "
            "divided by its length."
        ),
        traces=[
            steps("sent", edges, sent, SECOND, dash="dot", width=1.5),
            steps("answered", edges, done, ACCENT),
        ],
        layout=over_time("Requests (requests/s)", timeline.duration_s, legend=True),
        columns=("from (s)", "to (s)", "sent (requests/s)", "answered (requests/s)"),
        rows=table_rows(edges[:-1], edges[1:], sent, done),
    )


def goodput_chart(
    timeline: Timeline, is_good: NDArray[np.bool_], asked: Sequence[Objective]
) -> Chart:
    """Return how many requests a second met every objective that was ``asked``.

    Args:
        timeline: All requests.
        is_good: Which of them did.
        asked: The objectives, at least one.
    """
    edges = timeline.edges()
    done = rates(timeline.ends[timeline.is_valid], edges)
    good = rates(timeline.ends[is_good], edges)
    met = " and ".join(
        f"{each.tag} {'at least' if each.larger_is_better else 'at most'} {each.value:g}"
        for each in asked
    )
    return Chart(
        key="goodput-over-time",
        title="Goodput over time",
        note=(
            f"Requests that ended in each {_width(edges)}, divided by its length: all valid ones, "
            f"and the good ones, which met {met}."
        ),
        traces=[
            steps("answered", edges, done, SECOND, dash="dot", width=1.5),
            steps("good", edges, good, THIRD),
        ],
        layout=over_time("Requests (requests/s)", timeline.duration_s, legend=True),
        columns=("from (s)", "to (s)", "answered (requests/s)", "good (requests/s)"),
        rows=table_rows(edges[:-1], edges[1:], done, good),
    )


def token_rate_chart(timeline: Timeline, tokens: Floats, first_ms: Floats) -> Chart:
    """Return output tokens a second.

    Args:
        timeline: All requests.
        tokens: The output tokens of each, NaN where not known.
        first_ms: The time to first token of each, NaN where not known: it arrived as a whole.
    """
    has = np.isfinite(tokens)
    edges = timeline.edges()
    ends = timeline.ends[has]
    first = timeline.starts[has] + first_ms[has] / 1e3
    begins = np.where(np.isfinite(first), np.minimum(first, ends), ends)
    found = spread_rates(begins, ends, tokens[has], edges)
    is_streamed = bool(np.isfinite(first_ms).any())
    how = (
        "spread evenly from its first token to its end"
        if is_streamed
        else "counted at its end, when they arrive together"
    )
    return Chart(
        key="tokens-over-time",
        title="Output token throughput over time",
        note=f"Output tokens in each {_width(edges)}; those of a request are {how}.",
        traces=[steps("output tokens", edges, found, THIRD)],
        layout=over_time("Output tokens (tokens/s)", timeline.duration_s, legend=False),
        columns=("from (s)", "to (s)", "output tokens (tokens/s)"),
        rows=table_rows(edges[:-1], edges[1:], found),
    )


def concurrency_chart(timeline: Timeline) -> Chart:
    """Return how many requests were in flight."""
    if 2 * len(timeline.starts) <= _MOST_STEPS:
        moments, levels = in_flight(timeline.starts, timeline.ends)
        return Chart(
            key="concurrency-over-time",
            title="Concurrency over time",
            note="Requests in flight: sent, and neither answered nor failed yet.",
            traces=[line("in flight", moments, levels, ACCENT, shape="hv")],
            layout=over_time("Requests in flight", timeline.duration_s, legend=False),
            columns=("from (s)", "requests in flight"),
            rows=table_rows(moments, levels),
        )
    edges = timeline.edges()
    mean, highest = in_flight_bins(timeline.starts, timeline.ends, edges)
    return Chart(
        key="concurrency-over-time",
        title="Concurrency over time",
        note=f"Requests in flight: the mean over each {_width(edges)}, and the most at a time.",
        traces=[
            steps("most", edges, highest, SECOND, dash="dot", width=1.5),
            steps("mean", edges, mean, ACCENT),
        ],
        layout=over_time("Requests in flight", timeline.duration_s, legend=True),
        columns=("from (s)", "to (s)", "mean (requests)", "most (requests)"),
        rows=table_rows(edges[:-1], edges[1:], mean, highest),
    )


def error_rate_charts(timeline: Timeline) -> Iterator[Chart]:
    """Yield when requests failed or were cancelled, if any did."""
    is_bad = ~timeline.is_valid
    if not is_bad.any():
        return
    edges = timeline.edges()
    failed = counts(timeline.ends[is_bad & ~timeline.was_cancelled], edges).astype(np.float64)
    cancelled = counts(timeline.ends[timeline.was_cancelled], edges).astype(np.float64)
    middle, widths = centres(edges), np.diff(edges) * 0.94
    yield Chart(
        key="errors-over-time",
        title="Errors over time",
        note=f"Requests that failed or were cancelled in each {_width(edges)}, by when they ended.",
        traces=[
            bars("failed", middle, widths, failed, BAD),
            bars("cancelled", middle, widths, cancelled, SECOND),
        ],
        layout=over_time("Requests", timeline.duration_s, legend=True, barmode="stack"),
        columns=("from (s)", "to (s)", "failed (requests)", "cancelled (requests)"),
        rows=table_rows(edges[:-1], edges[1:], failed, cancelled),
    )


def _width(edges: Floats) -> str:
    """Return the length of a bin, in words."""
    width = float(edges[1] - edges[0])
    return f"{width * 1e3:.6g} ms" if width < 1 else f"{width:,.6g} s"
