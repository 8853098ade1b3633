"""Runs side by side: what differs, which way, and what makes that doubtful."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from aiperf.benchmark.comparison import Verdict, better_sign, compare, is_worse
from aiperf.benchmark.comparison_run import Requests, Run


def a_run(name, *, slower=0.0, seed=1, count=400):
    """Return a run of one request after another, each ``slower`` by so many ms."""
    latencies = np.random.default_rng(seed).gamma(20, 2, count) + slower
    ends = np.cumsum(latencies) / 1e3
    rows = np.arange(count)
    return Run(
        name=name,
        path=Path(name),
        metrics={
            "request_latency": {
                "unit": "ms",
                "avg": float(latencies.mean()),
                "p50": float(np.percentile(latencies, 50)),
                "p99": float(np.percentile(latencies, 99)),
            },
            "request_throughput": {"unit": "requests/sec", "avg": count / ends[-1]},
            "output_token_throughput": {"unit": "tokens/sec", "avg": 5 * count / ends[-1]},
            "request_count": {"unit": "requests", "avg": float(count)},
        },
        requests=Requests(
            starts_s=ends - latencies / 1e3,
            ends_s=ends,
            duration_s=float(ends[-1]),
            values={
                "request_latency": latencies,
                "output_sequence_length": np.full(count, 5.0),
            },
            rows={"request_latency": rows, "output_sequence_length": rows},
        ),
    )


def verdicts(comparison, index=0):
    return {
        (row.tag, row.statistic): row.differences[index] and row.differences[index].verdict
        for row in comparison.rows
    }


STATISTICS = ("avg", "p50", "p99")


def test_a_slower_run_is_worse_in_latency_and_in_throughput():
    """The better direction is the metric's; a 99th percentile of 400 requests is not sure."""
    comparison = compare([a_run("a"), a_run("b", slower=8, seed=2)], STATISTICS, 0.95)
    assert verdicts(comparison) == {
        ("request_latency", "avg"): Verdict.WORSE,
        ("request_latency", "p50"): Verdict.WORSE,
        ("request_latency", "p99"): Verdict.UNSURE,
        ("request_throughput", "avg"): Verdict.WORSE,
        ("output_token_throughput", "avg"): Verdict.WORSE,
        ("request_count", "avg"): Verdict.SAME,
    }
    row = comparison.rows[0]
    difference = row.differences[0]
    assert difference.absolute == row.values[1] - row.values[0]
    assert difference.relative == pytest.approx(difference.absolute / row.values[0])
    low, high = difference.interval
    assert low < difference.absolute < high


def test_equal_servers_are_within_noise():
    """Other requests of the same server do not make a difference."""
    comparison = compare([a_run("a"), a_run("b", seed=3)], ("avg",), 0.99)
    assert set(verdicts(comparison).values()) == {Verdict.NOISE, Verdict.SAME}


def test_every_run_is_compared_with_the_first():
    """The order of the command is the order of the columns."""
    runs = [a_run("a"), a_run("b", slower=8), a_run("c", slower=-8)]
    comparison = compare(runs, ("avg",), 0.95)
    assert verdicts(comparison, 0)["request_latency", "avg"] is Verdict.WORSE
    assert verdicts(comparison, 1)["request_latency", "avg"] is Verdict.BETTER


def test_a_metric_that_one_run_lacks():
    """It has a row, without a difference."""
    other = a_run("b")
    other = replace(other, metrics={"goodput": {"unit": "requests/sec", "avg": 1.0}})
    comparison = compare([a_run("a"), other], ("avg",), 0.95)
    assert set(verdicts(comparison).values()) == {None}
    assert [row.tag for row in comparison.rows][-1] == "goodput"
    assert comparison.rows[-1].values == (None, 1.0)


def test_without_requests_there_is_no_interval():
    """And it is said why; the difference alone then counts as worse."""
    runs = [a_run("a"), replace(a_run("b", slower=8), requests=None)]
    comparison = compare(runs, ("avg",), 0.95)
    row = comparison.rows[0]
    assert row.differences[0].verdict is Verdict.UNSURE
    assert is_worse(row, row.differences[0])
    assert any(
        each.startswith("b: there is no profile_export.jsonl") for each in comparison.warnings
    )


@pytest.mark.parametrize(
    ("tag", "unit", "sign"),
    [
        ("time_to_first_token", "ms", -1),
        ("request_throughput", "requests/sec", 1),
        ("output_token_throughput_per_user", "tokens/sec/user", 1),
        ("error_request_count", "requests", -1),
        ("request_error_rate", "%", -1),
        ("good_request_fraction", "ratio", 1),
        ("request_count", "requests", 0),
        ("benchmark_duration", "sec", 0),
        ("input_sequence_length", "tokens", 0),
    ],
)
def test_what_is_better(tag, unit, sign):
    """Less time, more of a rate, fewer errors; neither for what describes the load."""
    assert better_sign(tag, unit) == sign
