"""Worked examples of one metric."""

from __future__ import annotations

from aiperf.metrics.error_request_count import ErrorRequestCountMetric


def test_it_counts_requests_that_did_not_succeed(make_run):
    """10 valid and 3 failed requests: 3."""
    assert ErrorRequestCountMetric().compute(make_run(request_count=10, error_count=3)) == 3


def test_no_error_is_a_value_too(make_run):
    """A run without errors says 0, not nothing."""
    assert ErrorRequestCountMetric().compute(make_run(request_count=10)) == 0
