"""Worked examples of one metric."""

from __future__ import annotations

from aiperf.metrics.request_throughput import RequestThroughputMetric


def test_it_is_valid_requests_by_duration(make_run):
    """10 valid requests in 4 s: 2.5 a second; the 3 failed ones do not count."""
    run = make_run(duration_s=4.0, request_count=10, error_count=3)
    assert RequestThroughputMetric().compute(run) == 2.5


def test_a_run_without_duration_has_none(make_run):
    """A run without a valid response has no duration to divide by."""
    assert RequestThroughputMetric().compute(make_run(error_count=3)) is None
